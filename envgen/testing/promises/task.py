"""The terms of the task can be evaluated."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.packs.variant import PackVariant
from envgen.rollout.rollout import Rollout
from envgen.testing.base import Case, VariantPromise, register

STEPS = 20


@register
class Task(VariantPromise):
    """Observations and rewards are finite and of the stated sizes, at the start and under random control."""

    kind: ClassVar[str] = "task"
    order: ClassVar[int] = 80
    simulates: ClassVar[bool] = True

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        with np.errstate(all="ignore"):  # infinite values are found below
            self._play(variant)

    @staticmethod
    def _play(variant: PackVariant) -> None:
        rollout, rng = Rollout(variant), np.random.default_rng(variant.index)
        result = rollout.reset()
        for step in range(STEPS + 1):
            for agent, own in result.items():
                size = sum(length for _, length in rollout.observation_layout(agent))
                shape = own.observation.shape[1:]
                assert shape == (size,), f"{agent} observes {shape}, its terms have {size} numbers"
                assert np.isfinite(own.observation).all(), (
                    f"an observation of {agent} is not finite, step {step}"
                )
                for term, value in own.rewards.items():
                    assert np.isfinite(value).all(), (
                        f"the reward {term!r} of {agent} is not finite, step {step}"
                    )
            if rollout.done.all() or step == STEPS:
                break
            sizes = {agent: rollout.action_size(agent) for agent in rollout.agents}
            result = rollout.step({agent: rng.uniform(-1, 1, (1, size)) for agent, size in sizes.items()})
