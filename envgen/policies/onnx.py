"""Trained policies as ONNX files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from envgen.core.errors import InputError
from envgen.policies.base import NETWORK, AgentInterface, Floats, Policy, PolicyInput, register
from envgen.policies.onnx_header import check, load
from envgen.policies.policy_files import networks


def locate(argument: str) -> Path:
    """The file of a network: one of those that are listed, or a path.

    Raises:
        InputError: It is neither.
    """
    known = networks()
    if argument in known:
        return known[argument]
    if not argument.lower().endswith(NETWORK):
        names = ", ".join(known) or "none is installed"
        raise InputError(
            f"there is no network {argument!r}",
            f"Known: {names}. Or give the path of a file that ends in {NETWORK}.",
        )
    return Path(argument).expanduser()


@register
class Network(Policy):
    """A network from an ONNX file: `onnx:` and the name of one that is listed, or the path of a file."""

    kind: ClassVar[str] = "onnx"
    takes: ClassVar[str] = f"the name of a network or the path of a file that ends in {NETWORK}"

    def __init__(self, session: Any, source: str, actuators: int) -> None:
        self._session, self.source, self.actuators = session, source, actuators

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> Network:
        """The policy for a interface.

        Raises:
            InputError: The file is missing, damaged or of something else; or onnxruntime is missing.
        """
        path = locate(argument)
        content, header = load(path)
        check(header, interface)
        return cls(_session(content, str(path)), str(path), len(interface.actuators))

    def __call__(self, moment: PolicyInput) -> Floats:
        """What the network says of each row.

        Raises:
            InputError: It gives another shape than it declares, or fails.
        """
        rows = len(moment.time)
        if not rows:
            return np.zeros((0, self.actuators))
        try:
            (action,) = self._session.run(["action"], {"obs": moment.observation.astype(np.float32)})
        except Exception as error:  # the runtime has exceptions of its own for each kind of failure
            raise InputError(
                f"{self.source} failed: {_first(error)}", "Look at the network: its sizes don't fit together."
            ) from None
        if action.shape != (rows, self.actuators):
            raise InputError(
                f"{self.source} gave actions of shape {action.shape} for {rows} observations",
                f"Its output has to be (N, {self.actuators}).",
            )
        clipped: Floats = action.astype(np.float64).clip(-1.0, 1.0)
        return clipped


@lru_cache(maxsize=16)
def _session(content: bytes, source: str) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise InputError(
            "policies as ONNX need the package onnxruntime", "Install it: pip install 'envgen[onnx]'."
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # small networks; sums in one order
    options.log_severity_level = 4
    try:
        # from memory, so that a network can't name other files of this disk
        return onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )  # a second try would print on standard output
    except Exception as error:  # the runtime has exceptions of its own for each kind of failure
        raise InputError(
            f"{source} can't be loaded: {_first(error)}", "Export the policy again (docs/policies.md)."
        ) from None


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
