"""A batch of variants, grouped by body structure; each group uses the fastest stepper that is exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.rollout.own_stepper import OwnStepper
from envgen.rollout.padded import NotPaddable, pad, structure
from envgen.rollout.stepper import BatchStepper, Mask, Slots, unstable
from envgen.worlds.compiled.state import BatchState
from envgen.worlds.compiler import Model, capture_warnings

Source = Callable[[int], tuple[str, Mapping[str, bytes]]]
"""MJCF text of a variant, by its place, and the files that it names."""
_ARRAYS = ("time", "qpos", "qvel", "ctrl", "sensordata")
_INPUTS = ("time", "qpos", "qvel", "ctrl")
_WIDTHS = ("nq", "nv", "nu", "nsensordata")


@dataclass(frozen=True, eq=False)
class Group:
    """Slots that share a stepper.

    Attributes:
        slots: Their numbers in the batch.
        variants: Positions of the variants that they can run.
        stepper: Steps them; it numbers slots and variants from 0.
        solo: Whether this is one slot that may run any variant, with a new stepper for each.
    """

    slots: Slots
    variants: NDArray[np.intp]
    stepper: BatchStepper
    solo: bool = False


class BatchEngine:
    """Slots that are stepped together. Each runs a variant; several may run the same one.

    Args:
        models: Models of the variants.
        source: MJCF of the variants.
        slots: Position of the variant that each slot runs at first.
        threads: Number of threads for physics.

    Attributes:
        groups: Slots by body structure.
        variant: (n,) position of the variant of each slot.
        state: State of all slots, live: the next step begins with what is written to it. Rows of slots
            whose models are smaller end in zeros.
    """

    def __init__(self, models: Sequence[Model], source: Source, slots: Sequence[int], threads: int) -> None:
        self.variant = np.array(slots, dtype=np.intp)
        self._models = models
        self.groups = _groups(models, source, self.variant, threads)
        self._group = np.zeros(len(slots), dtype=np.intp)
        self._place = np.zeros(len(slots), dtype=np.intp)
        for number, group in enumerate(self.groups):
            self._group[group.slots] = number
            self._place[group.slots] = np.arange(len(group.slots))
        solo = [group for group in self.groups if group.solo]
        self._pool = ThreadPoolExecutor(threads) if min(threads, len(solo)) > 1 else None
        self._shares = len(self.groups) == 1 and not solo
        if self._shares:
            only = self.groups[0].stepper
            self.state = BatchState(*(getattr(only, name) for name in _ARRAYS))
        else:
            widths = [max(int(getattr(model, name)) for model in models) for name in _WIDTHS]
            self.state = BatchState(np.zeros(len(slots)), *(np.zeros((len(slots), k)) for k in widths))

    def __len__(self) -> int:
        return len(self.variant)

    def at(self, slot: int) -> tuple[BatchStepper, int]:
        """Return the stepper of a slot and the number of the slot in it."""
        return self.groups[self._group[slot]].stepper, int(self._place[slot])

    def choices(self, slot: int) -> NDArray[np.intp]:
        """Return the positions of the variants that a slot can run: those of its structure, or all."""
        choices: NDArray[np.intp] = self.groups[self._group[slot]].variants
        return choices

    def assign(self, slot: int, variant: int) -> None:
        """Run another variant in a slot from its next start on.

        Raises:
            InputError: Its body structure differs.
        """
        group = self.groups[self._group[slot]]
        if group.solo:
            self._replace(slot, variant)
            return
        found = np.flatnonzero(group.variants == variant)
        if not len(found):
            raise InputError(
                f"slot {slot} can't run variant {variant}, whose bodies are of another structure",
                f"It can run {', '.join(map(str, group.variants[:8].tolist()))}"
                f"{', …' if len(group.variants) > 8 else ''}.",
            )
        if self.variant[slot] != variant:
            group.stepper.assign(int(self._place[slot]), int(found[0]))
            self.variant[slot] = variant

    def _replace(self, slot: int, variant: int) -> None:
        number = int(self._group[slot])
        stepper = OwnStepper([self._models[variant]], [0], 1)
        self.groups[number] = replace(self.groups[number], stepper=stepper)
        for name in _ARRAYS[1:]:
            getattr(self.state, name)[slot] = 0.0  # the state may be smaller now
        self.variant[slot] = variant

    def field(self, slot: int, name: str) -> NDArray[Any]:
        """Return a field of a slot's model, to be read or written."""
        stepper, place = self.at(slot)
        return stepper.field(place, name)

    def geoms(self, slot: int, geoms: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the ids in a slot's model of geoms of its variant."""
        stepper, place = self.at(slot)
        return stepper.geoms(place, geoms)

    def model(self, slot: int) -> Model:
        """Return a copy of a slot's model in its current state."""
        stepper, place = self.at(slot)
        return stepper.model(place)

    def derive(self, slots: Slots) -> None:
        """Derive the constants of models again, as after a change of masses."""
        for group, places, _ in self._split(slots):
            group.stepper.derive(places)

    def start(self, slots: Slots) -> None:
        """Set slots to the start states of their variants."""
        with capture_warnings():
            for group, places, own in self._split(slots):
                group.stepper.start(places)
                self._read(group, places, own)

    def refresh(self, slots: Slots | None = None) -> None:
        """Compute the sensors of states that were written from outside; of all slots by default."""
        with capture_warnings():
            for group, places, own in self._split(np.arange(len(self)) if slots is None else slots):
                self._write(group, places, own)
                group.stepper.refresh(places)
                self._read(group, places, own)

    def step(self, slots: Slots, count: int) -> Mask:
        """Step slots under constant controls. Return (n,) which ones failed; their state is unchanged."""
        failed = np.zeros(len(self), dtype=bool)
        with capture_warnings():
            parts = self._split(slots)
            if self._pool is not None:
                solo = [part for part in parts if part[0].solo]
                parts = [part for part in parts if not part[0].solo]
                list(self._pool.map(lambda part: self._step(part, count, failed), solo))
            for part in parts:
                self._step(part, count, failed)
        return failed

    def _step(self, part: tuple[Group, Slots, Slots], count: int, failed: Mask) -> None:
        self._write(*part)
        failed[part[0].slots] |= part[0].stepper.step(part[1], count)
        self._read(*part)

    def sense(self, slots: Slots) -> None:
        """Compute the sensors of positions and velocities of states that were written from outside."""
        for group, places, own in self._split(slots):
            self._write(group, places, own)
            group.stepper.sense(places)
            self._read(group, places, own)

    def unstable(self) -> Mask:
        """Return (n,) in which slots MuJoCo found values not finite or too large since their start."""
        found = np.zeros(len(self), dtype=bool)
        for group in self.groups:
            found[group.slots] = unstable(group.stepper)
        return found

    def flush(self) -> None:
        """Copy the state, which may have been written to, to the steppers."""
        for group, places, own in self._split(np.arange(len(self))):
            self._write(group, places, own)

    def save(self) -> list[tuple[Floats, Floats, NDArray[np.int32]]]:
        """Return copies of the states, sensors and warnings by group."""
        self.flush()
        return [
            (g.stepper.state.copy(), g.stepper.sensordata.copy(), g.stepper.warning.copy())
            for g in self.groups
        ]

    def restore(self, saved: Sequence[tuple[Floats, Floats, NDArray[np.int32]]]) -> None:
        """Restore a state that `save` returned."""
        for group, (state, sensordata, warning) in zip(self.groups, saved, strict=True):
            group.stepper.state[...] = state
            group.stepper.sensordata[...] = sensordata
            group.stepper.warning[...] = warning
            self._read(group, np.arange(len(group.slots)), group.slots)

    def _split(self, slots: Slots) -> list[tuple[Group, Slots, Slots]]:
        """Split slots by group: the group, their numbers in it, and their numbers in the batch."""
        if len(self.groups) == 1:
            return [(self.groups[0], slots, slots)] if len(slots) else []
        numbers = self._group[slots]
        parts = [(group, slots[numbers == i]) for i, group in enumerate(self.groups)]
        return [(group, self._place[own], own) for group, own in parts if len(own)]

    def _write(self, group: Group, places: Slots, slots: Slots) -> None:
        if not self._shares:
            for name in _INPUTS:
                target = getattr(group.stepper, name)
                values = getattr(self.state, name)[slots]
                target[places] = values[:, : target.shape[1]] if target.ndim > 1 else values

    def _read(self, group: Group, places: Slots, slots: Slots) -> None:
        if not self._shares:
            for name in _ARRAYS:
                values = getattr(group.stepper, name)[places]
                target = getattr(self.state, name)
                if target.ndim > 1:
                    target[slots, : values.shape[1]] = values
                else:
                    target[slots] = values


def _groups(models: Sequence[Model], source: Source, slots: NDArray[np.intp], threads: int) -> list[Group]:
    """Group slots by the structure of their variants; those that can't be padded come last."""
    by_structure: dict[Any, list[int]] = {}
    for place, model in enumerate(models):
        by_structure.setdefault(structure(model), []).append(place)
    structures = list(by_structure.values())
    solo = _solo(structures, slots)
    groups, alone = [], []
    for places in structures:
        if places in solo:
            continue
        padded, left = _pad(models, source, places, slots, threads)
        if padded is not None:
            groups.append(padded)
        alone.append(left)
    for left in alone:
        own = np.flatnonzero(np.isin(slots, left))
        if len(own):
            local = np.searchsorted(left, slots[own])
            stepper = OwnStepper([models[i] for i in left], local.tolist(), threads)
            groups.append(Group(own, np.array(left), stepper))
    for slot in np.flatnonzero(np.isin(slots, [place for places in solo for place in places])).tolist():
        stepper = OwnStepper([models[slots[slot]]], [0], 1)
        groups.append(Group(np.array([slot]), np.arange(len(models)), stepper, solo=True))
    return groups


def _solo(structures: Sequence[list[int]], slots: NDArray[np.intp]) -> list[list[int]]:
    """Structures whose slots may run any variant: those of one slot, else the smallest if one has none."""
    if len(structures) == 1:
        return []
    held = {i: int(np.isin(slots, places).sum()) for i, places in enumerate(structures)}
    solo = [i for i, count in held.items() if count == 1]
    if not solo and min(held.values()) == 0:
        solo = [min((i for i in held if held[i]), key=lambda i: held[i])]
    return [structures[i] for i in solo]


def _pad(
    models: Sequence[Model], source: Source, places: list[int], slots: NDArray[np.intp], threads: int
) -> tuple[Group | None, list[int]]:
    """Return the group of a padded model, and the variants that need models of their own."""
    # mjbatch has no wheel for Macs with Intel processors
    if np.isin(slots, places).sum() < 2 or find_spec("mjbatch") is None:
        return None, places
    from envgen.rollout.padded_stepper import PaddedStepper
    from envgen.rollout.proof import prove

    proven = places
    for _ in range(2):
        try:
            own = [models[i] for i in proven]
            padded = pad(own, source(max(proven, key=lambda i: int(models[i].body_geomnum[0]))))
        except NotPaddable:
            return None, places
        equal = prove(padded, own, threads)
        if equal.all():
            found = np.flatnonzero(np.isin(slots, proven))
            local = np.searchsorted(proven, slots[found]).tolist()
            group = Group(found, np.array(proven), PaddedStepper(padded, local, threads))
            return (group if len(found) else None), [i for i in places if i not in proven]
        proven = [i for i, same in zip(proven, equal) if same]
        if len(proven) < 2:
            break
    return None, places
