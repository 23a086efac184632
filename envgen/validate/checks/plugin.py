"""The model needs no engine plug-ins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding


@register
class Plugin(TextLint):
    """Engine plug-ins that the model requires."""

    kind: ClassVar[str] = "plugin"
    title: ClassVar[str] = "the model needs no engine plug-in"
    why: ClassVar[str] = (
        "A plug-in is native code: it works only where it is installed, and never in a browser."
    )
    remedy: ClassVar[str] = (
        "Replace the plug-in by built-in features, or run the model only where the plug-in is installed."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for node in subject.source.nodes:
            if (
                node.tag == "plugin"
                and node.attrib.get("plugin")
                and node.parent
                and node.parent.tag == "extension"
            ):
                yield self.issue(f"it needs the engine plug-in {node.attrib['plugin']}", at=node)
