"""Files have a format that MuJoCo reads on every platform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding, Severity


@register
class FileFormat(TextLint):
    """Formats of meshes, textures and heightfields that MuJoCo doesn't decode, above all in a browser."""

    kind: ClassVar[str] = "file_format"
    title: ClassVar[str] = "meshes are OBJ, STL or MSH; textures and heightfields are PNG or binary"
    why: ClassVar[str] = (
        "MuJoCo in WebAssembly decodes only OBJ, STL, MSH and PNG; others need plug-ins or fail."
    )
    severity: ClassVar[Severity] = "error"
    remedy: ClassVar[str] = "Convert meshes to OBJ or STL, and pictures to PNG."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for node in subject.source.nodes:
            for key in _ATTRIBUTES.get(node.tag, ()):
                file = node.attrib.get(key, "")
                suffix = PurePosixPath(file.replace("\\", "/")).suffix.lower()
                known = _READ[node.tag]
                told = node.attrib.get("content_type", "").lower()
                if file and suffix and (suffix not in known or (told and told not in _TYPES)):
                    what = told or suffix
                    yield self.issue(
                        f"{file!r} is of the format {what}: a {node.tag} is {_SAID[node.tag]}", at=node
                    )


_SIDES = tuple(f"file{side}" for side in ("up", "down", "left", "right", "front", "back"))
_ATTRIBUTES = {"mesh": ("file",), "hfield": ("file",), "texture": ("file", *_SIDES)}
_READ = {
    "mesh": (".obj", ".stl", ".msh"),
    "hfield": (".png", ".bin", ".hf", ".dat"),
    "texture": (".png", ".bin", ".ktx", ".tex", ".dat"),
}
_SAID = {"mesh": "OBJ, STL or MSH", "hfield": "PNG or binary", "texture": "PNG or binary"}
_TYPES = {"model/obj", "model/stl", "model/vnd.mujoco.msh", "image/png", "image/ktx",
          "image/vnd.mujoco.hfield", "image/vnd.mujoco.texture"}  # fmt: skip
