"""The state of a rollout as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.rollout.randomize import Physics
from envgen.rollout.stepper import Mask


@dataclass(frozen=True, eq=False)
class Saved:
    """All that a rollout of the same variants needs to go on as if nothing had happened.

    Attributes:
        variant: (slots,) place of the variant of each.
        episode: (slots,) number of the running episode.
        over: (slots, agents) whose episode has ended.
        overflowed: (slots,) where MuJoCo had no memory left in this episode.
        physics: What was drawn for the running episode of each slot.
        kicks: State of the stream of each slot's pushes, if there are any.
        states: By group of the engine: states, sensors and warnings.
        began: Whether there was a reset.
    """

    variant: NDArray[np.intp]
    episode: NDArray[np.int64]
    over: Mask
    overflowed: Mask
    physics: Sequence[Physics]
    kicks: Sequence[Mapping[str, Any] | None]
    states: Sequence[tuple[Floats, Floats, NDArray[np.int32]]]
    began: bool
