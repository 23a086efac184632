"""MuJoCo's door: compile text and catch what it warns of. The only place that handles its warnings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

import mujoco
import numpy as np

from envgen.core.errors import WorkError

Model = Any
"""`mujoco.MjModel`; MuJoCo ships no type stubs."""
Data = Any
"""`mujoco.MjData`."""

VERSION: str = mujoco.__version__
FatalError: type[Exception] = mujoco.FatalError
"""What MuJoCo raises when it can't go on, such as a full arena."""
NAN_WARNING = "XML contains a 'NaN'"
"""What MuJoCo warns of where it goes on with a number that is none."""


@dataclass
class WarningLog:
    """Warnings that were raised while a `capture_warnings` block ran."""

    messages: list[str] = field(default_factory=list)


@contextmanager
def capture_warnings() -> Iterator[WarningLog]:
    """Collect MuJoCo's warnings instead of printing them or leaving a MUJOCO_LOG.TXT behind."""
    caught = WarningLog()
    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(caught.messages.append)
    try:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            yield caught
            caught.messages.extend(str(entry.message) for entry in seen)
    finally:
        mujoco.set_mju_user_warning(before)


_kept: dict[tuple[int, ...], Data] = {}
"""The last state that was handed back, by the sizes of its model."""


@cache
def _sizes() -> Callable[[Model], tuple[int, ...]]:
    """Reads all whole numbers of a model: its sizes, and the signature of its tree."""
    model = mujoco.MjModel.from_xml_string("<mujoco/>")
    names = [key for key in dir(model) if key[0] != "_" and isinstance(getattr(model, key), int)]
    return attrgetter(*names)


@contextmanager
def borrow_data(model: Model) -> Iterator[Data]:
    """A state of the model, put to its reference pose, to be used within the block and not kept.

    MuJoCo's Python bindings make 4,000 objects for each MjData, which takes as long as 20 steps of an ant.
    What is in memory depends on the sizes of the model alone, and `mj_resetData` writes all of it: as
    `mujoco.rollout` does, a state is used for every model of the same sizes. Its attribute `model` is that
    of the first.
    """
    key = _sizes()(model)
    data = _kept.pop(key, None)
    if data is None:
        data = mujoco.MjData(model)
    else:
        mujoco.mj_resetData(model, data)
    yield data
    _kept.clear()
    if data.pstack == 0:  # else MuJoCo ended in the middle of a step
        _kept[key] = data


def control_range(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Ends (nu,) of the control; actuators without a range get -1 to 1."""
    limited = model.actuator_ctrllimited.astype(bool)
    low = np.where(limited, model.actuator_ctrlrange[:, 0], -1.0)
    high = np.where(limited, model.actuator_ctrlrange[:, 1], 1.0)
    return low, high


def compile_text(text: str, files: Mapping[str, bytes] | None = None) -> Model:
    """Compile MJCF text.

    Args:
        text: The MJCF.
        files: Contents of the files that it names, by the name in the text.

    Raises:
        WorkError: MuJoCo refuses it; with MuJoCo's words.
    """
    try:
        return mujoco.MjModel.from_xml_string(text, dict(files or {}))
    except ValueError as error:
        raise WorkError(f"MuJoCo can't compile it: {' '.join(str(error).split())}") from None


def save_binary(model: Model) -> bytes:
    """A compiled model as MJB, which this version of MuJoCo reads."""
    buffer = np.zeros(mujoco.mj_sizeModel(model), dtype=np.uint8)
    mujoco.mj_saveModel(model, None, buffer)
    return buffer.tobytes()
