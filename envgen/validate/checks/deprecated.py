"""Nothing is deprecated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding, Severity


@register
class Deprecated(TextLint):
    """Attributes that MuJoCo still reads but has deprecated."""

    kind: ClassVar[str] = "deprecated"
    title: ClassVar[str] = "no deprecated attribute"
    why: ClassVar[str] = "They have no effect or a successor, and a later MuJoCo may refuse them."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Remove the attribute, or use its successor."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for node in subject.source.nodes:
            for (tag, key), successor in _OLD.items():
                if node.tag == tag and key in node.attrib:
                    yield self.issue(f"the attribute {key!r} of <{tag}> is deprecated: {successor}", at=node)


_OLD = {
    ("size", "njmax"): "the arena of <size memory> holds constraints and contacts",
    ("size", "nconmax"): "the arena of <size memory> holds constraints and contacts",
    ("size", "nstack"): "the arena of <size memory> holds the stack",
    ("compiler", "coordinate"): "coordinates are always local",
}
