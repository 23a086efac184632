"""The variant and the drawn physics of each slot, from reset to reset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from envgen.core.heightfield import Floats
from envgen.rollout.engine import BatchEngine
from envgen.rollout.randomize import Physics, Randomizer, push_due
from envgen.rollout.slot_state import SlotState
from envgen.rollout.stepper import Mask, Slots
from envgen.worlds.compiled.task_context import TaskContext


class EpisodePhysics:
    """Changes the models of slots at resets, and pushes robots in between.

    Args:
        engine: The slots.
        context: Shows the variant of each slot.
        randomizers: Of each variant.

    Attributes:
        physics: What was drawn for the running episode of each slot.
    """

    def __init__(self, engine: BatchEngine, context: TaskContext, randomizers: Sequence[Randomizer]) -> None:
        self._engine, self._context, self._randomizers = engine, context, randomizers
        self.physics = [Physics()] * len(engine)
        self._kicks: list[np.random.Generator | None] = [None] * len(engine)
        self._push: Floats = np.zeros(len(engine))

    def begin(self, slots: Slots, variants: Sequence[int], episodes: Sequence[int]) -> None:
        """Draw the physics of new episodes and set the models of their slots to them."""
        drawn = [self._randomizers[v].draw(episode) for v, episode in zip(variants, episodes)]
        self.assign(slots, variants, drawn)
        for i, variant, episode in zip(slots.tolist(), variants, episodes):
            self._kicks[i] = self._randomizers[variant].kicks(episode) if self._push[i] else None

    def assign(self, slots: Slots, variants: Sequence[int], physics: Sequence[Physics]) -> None:
        """Give slots their variants and physics."""
        weighed, moved = [], False
        for i, variant, after in zip(slots.tolist(), variants, physics):
            before, changed = self._engine.variant[i], False
            if variant != before:
                self._engine.assign(i, variant)  # refused before anything is changed
            if variant != before or after != self.physics[i]:
                changed = self._apply(i, int(before), variant, after)
            moved |= variant != before
            self._push[i] = after.push
            if changed:
                weighed.append(i)
        if weighed:
            self._engine.derive(np.array(weighed))
        if moved:
            self._context.show(self._engine.variant)

    def _apply(self, slot: int, before: int, variant: int, after: Physics) -> bool:
        """Set a slot's model to a draw; whether its constants are to be derived anew."""
        changed, old = False, self.physics[slot]
        if variant != before and old != Physics():
            # what the old variant's draw had changed is put right by the new variant's own values
            changed = self._randomizers[variant].apply(self._engine, slot, old, Physics())
            old = Physics()
        elif variant != before:
            old = Physics()
        changed |= self._randomizers[variant].apply(self._engine, slot, old, after)
        self.physics[slot] = after
        return changed

    def push(self, since: Floats, going: Mask) -> None:
        """Push the robots of slots whose time has come.

        Args:
            since: (slots,) time before the control step, in s.
            going: (slots,) whether the slot was stepped.
        """
        if not self._push.any():
            return
        pushed = np.flatnonzero(push_due(self._engine.state.time, since) & (self._push > 0) & going)
        for i in pushed.tolist():
            data, kicks = SlotState(self._engine, i), self._kicks[i]
            assert kicks is not None  # since the reset
            randomizer = self._randomizers[int(self._engine.variant[i])]
            randomizer.push(data.qpos, data.qvel, float(self._push[i]), kicks)
        self._engine.sense(pushed)

    def streams(self) -> list[Mapping[str, Any] | None]:
        """Return the state of the stream of each slot's pushes, if there are any."""
        return [None if kicks is None else kicks.bit_generator.state for kicks in self._kicks]

    def set_streams(self, states: Sequence[Mapping[str, Any] | None]) -> None:
        """Put back what `streams` gave."""
        for i, state in enumerate(states):
            self._kicks[i] = None
            if state is not None:
                kicks = self._randomizers[int(self._engine.variant[i])].kicks(0)
                kicks.bit_generator.state = dict(state)
                self._kicks[i] = kicks
