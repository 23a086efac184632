"""Latency: controls that take effect some control steps after they were given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.rollout.stepper import Slots


class Delay:
    """Exchanges the controls given for those given `steps` control steps ago, for the time of a control step.

    Args:
        slots: Number of slots.

    Attributes:
        steps: (slots,) latency, in control steps.
        past: (slots, k, nu) controls given in earlier control steps, the latest first; k grows as needed.
    """

    def __init__(self, slots: int) -> None:
        self.steps = np.zeros(slots, dtype=np.intp)
        self.past: Floats = np.zeros((slots, 0, 0))
        self._rows: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._given: Floats = np.zeros((0, 0))

    def begin(self, slots: Slots, ctrl: Floats) -> None:
        """Begin episodes: before there is a control to apply, that of the start is.

        Args:
            slots: Slots that were reset; their `steps` are set.
            ctrl: (slots, nu) controls of the start.
        """
        late = slots[self.steps[slots] > 0]
        if len(late):
            self._grow(int(self.steps.max()), ctrl.shape[1])
            self.past[late] = ctrl[late, None]

    def exchange(self, ctrl: Floats) -> None:
        """Replace the controls given by those that take effect now.

        Args:
            ctrl: (slots, nu) controls, changed in place.
        """
        self._rows = rows = np.flatnonzero(self.steps)
        if len(rows):
            self._given = ctrl[rows]
            ctrl[rows] = self.past[rows, self.steps[rows] - 1]
            self.past[rows, 1:] = self.past[rows, :-1]
            self.past[rows, 0] = self._given

    def give_back(self, ctrl: Floats) -> None:
        """Write the controls given again: tasks observe these.

        Args:
            ctrl: (slots, nu) controls, changed in place.
        """
        if len(self._rows):
            ctrl[self._rows] = self._given

    def _grow(self, depth: int, width: int) -> None:
        if depth > self.past.shape[1]:
            grown = np.zeros((len(self.steps), depth, width))
            held = self.past.shape[1]
            if held:
                grown[:, :held] = self.past
            self.past = grown
