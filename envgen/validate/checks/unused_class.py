"""Default classes are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding, Severity
from envgen.validate.source import Node


@register
class UnusedClass(TextLint):
    """Default classes that no element and no body refers to."""

    kind: ClassVar[str] = "unused_class"
    title: ClassVar[str] = "every default class is used"
    why: ClassVar[str] = "Its settings have no effect, which is rarely intended."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Remove the class, or refer to it by `class` or `childclass`."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        used = {
            node.attrib[key]
            for node in subject.source.nodes
            for key in ("class", "childclass")
            if node.tag != "default" and node.attrib.get(key)
        }
        for node in subject.source.nodes:
            name = node.attrib.get("class", "")
            if node.tag != "default" or not name or not node.under("default"):
                continue
            # only the topmost unused class is reported
            if not _taken(node, used) and _taken(node.parent, used):
                yield self.issue(f"nothing uses the class {name!r}", at=node)


def _taken(node: Node | None, used: set[str]) -> bool:
    """Return whether a class or one below it is used; the outermost always counts as used."""
    if node is None or not node.under("default") or node.attrib.get("class") in used:
        return True
    return any(_taken(child, used) for child in node.children if child.tag == "default")
