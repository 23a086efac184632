"""Trained policies as ONNX files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from envgen.core.errors import InputError
from envgen.policies.base import NETWORK, AgentInterface, Floats, Policy, PolicyInput, register
from envgen.policies.onnx_header import check_interface, load_onnx
from envgen.policies.policy_files import network_files


def find_network(argument: str) -> Path:
    """Return the file of a network, given by name or by path.

    Raises:
        InputError: The name is unknown.
    """
    known = network_files()
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
class OnnxPolicy(Policy):
    """A network from an ONNX file: a name that is listed (or `onnx:` and the name), or the path of a file."""

    kind: ClassVar[str] = "onnx"
    takes: ClassVar[str] = f"the name of a network or the path of a file that ends in {NETWORK}"

    def __init__(self, session: Any, source: str, actuators: int) -> None:
        self._session, self.source, self.actuators = session, source, actuators

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> OnnxPolicy:
        """Load the network for an interface.

        Raises:
            InputError: The file is missing, damaged or does not fit the interface, or onnxruntime is missing.
        """
        path = find_network(argument)
        content, header = load_onnx(path)
        check_interface(header, interface)
        return cls(_session(content, str(path)), str(path), len(interface.actuators))

    def __call__(self, inputs: PolicyInput) -> Floats:
        """Evaluate the network on each row; raises as `act`."""
        return self.act(inputs.observation)

    def act(self, observation: Floats) -> Floats:
        """Return actions (rows, actuators) in [-1, 1] for observations (rows, observed).

        Raises:
            InputError: The network fails or gives another shape than it declares.
        """
        rows = len(observation)
        if not rows:
            return np.zeros((0, self.actuators))
        try:
            (action,) = self._session.run(["action"], {"obs": observation.astype(np.float32)})
        except Exception as error:  # the runtime has an exception class for each kind of failure
            raise InputError(
                f"{self.source} failed: {_first(error)}",
                "Check the network: its layer sizes don't fit together.",
            ) from None
        if action.shape != (rows, self.actuators):
            raise InputError(
                f"{self.source} gave actions of shape {action.shape} for {rows} observations",
                f"The output must be (N, {self.actuators}).",
            )
        clipped: Floats = action.astype(np.float64).clip(-1.0, 1.0)
        return clipped


@lru_cache(maxsize=16)
def _session(content: bytes, source: str) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise InputError(
            "ONNX policies need the package onnxruntime", "Install it: pip install 'envgen[onnx]'."
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = (
        1  # small networks; reproducible order of sums
    )
    options.log_severity_level = 4
    try:
        # from memory, so that a network can't read other files of this disk
        return onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )  # a fallback would print on standard output
    except Exception as error:  # the runtime has an exception class for each kind of failure
        raise InputError(
            f"{source} can't be loaded: {_first(error)}", "Export the policy again (docs/policies.md)."
        ) from None


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
