"""The motion of one variant under policies, for films."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.packs.variant import PackVariant
from envgen.rollout.policies import bind, interface
from envgen.rollout.rollout import Actor, Rollout
from envgen.rollout.step_result import StepResult
from envgen.worlds.compiler import Data, Model

SMOOTH, HOME = "smooth", "home"
"""Motions without a policy: smoothly changing random actions, and the controls of the start."""
_RATE, _SIZE = 3.0, 0.4
"""Of the smooth actions: 1/s of their memory, and their standard deviation."""


class PolicyMotion:
    """Plays episode after episode of a variant. Calling it moves a model's data to a later time.

    Between two control steps, positions are interpolated.

    Args:
        variant: The variant.
        policies: Name of a policy by agent or pattern; or `{"*": "smooth"}` or `{"*": "home"}`.
        seed: Of policies that draw.
        episode: Number of the first episode.

    Raises:
        InputError: A policy does not exist, or can't drive its agent.
    """

    def __init__(
        self, variant: PackVariant, policies: Mapping[str, str], seed: int = 0, episode: int = 0
    ) -> None:
        self.rollout = Rollout(variant)
        self._actor = _actor(self.rollout, policies, seed)
        self._period = self.rollout.frame_skip[0] * float(self.rollout.worlds[0].model.opt.timestep)
        self._result = self.rollout.reset(episode)
        self._before = self._after = self._positions()
        self._steps = 0

    def __call__(self, model: Model, data: Data, time: float) -> None:
        """Move data to a time in s, which must not lie before that of the last call."""
        while self._steps * self._period < time - 1e-9:
            self._step()
        late = self._steps * self._period - time
        change = np.zeros(model.nv)
        mujoco.mj_differentiatePos(model, change, 1.0, self._after, self._before)
        data.qpos[:] = self._after
        mujoco.mj_integratePos(model, data.qpos, change, late / self._period)
        data.qvel[:], data.time = self.rollout.data[0].qvel, time
        mujoco.mj_forward(model, data)

    def _step(self) -> None:
        rollout = self.rollout
        self._before = self._after
        if rollout.done[0]:
            self._result = rollout.reset(int(rollout.episode[0]) + 1)
            self._before = self._positions()
        self._result = rollout.step(self._actor(self._result))
        self._after = self._positions()
        self._steps += 1

    def _positions(self) -> Floats:
        return np.array(self.rollout.data[0].qpos)


def _actor(rollout: Rollout, policies: Mapping[str, str], seed: int) -> Actor:
    special = {SMOOTH, HOME} & set(policies.values())
    if not special:
        return bind(rollout, policies, seed=seed)
    if list(policies) != ["*"]:
        raise InputError(
            f"{min(special)} is not a policy but moves all agents", "Give it alone: --policy smooth."
        )
    return _Smooth(rollout, seed) if special == {SMOOTH} else _hold


def _hold(result: StepResult) -> dict[str, Floats]:
    return {}  # agents without an action keep the controls of the start


class _Smooth:
    """Ornstein-Uhlenbeck noise around the controls of the start."""

    def __init__(self, rollout: Rollout, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        period = rollout.frame_skip[0] * float(rollout.worlds[0].model.opt.timestep)
        self._keep = float(np.exp(-_RATE * period))
        self._home: dict[str, Floats] = {}
        rollout.reset()
        for agent in rollout.agents:
            own = interface(rollout, agent)
            low, high = np.array(own.low), np.array(own.high)
            control = rollout.data[0].ctrl[rollout.context.layouts[agent][0].actuators]
            self._home[agent] = 2 * (control - low) / (high - low) - 1
        self._noise = {agent: np.zeros(len(home)) for agent, home in self._home.items()}

    def __call__(self, result: StepResult) -> dict[str, Floats]:
        for agent, noise in self._noise.items():
            fresh = self._rng.standard_normal(len(noise))
            self._noise[agent] = self._keep * noise + np.sqrt(1 - self._keep**2) * fresh
        return {
            agent: np.clip(self._home[agent] + _SIZE * noise, -1, 1) for agent, noise in self._noise.items()
        }
