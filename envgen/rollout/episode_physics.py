"""The variant and the randomised physics of each slot between resets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from envgen.core.heightfield import Floats
from envgen.rollout.delay import Delay
from envgen.rollout.engine import BatchEngine
from envgen.rollout.observation_noise import ObservationNoise
from envgen.rollout.physics import Physics
from envgen.rollout.randomize import Randomizer, push_due
from envgen.rollout.slot_state import SlotState
from envgen.rollout.stepper import Mask, Slots
from envgen.worlds.compiled.task_context import TaskContext


class EpisodePhysics:
    """Randomises the models and starts of slots at resets, delays controls and pushes robots in episodes.

    Args:
        engine: The engine of the slots.
        context: The task context, which follows the variant of each slot.
        randomizers: Randomizer of each variant.
        observed: Length of the observation of each agent.

    Attributes:
        physics: Randomised physics of the running episode of each slot.
        delay: Latency of each slot.
        noise: Noise of observations of each slot.
    """

    def __init__(
        self,
        engine: BatchEngine,
        context: TaskContext,
        randomizers: Sequence[Randomizer],
        observed: Sequence[int],
    ) -> None:
        self._engine, self._context, self._randomizers = engine, context, randomizers
        self.physics = [Physics()] * len(engine)
        self._kicks: list[np.random.Generator | None] = [None] * len(engine)
        self._push: Floats = np.zeros(len(engine))
        self._interval: Floats = np.full(len(engine), Physics().push_interval)
        self.delay = Delay(len(engine))
        self.noise = ObservationNoise(randomizers, len(engine), observed)

    def begin(self, slots: Slots, variants: Sequence[int], episodes: Sequence[int]) -> None:
        """Draw the physics of new episodes and apply it to the models of their slots."""
        drawn = [self._randomizers[v].draw(episode) for v, episode in zip(variants, episodes)]
        self.assign(slots, variants, drawn)
        for i, variant, episode in zip(slots.tolist(), variants, episodes):
            self._kicks[i] = self._randomizers[variant].kicks(episode) if self._push[i] else None

    def start(self, slots: Slots, episodes: Sequence[int]) -> None:
        """Disturb the start states to which the engine has set slots, and forget controls of the past."""
        self.delay.begin(slots, self._engine.state.ctrl)
        self.noise.begin(slots, self._engine.variant[slots].tolist(), episodes, [0] * len(slots))
        noisy = []
        for i, episode in zip(slots.tolist(), episodes):
            size = self.physics[i].start_noise
            if size:
                data, randomizer = SlotState(self._engine, i), self._randomizers[int(self._engine.variant[i])]
                randomizer.disturb(data.qpos, data.qvel, size, episode)
                data.qacc_warmstart[:] = 0.0  # was solved for the undisturbed start
                noisy.append(i)
        if noisy:
            self._engine.refresh(np.array(noisy))

    def assign(self, slots: Slots, variants: Sequence[int], physics: Sequence[Physics]) -> None:
        """Give slots their variants and physics."""
        weighed, moved = [], False
        for i, variant, after in zip(slots.tolist(), variants, physics):
            before, changed = self._engine.variant[i], False
            if variant != before:
                self._engine.assign(i, variant)  # raises before anything is changed
            if variant != before or after != self.physics[i]:
                changed = self._apply(i, int(before), variant, after)
            moved |= variant != before
            self._push[i], self._interval[i] = after.push, after.push_interval
            self.delay.steps[i] = after.latency
            self.noise.size[i] = after.observation_noise
            if changed:
                weighed.append(i)
        if weighed:
            self._engine.derive(np.array(weighed))
        if moved:
            self._context.show(self._engine.variant)

    def _apply(self, slot: int, before: int, variant: int, after: Physics) -> bool:
        """Apply a draw to a slot's model. Return whether its constants must be derived again."""
        changed, old = False, self.physics[slot]
        if variant != before and old != Physics():
            # undo the old variant's draw: write the unscaled values of the new variant
            changed = self._randomizers[variant].apply(self._engine, slot, old, Physics())
            old = Physics()
        elif variant != before:
            old = Physics()
        changed |= self._randomizers[variant].apply(self._engine, slot, old, after)
        self.physics[slot] = after
        return changed

    def push(self, since: Floats, going: Mask) -> None:
        """Push the robots of slots in which a push is due.

        Args:
            since: (slots,) time before the control step, in s.
            going: (slots,) whether the slot was stepped.
        """
        if not self._push.any():
            return
        due = push_due(self._engine.state.time, since, self._interval)
        pushed = np.flatnonzero(due & (self._push > 0) & going)
        for i in pushed.tolist():
            data, kicks = SlotState(self._engine, i), self._kicks[i]
            assert kicks is not None  # since the reset
            randomizer = self._randomizers[int(self._engine.variant[i])]
            randomizer.push(data.qpos, data.qvel, float(self._push[i]), kicks)
        self._engine.sense(pushed)

    def streams(self) -> list[Mapping[str, Any] | None]:
        """Return the state of the random stream of each slot's pushes, if it has one."""
        return [None if kicks is None else kicks.bit_generator.state for kicks in self._kicks]

    def set_streams(self, states: Sequence[Mapping[str, Any] | None]) -> None:
        """Restore states that `streams` returned."""
        for i, state in enumerate(states):
            self._kicks[i] = None
            if state is not None:
                kicks = self._randomizers[int(self._engine.variant[i])].kicks(0)
                kicks.bit_generator.state = dict(state)
                self._kicks[i] = kicks
