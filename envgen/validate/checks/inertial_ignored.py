"""Given inertias are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding


@register
class InertialIgnored(TextLint):
    """Bodies with <inertial> and geoms under inertiafromgeom="true", which replaces the given inertia."""

    kind: ClassVar[str] = "inertial_ignored"
    title: ClassVar[str] = "<inertial> is not overridden by inertiafromgeom"
    why: ClassVar[str] = "MuJoCo silently replaces measured masses and inertias by those of the geoms."
    remedy: ClassVar[str] = 'Take inertiafromgeom="auto", or remove <inertial>.'

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        told = [
            c.attrib["inertiafromgeom"]
            for c in subject.source.tagged("compiler")
            if "inertiafromgeom" in c.attrib
        ]
        if not told or told[-1] != "true":
            return
        for node in subject.source.tagged("inertial"):
            body = node.parent
            if body and any(child.tag == "geom" for child in body.children):
                yield self.issue("it is overridden: inertiafromgeom is true and the body has geoms", at=node)
