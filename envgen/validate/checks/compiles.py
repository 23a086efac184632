"""It compiles without a warning."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.lint import parse_numbers
from envgen.validate.report import Finding
from envgen.validate.source import LINE, Node, Source
from envgen.validate.stages import Stage
from envgen.worlds.compiler import NAN_WARNING

IN_INCLUDED = re.compile(r"Element '([^']*)', line 0")
"""MuJoCo's form of an element of an included file: without file and line."""
ATTRIBUTE = re.compile(r"unrecognized attribute: '([^']*)'")
QUOTED = re.compile(r"'([^']+)'")
TAIL = re.compile(r" Element (name )?'[^']*',( id \d+,?)?( line \d+)?$")


@register
class Compiles(Check):
    """Number of warnings that MuJoCo gives while compiling; 1 if it refuses the model."""

    kind: ClassVar[str] = "compiles"
    title: ClassVar[str] = "compiles without a warning"
    why: ClassVar[str] = "A model that MuJoCo refuses or warns of doesn't run as intended."
    stage: ClassVar[Stage] = Stage.COMPILE
    remedy: ClassVar[str] = "Correct the fault that MuJoCo names."

    def applies(self, subject: Subject) -> bool:
        return True

    def run(self, subject: Subject) -> Finding:
        if subject.model is None:
            return self.finding(1, 0, ok=False, detail=subject.problem)
        warnings = subject.warnings
        return self.at_most(len(warnings), 0, "; ".join(warnings[:3]))

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """Return the finding with the element on the line that MuJoCo names."""
        finding = self.run(subject)
        found = LINE.search(finding.detail)
        if finding.ok or not subject.foreign:
            return (finding,)
        # the element and line are fields of the finding
        lost = IN_INCLUDED.search(finding.detail)
        finding = replace(finding, detail=TAIL.sub("", finding.detail).removeprefix("Error: "))
        if subject.model is not None:  # it only warns
            finding = replace(finding, severity="warning")
            broken = (n for n in subject.source.nodes if NAN_WARNING in finding.detail and _has_nan(n))
            node = next(broken, None)  # MuJoCo says that a value is NaN, and not which
            return (self.with_location(node.location, finding) if node else finding,)
        node = _included(subject.source, lost[1], finding.detail) if lost else None
        if found and not lost:
            node = subject.source.at_line(int(found[1]), QUOTED.findall(finding.detail))
        return (self.with_location(node.location, finding) if node else finding,)


def _has_nan(node: Node) -> bool:
    """Return whether one of its numeric attributes holds NaN; a name may be "nan"."""
    values = (parse_numbers(text) for key, text in node.attrib.items() if key not in ("name", "class"))
    return any(math.isnan(number) for value in values for number in value)


def _included(source: Source, tag: str, says: str) -> Node | None:
    """Return the element of an included file that MuJoCo refuses, if its message identifies one."""
    wrong = ATTRIBUTE.search(says)
    fits = [n for n in source.nodes if n.file and n.tag == tag and (not wrong or wrong[1] in n.attrib)]
    return fits[0] if fits and (wrong or len(fits) == 1) else None
