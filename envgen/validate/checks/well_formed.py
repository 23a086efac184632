"""The text is XML that is safe to read."""

from __future__ import annotations

import re
from typing import ClassVar

from envgen.robots.xml import MAX_BYTES, MAX_ELEMENTS, UnsafeXml, check_xml
from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.source import Location
from envgen.validate.stages import Stage
from envgen.validate.xml_remedies import remedy_for

AT = re.compile(r"line (\d+), column")
"""The position in a message of lxml."""


@register
class WellFormed(Check):
    """Size of the text, which must be XML without a document type or entities."""

    kind: ClassVar[str] = "well_formed"
    unit: ClassVar[str] = "B"
    title: ClassVar[str] = "well-formed XML without entities, nested at most 150 deep"
    why: ClassVar[str] = (
        "Entities can exhaust memory or read other files; deep nesting overflows a browser's stack."
    )
    stage: ClassVar[Stage] = Stage.FILE
    remedy: ClassVar[str] = "Correct or remove the named part; convert URDF to MJCF; reduce deep nesting."

    def applies(self, subject: Subject) -> bool:
        return True

    def run(self, subject: Subject) -> Finding:
        few = subject.text.count(b"<") <= MAX_ELEMENTS
        if subject.drawn and subject.model is not None and few:  # parsing again takes 5 % of making a variant
            return self.at_most(len(subject.text), MAX_BYTES)
        try:
            check_xml(subject.text)
        except UnsafeXml as error:
            why = str(error)
            return self.finding(len(subject.text), MAX_BYTES, ok=False, detail=why, remedy=remedy_for(why))
        return self.at_most(len(subject.text), MAX_BYTES)

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """Return the finding with the line that the parser names."""
        finding = self.run(subject)
        found = AT.search(finding.detail)
        return (
            self.with_location(Location(line=int(found[1])), finding)
            if found and subject.foreign
            else finding,
        )
