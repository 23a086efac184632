"""Header of an ONNX file (inputs, outputs, metadata), read without a runtime.

ONNX is protobuf; the few fields needed here are those of onnx.proto, https://github.com/onnx/onnx.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from envgen.core.errors import InputError
from envgen.policies.base import AgentInterface

MAX_BYTES = 256 * 10**6
FLOAT = 1
"""TensorProto.FLOAT."""
KEYS = ("envgen.robot", "envgen.task", "envgen.obs", "envgen.version")
MAJOR = 0
"""Major version of envgen; policies of a later one are refused."""


@dataclass(frozen=True)
class Tensor:
    """An input or output.

    Attributes:
        name: Name of the tensor.
        kind: Element type as in TensorProto; 1 is float32.
        shape: Size of each axis, None for a free one.
    """

    name: str
    kind: int
    shape: tuple[int | None, ...]

    def __str__(self) -> str:
        axes = ", ".join("N" if size is None else str(size) for size in self.shape)
        return f"{self.name} ({axes})" + ("" if self.kind == FLOAT else f" of type {self.kind}")


@dataclass(frozen=True)
class Header:
    """Header of an ONNX file.

    Attributes:
        source: Name of the file for messages.
        inputs: Inputs without constants.
        outputs: Outputs.
        metadata: Text by key.
    """

    source: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    metadata: dict[str, str]

    @property
    def observation(self) -> list[tuple[str, int]]:
        """Terms of the observation with their sizes; terms of size 0 are left out.

        Raises:
            InputError: The metadata is malformed.
        """
        try:
            terms = [(str(name), int(size)) for name, size in json.loads(self.metadata["envgen.obs"])]
        except (ValueError, TypeError):
            raise InputError(
                f"{self.source}: envgen.obs must be a list of terms with sizes",
                'Write it as JSON, such as [["height", 1], ["up", 3]].',
            ) from None
        return [(name, size) for name, size in terms if size]


def read_header(content: bytes, source: str) -> Header:
    """Parse the header of an ONNX file.

    Raises:
        InputError: The content is not ONNX.
    """
    try:
        return _model(content, source)
    except (_ProtobufError, UnicodeDecodeError):
        raise InputError(
            f"a policy must be a whole ONNX file, got {source}", "Export the policy again (docs/policies.md)."
        ) from None


def load_onnx(path: Path) -> tuple[bytes, Header]:
    """Read the content and header of an ONNX file.

    Raises:
        InputError: The file is missing, too large or not ONNX.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} must be at most {MAX_BYTES // 10**6} MB", "Use a smaller network.")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the policy {path} can't be read: {error.strerror}",
            "Give the path of an .onnx file, or a name of `envgen list policies onnx`.",
        ) from None
    return content, read_header(content, str(path))


def check_interface(header: Header, interface: AgentInterface) -> None:
    """Raise if a network does not fit an interface.

    Raises:
        InputError: The robot, task, observation or shape differs; the message has both.
    """
    source, meta = header.source, header.metadata
    missing = [key for key in KEYS if key not in meta]
    if missing:
        raise InputError(
            f"{source} lacks the metadata {', '.join(missing)}",
            "Write them with envgen.policies.onnx_file.annotate (docs/policies.md).",
        )
    version = meta["envgen.version"]
    if not version.split(".")[0].isdigit() or int(version.split(".")[0]) > MAJOR:
        raise InputError(f"{source} is of a later envgen, {version!r}", "Upgrade envgen.")
    for key, what, needed in (
        ("envgen.robot", "robot", interface.robot),
        ("envgen.task", "task", interface.task),
    ):
        if meta[key] != needed:
            raise InputError(
                f"{source} is for the {what} {meta[key]!r}, but this agent's is {needed!r}",
                f"Choose a policy that was trained for {interface.robot!r} and {interface.task!r}.",
            )
    _check_observation(header, interface)
    _check_tensor(header, "input", header.inputs, "obs", interface.observed)
    _check_tensor(header, "output", header.outputs, "action", len(interface.actuators))


def _check_observation(header: Header, interface: AgentInterface) -> None:
    given, needed = header.observation, [(name, size) for name, size in interface.observation if size]
    if given == needed:
        return
    differs = next(
        (
            f"term {i + 1} is {_term(a)}, not {_term(b)}"
            for i, (a, b) in enumerate(zip(given, needed))
            if a != b
        ),
        f"it has {len(given)} terms, not {len(needed)}",
    )
    raise InputError(
        f"{header.source} observes other terms than this agent: {differs}",
        f"The network takes {_terms(given)}; the agent gives {_terms(needed)}.",
    )


def _check_tensor(header: Header, what: str, found: Sequence[Tensor], name: str, size: int) -> None:
    needed = f"one {what}, {name} (N, {size}) of float32, N free"
    remedy = f"Export it with {needed} (docs/policies.md)."
    if len(found) != 1 or found[0].name != name:
        shown = ", ".join(map(str, found)) or "none"
        raise InputError(f"{header.source} has the {what}s {shown}; needed is {needed}", remedy)
    tensor = found[0]
    axes = len(tensor.shape) == 2 and tensor.shape[0] is None and tensor.shape[1] in (None, size)
    if not axes or tensor.kind != FLOAT:
        raise InputError(f"{header.source} has the {what} {tensor}; needed is {needed}", remedy)


def _term(term: tuple[str, int]) -> str:
    return f"{term[0]} ({term[1]})"


def _terms(terms: Sequence[tuple[str, int]]) -> str:
    return f"{', '.join(map(_term, terms))} ({sum(size for _, size in terms)} numbers)"


# --- protobuf -----------------------------------------------------------------------------------


class _ProtobufError(Exception):
    """The bytes are not a valid protobuf message."""


def _model(content: bytes, source: str) -> Header:
    graph, metadata = None, {}
    for field, value in _fields(content):
        if field == 7:
            graph = _bytes(value)
        elif field == 14:
            entry = dict(_fields(_bytes(value)))
            metadata[_text(entry.get(1, b""))] = _text(entry.get(2, b""))
    if graph is None:
        raise _ProtobufError
    constants: set[str] = set()
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    for field, value in _fields(graph):
        if field == 5:
            constants |= {_text(own) for key, own in _fields(_bytes(value)) if key == 8}
        elif field in (11, 12):
            (inputs if field == 11 else outputs).append(_tensor(_bytes(value)))
    real = tuple(tensor for tensor in inputs if tensor.name not in constants)
    return Header(source, real, tuple(outputs), metadata)


def _tensor(content: bytes) -> Tensor:
    name, kind, shape = "", 0, []
    for field, value in _fields(content):
        if field == 1:
            name = _text(value)
        elif field == 2:
            inner = dict(_fields(_bytes(value))).get(1, b"")
            for own, part in _fields(_bytes(inner)):
                if own == 1 and isinstance(part, int):
                    kind = part
                elif own == 2:
                    shape = [_axis(_bytes(axis)) for key, axis in _fields(_bytes(part)) if key == 1]
    return Tensor(name, kind, tuple(shape))


def _axis(content: bytes) -> int | None:
    size = dict(_fields(content)).get(1)
    return size if isinstance(size, int) else None


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number and value of each field of a message."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(content, at)
            yield field, value
            continue
        if wire == 2:
            length, at = _varint(content, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise _ProtobufError
        if at + length > len(content) or field == 0:
            raise _ProtobufError
        yield field, content[at : at + length]
        at += length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content) and shift < 70:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise _ProtobufError


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise _ProtobufError
    return value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode()
