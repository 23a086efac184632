"""Slots of a batch: which variant and episode each runs, and how episodes begin."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.envs.arguments import check_options, to_array
from envgen.envs.sampling import VariantSampler, make_sampler
from envgen.rollout.rollout import Rollout
from envgen.rollout.step_result import StepResult

MAX_EPISODE = 2**31
EPISODE_OPTIONS = ("variant", "difficulty")
"""Options of the reset of one episode."""
OPTIONS = (*EPISODE_OPTIONS, "reset_mask")


@dataclass(frozen=True, eq=False)
class SavedSlots:
    """The state of a scheduler.

    Attributes:
        streams: State of the random generator of each slot.
        samplers: Attributes of each sampler.
    """

    streams: Sequence[Mapping[str, Any]]
    samplers: Sequence[Mapping[str, Any]]


class SlotScheduler:
    """Begins episodes: per slot a random generator, a variant and the number of an episode.

    What an episode draws (`randomize`) depends on seed, variant and number alone, so the same seed gives the
    same episodes whatever other slots do. Slots that can run the same variants share a sampler.

    Args:
        rollout: Stepped elsewhere.
        sampling: Name of the sampler, see `envgen.envs.sampling`.

    Attributes:
        rngs: Generator of each slot.
        samplers: One for each set of variants that slots can run.

    Raises:
        InputError: There is no sampler of that name.
    """

    def __init__(self, rollout: Rollout, sampling: str = "uniform") -> None:
        self.rollout = rollout
        self.rngs = [np.random.default_rng() for _ in range(len(rollout))]
        self.samplers: list[VariantSampler] = []
        self._sets: list[NDArray[np.intp]] = []
        self._of_slot: list[int] = []
        self._first = rollout.variant.tolist()
        self._places = {variant.index: place for place, variant in enumerate(rollout.variants)}
        difficulty = np.array([variant.difficulty for variant in rollout.variants])
        known: dict[bytes, int] = {}
        for slot in range(len(rollout)):
            choices = np.sort(rollout.engine.choices(slot))
            number = known.setdefault(choices.tobytes(), len(self.samplers))
            if number == len(self.samplers):
                self.samplers.append(make_sampler(sampling, difficulty[choices]))
                self._sets.append(choices)
            self._of_slot.append(number)

    def begin(
        self,
        slots: Sequence[int],
        options: Mapping[str, Any] | None = None,
        seeds: Sequence[int | None] | None = None,
    ) -> StepResult:
        """Begin an episode in some slots.

        Args:
            slots: Which.
            options: `variant`: index of the variant, one for all or one for each slot of the batch; or
                `difficulty`: a number or a range [low, high] to draw from.
            seeds: Of each slot of the batch; None leaves its generator as it is.

        Raises:
            InputError: There is no such option or variant; nothing was seeded, drawn or reset.
        """
        rngs = list(self.rngs)
        for slot in slots:
            if seeds is not None and seeds[slot] is not None:
                self.rngs[slot] = np.random.default_rng(seeds[slot])
            elif options:  # which may be refused after some slots have drawn
                self.rngs[slot] = copy.deepcopy(rngs[slot])
        try:
            variants = self._variants(slots, options or {})
        except InputError:
            self.rngs = rngs
            raise
        episodes = [int(self.rngs[slot].integers(MAX_EPISODE)) for slot in slots]
        return self.rollout.reset(episodes, slots, variants)

    def save(self) -> SavedSlots:
        """Return a copy of the random streams and of what samplers have learned."""
        streams = [rng.bit_generator.state for rng in self.rngs]
        return SavedSlots(streams, [copy.deepcopy(vars(sampler)) for sampler in self.samplers])

    def restore(self, saved: SavedSlots) -> None:
        """Put back what `save` gave."""
        for rng, state in zip(self.rngs, saved.streams, strict=True):
            rng.bit_generator.state = dict(state)
        for sampler, values in zip(self.samplers, saved.samplers, strict=True):
            vars(sampler).update(copy.deepcopy(dict(values)))

    def record(self, slot: int, success: bool, reward: float) -> None:
        """Tell the slot's sampler of a finished episode."""
        number = self._of_slot[slot]
        place = int(np.searchsorted(self._sets[number], self.rollout.variant[slot]))
        self.samplers[number].record(place, success, reward)

    def _variants(self, slots: Sequence[int], options: Mapping[str, Any]) -> list[int]:
        check_options(options, OPTIONS)
        variant, difficulty = options.get("variant"), options.get("difficulty")
        if variant is not None and difficulty is not None:
            raise InputError("variant and difficulty are both given", "Give one of them.")
        if variant is not None:
            indices = _indices(variant, len(self.rngs))
            return [self._place(slot, indices[slot]) for slot in slots]
        if difficulty is not None:
            low, high = _range(difficulty)
            return [self._draw_within(slot, low, high) for slot in slots]
        return [self._draw(slot) for slot in slots]

    def _draw(self, slot: int) -> int:
        number = self._of_slot[slot]
        first = int(np.searchsorted(self._sets[number], self._first[slot]))
        return int(self._sets[number][self.samplers[number].draw(first, self.rngs[slot])])

    def _draw_within(self, slot: int, low: float, high: float) -> int:
        number = self._of_slot[slot]
        return int(self._sets[number][self.samplers[number].draw_within(low, high, self.rngs[slot])])

    def _place(self, slot: int, index: int) -> int:
        """Return the place in the rollout of the variant of an index."""
        known = self._sets[self._of_slot[slot]].tolist()
        if self._places.get(index) not in known:
            indices = [self.rollout.variants[place].index for place in known]
            shown = ", ".join(map(str, indices[:8])) + (", …" if len(indices) > 8 else "")
            cause = "is of another body structure" if index in self._places else "is not here"
            where = f"slot {slot}" if len(self.rngs) > 1 else "this environment"
            raise InputError(f"{where} can't run variant {index}, which {cause}", f"Known: {shown}.")
        return self._places[index]


def _indices(given: Any, slots: int) -> list[int]:
    indices = to_array(given)
    if indices.dtype.kind not in "iu" or indices.shape not in ((), (slots,)):
        many = f" or {slots} of them" if slots > 1 else ""
        raise InputError(f"variant must be an index{many}, got {str(given)[:60]}", "Such as 3.")
    return [int(index) for index in np.broadcast_to(indices, (slots,))]


def _range(given: Any) -> tuple[float, float]:
    ends = to_array(given)
    low, high = np.nan, np.nan
    if ends.dtype.kind in "iuf" and ends.shape in ((), (1,), (2,)):
        low, high = np.broadcast_to(ends, (2,)).tolist()
    if not low <= high:
        raise InputError(
            f"difficulty must be a number or [low, high], got {str(given)[:60]}", "Such as [0.2, 0.4]."
        )
    return low, high
