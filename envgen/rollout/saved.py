"""The state of a rollout as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.rollout.physics import Physics
from envgen.rollout.stepper import Mask


@dataclass(frozen=True, eq=False)
class Saved:
    """Complete state of a rollout, from which one of the same variants continues identically.

    Attributes:
        variant: (slots,) position of the variant of each slot.
        episode: (slots,) number of the running episode.
        over: (slots, agents) whether the episode of the agent has ended.
        overflowed: (slots,) whether MuJoCo ran out of memory in this episode.
        physics: Randomised physics of the running episode of each slot.
        kicks: State of the random stream of each slot's pushes, if it has one.
        states: States, sensors and warnings by group of the engine.
        began: Whether there was a reset.
        past: (slots, k, nu) controls given in earlier control steps, where actions have a latency.
        steps: (slots,) control steps since the reset.
    """

    variant: NDArray[np.intp]
    episode: NDArray[np.int64]
    over: Mask
    overflowed: Mask
    physics: Sequence[Physics]
    kicks: Sequence[Mapping[str, Any] | None]
    states: Sequence[tuple[Floats, Floats, NDArray[np.int32]]]
    began: bool
    past: Floats
    steps: NDArray[np.int64]
