"""The container format of a frame: a JSON header and blobs aligned to 8 bytes; see `spec`."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError

from envgen.core.errors import InputError
from envgen.packs.wire.spec import HEADERS, MAGIC, Wire

Content: TypeAlias = bytes | memoryview
_ALIGN = 8
_LEAD = struct.Struct("<II")


@dataclass(frozen=True, eq=False)
class Frame:
    """A decoded frame.

    Attributes:
        header: A `WorldSpec` or `MeshSpec`.
        blobs: Views of the received bytes, by name.
    """

    header: Wire
    blobs: Mapping[str, memoryview]


def pack(header: Mapping[str, Any], blobs: Iterable[tuple[str, Content]]) -> bytes:
    """Encode a frame.

    Args:
        header: One of the types in `HEADERS` as plain data, without its `blobs`.
        blobs: Name and content of each.
    """
    table, parts, at = [], [], 0
    for name, content in blobs:
        length = len(content) if isinstance(content, bytes) else content.nbytes
        table.append({"name": name, "offset": at, "length": length})
        parts += [content, bytes(-length % _ALIGN)]
        at += length + (-length % _ALIGN)
    text = json.dumps({**header, "blobs": table}, separators=(",", ":"), allow_nan=False).encode()
    padding = bytes(-(_LEAD.size + len(text)) % _ALIGN)
    return b"".join((_LEAD.pack(MAGIC, len(text)), text, padding, *parts))


def unpack(frame: bytes) -> Frame:
    """Decode a frame.

    Raises:
        InputError: The bytes are not a valid frame.
    """
    view = memoryview(frame)
    if len(frame) < _LEAD.size or (lead := _LEAD.unpack_from(frame))[0] != MAGIC:
        raise InputError(
            f"a frame must begin with its magic number, got {frame[:4]!r} of {len(frame)} bytes",
            "Give the bytes of one whole frame.",
        )
    end = _LEAD.size + lead[1]
    first = end + (-end % _ALIGN)
    try:
        data = json.loads(bytes(view[_LEAD.size : end]))
        kind = {model.model_fields["kind"].default: model for model in HEADERS}[data["kind"]]
        header = kind.model_validate(data)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise InputError(f"the header of a frame is malformed: {error}", "Send it again.") from None
    blobs = {}
    for blob in getattr(header, "blobs"):  # noqa: B009
        if blob.offset % _ALIGN or first + blob.offset + blob.length > len(frame):
            raise InputError(f"the blob {blob.name!r} is not in its frame", "Send it again.")
        blobs[blob.name] = view[first + blob.offset : first + blob.offset + blob.length]
    return Frame(header, blobs)
