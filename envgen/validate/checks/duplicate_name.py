"""Names are unique."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding, Severity
from envgen.validate.source import Node


@register
class DuplicateName(TextLint):
    """Elements of one kind that share a name, which MuJoCo refuses."""

    kind: ClassVar[str] = "duplicate_name"
    title: ClassVar[str] = "no two elements of a kind share a name"
    why: ClassVar[str] = "MuJoCo refuses the model and names only one of the two elements."
    severity: ClassVar[Severity] = "error"
    remedy: ClassVar[str] = "Rename one of the two."

    def applies(self, subject: Subject) -> bool:
        return super().applies(subject) and subject.model is None

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        seen: dict[tuple[str, str], Node] = {}
        for node in subject.source.nodes:
            kind = _kind(node)
            if not kind or not node.name or node.under("default", "replicate"):
                continue
            first = seen.setdefault((kind, node.name), node)
            if first is not node:
                where = f"{first.file}:{first.line}" if first.file else f"line {first.line}"
                yield self.issue(f"another {kind} of this name is in {where} already", at=node)


_ITSELF = ("body", "geom", "site", "camera", "light", "mesh", "texture", "material", "hfield", "key")
_SECTIONS = ("actuator", "sensor", "tendon", "equality")


def _kind(node: Node) -> str:
    """Return the kind within which its name must be unique; empty if there is none."""
    above = node.parent.tag if node.parent else ""
    if above in _SECTIONS:
        return above
    if node.tag in ("joint", "freejoint"):
        return "joint" if above in ("body", "frame", "worldbody") else ""
    if node.tag in ("mesh", "texture", "material", "hfield"):
        return node.tag if above == "asset" else ""
    return node.tag if node.tag in _ITSELF and above in ("body", "worldbody", "frame", "keyframe") else ""
