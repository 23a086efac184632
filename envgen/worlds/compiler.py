"""Calls of MuJoCo's compiler, and capture of its warnings: the only module that handles them."""

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
"""Raised by MuJoCo on errors such as a full arena."""
NAN_WARNING = "XML contains a 'NaN'"
"""Part of MuJoCo's warning about a NaN in MJCF, which it compiles nevertheless."""


@dataclass
class WarningLog:
    """Warnings raised within a `capture_warnings` block."""

    messages: list[str] = field(default_factory=list)


@contextmanager
def capture_warnings() -> Iterator[WarningLog]:
    """Collect MuJoCo's warnings instead of printing them or writing a MUJOCO_LOG.TXT."""
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


_spare: dict[tuple[int, ...], Data] = {}
"""The MjData that was returned last, by the sizes of its model."""


@cache
def _sizes() -> Callable[[Model], tuple[int, ...]]:
    """Return a function that reads all integers of a model: its sizes, and the signature of its tree."""
    model = mujoco.MjModel.from_xml_string("<mujoco/>")
    names = [key for key in dir(model) if key[0] != "_" and isinstance(getattr(model, key), int)]
    return attrgetter(*names)


@contextmanager
def borrow_data(model: Model) -> Iterator[Data]:
    """Lend an MjData in the reference pose of the model, for use within the block only.

    MuJoCo's Python bindings make 4,000 objects for each MjData, which takes as long as 20 steps of an ant.
    The memory layout depends on the sizes of the model only, and `mj_resetData` writes all of it. So, as in
    `mujoco.rollout`, one MjData serves all models of the same sizes; its attribute `model` is the first.
    """
    key = _sizes()(model)
    data = _spare.pop(key, None)
    if data is None:
        data = mujoco.MjData(model)
    else:
        mujoco.mj_resetData(model, data)
    yield data
    _spare.clear()
    if data.pstack == 0:  # else MuJoCo was interrupted within a step
        _spare[key] = data


def control_range(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper ends (nu,) of the controls; -1 and 1 for actuators without a ctrlrange."""
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
        WorkError: MuJoCo refuses it; the message includes MuJoCo's.
    """
    try:
        return mujoco.MjModel.from_xml_string(text, dict(files or {}))
    except ValueError as error:
        raise WorkError(f"MuJoCo can't compile it: {' '.join(str(error).split())}") from None


def save_binary(model: Model) -> bytes:
    """Return a compiled model as MJB, which only this version of MuJoCo reads."""
    buffer = np.zeros(mujoco.mj_sizeModel(model), dtype=np.uint8)
    mujoco.mj_saveModel(model, None, buffer)
    return buffer.tobytes()
