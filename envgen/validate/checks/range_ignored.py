"""Given ranges are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint, parse_numbers
from envgen.validate.report import Finding


@register
class RangeIgnored(TextLint):
    """Ranges without effect: disabled by an attribute, or with their ends in the wrong order."""

    kind: ClassVar[str] = "range_ignored"
    title: ClassVar[str] = "every given range has an effect"
    why: ClassVar[str] = "MuJoCo silently ignores it: the joint or the control is unlimited."
    remedy: ClassVar[str] = 'Put the smaller end first; remove `limited="false"` or the range.'

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for node in subject.source.nodes:
            if node.tag in _OTHERS:
                continue
            for key, switch in _SWITCHES.items():
                ends = parse_numbers(node.attrib.get(key, ""))
                if len(ends) != 2 or ends == [0, 0]:
                    continue
                if ends[0] >= ends[1]:
                    yield self.issue(f"{key} {ends[0]:g} to {ends[1]:g} is empty: its ends are swapped",
                                     ends[0], ends[1], at=node)  # fmt: skip
                elif node.attrib.get(switch) == "false":
                    yield self.issue(f"{key} has no effect, as {switch} is false", at=node)


_SWITCHES = {"range": "limited", "ctrlrange": "ctrllimited", "forcerange": "forcelimited",
             "actrange": "actlimited", "actuatorfrcrange": "actuatorfrclimited"}  # fmt: skip
_OTHERS = ("numeric", "text", "replicate", "rangefinder", "contact")
"""Elements whose `range` has another meaning."""
