"""Slots of a batch: which variant and episode each runs, and how episodes begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.envs.sampling import VariantSampler
from envgen.packs.variant import PackVariant
from envgen.rollout.rollout import Rollout
from envgen.rollout.step_result import StepResult

MAX_EPISODE = 2**31
OPTIONS = ("variant", "difficulty", "reset_mask")


class SlotScheduler:
    """Begins episodes: per slot a random generator, a variant and the number of an episode.

    What an episode draws (`randomize`) depends on seed, variant and number alone, so the same seed gives the
    same episodes whatever other slots do.

    Args:
        rollout: Stepped elsewhere.
        sampler: Draws variants.
    """

    def __init__(self, rollout: Rollout, sampler: VariantSampler) -> None:
        self.rollout, self.sampler = rollout, sampler
        self.rngs = [np.random.default_rng() for _ in range(len(rollout))]
        self._places = {variant.index: place for place, variant in enumerate(rollout.variants)}

    def seed(self, seeds: Sequence[int | None]) -> None:
        """Seed the generators of the slots; None leaves one as it is."""
        for slot, seed in enumerate(seeds):
            if seed is not None:
                self.rngs[slot] = np.random.default_rng(seed)

    def begin(self, slots: Sequence[int], options: Mapping[str, Any] | None = None) -> StepResult:
        """Begin an episode in some slots.

        Args:
            slots: Which.
            options: `variant`: index of the variant, one for all or one each; or `difficulty`: a number or a
                range [low, high] to draw from.

        Raises:
            InputError: There is no such option or variant.
        """
        variants = self._variants(slots, options or {})
        episodes = [int(self.rngs[slot].integers(MAX_EPISODE)) for slot in slots]
        return self.rollout.reset(episodes, slots, variants)

    def _variants(self, slots: Sequence[int], options: Mapping[str, Any]) -> list[int]:
        for name in options:
            if name not in OPTIONS:
                raise InputError(f"unknown reset option {name!r}", f"Known: {', '.join(OPTIONS)}.")
        if options.get("variant") is not None:
            given = np.broadcast_to(np.asarray(options["variant"]), (len(slots),))
            return [self.place(int(index)) for index in given]
        if options.get("difficulty") is not None:
            wanted = np.atleast_1d(np.asarray(options["difficulty"], dtype=np.float64))
            if wanted.shape not in ((1,), (2,)):
                raise InputError("difficulty must be a number or [low, high]", "Give such as [0.2, 0.4].")
            low, high = float(wanted[0]), float(wanted[-1])
            return [self.sampler.within(low, high, self.rngs[slot]) for slot in slots]
        return [self.sampler.draw(slot, self.rngs[slot]) for slot in slots]

    def place(self, index: int) -> int:
        """Return the place of a variant in the rollout.

        Raises:
            InputError: There is none of that index.
        """
        if index not in self._places:
            known = ", ".join(str(i) for i in list(self._places)[:8])
            raise InputError(
                f"there is no variant {index}", f"Known: {known}{' …' if len(self._places) > 8 else ''}"
            )
        return self._places[index]


def describe(variants: Sequence[PackVariant]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[Any]]:
    """Return index, difficulty and drawn values of variants, as arrays."""
    drawn = np.empty(len(variants), dtype=object)
    drawn[:] = [dict(variant.drawn) for variant in variants]
    return (
        np.array([variant.index for variant in variants], dtype=np.int64),
        np.array([variant.difficulty for variant in variants]),
        drawn,
    )
