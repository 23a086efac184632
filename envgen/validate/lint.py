"""The base of lints: checks for common mistakes in external MJCF files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Check, Scope
from envgen.validate.report import Finding, Severity
from envgen.validate.source import Location, Node
from envgen.validate.stages import Stage
from envgen.validate.subject import Subject, elements_of

MAX_FINDINGS = 200
"""Findings of one lint on one file: further ones say nothing new."""
FREE, BALL, SLIDE, HINGE = (
    int(getattr(mujoco.mjtJoint, f"mjJNT_{name}")) for name in ("FREE", "BALL", "SLIDE", "HINGE")
)
TAGS = {
    "body": ("body",),
    "joint": ("joint", "freejoint"),
    "geom": ("geom",),
    "site": ("site",),
    "key": ("key",),
    "mesh": ("mesh",),
}


class Lint(Check):
    """A check with a finding for each faulty element."""

    scope: ClassVar[Scope] = "foreign"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.LINT_MODEL

    def applies(self, subject: Subject) -> bool:
        """Return whether there is anything to check; by default an external model that compiled."""
        return subject.foreign and subject.model is not None and subject.spec is not None

    @abstractmethod
    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each faulty element."""

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """Return all issues, or one finding that passes."""
        found = tuple(islice(self.find_issues(subject), MAX_FINDINGS))
        return found or (self.finding(0, 0, ok=True),)

    def run(self, subject: Subject) -> Finding:
        """Return the first finding."""
        return self.examine(subject)[0]

    def issue(
        self,
        detail: str,
        measured: float = 1.0,
        bound: float = 0.0,
        *,
        at: Location | Node | None = None,
        severity: Severity | None = None,
        unit: str | None = None,
        remedy: str = "",
    ) -> Finding:
        """Return a finding that does not pass."""
        finding = self.finding(measured, bound, ok=False, detail=detail, remedy=remedy)
        finding = replace(
            finding, severity=severity or self.severity, unit=self.unit if unit is None else unit
        )
        location = at.location if isinstance(at, Node) else at
        return self.with_location(location, finding) if location else finding


class TextLint(Lint):
    """A lint of the text alone, which also applies to files that don't compile."""

    stage: ClassVar[Stage] = Stage.LINT_TEXT

    def applies(self, subject: Subject) -> bool:
        """Return whether it is an external file that could be parsed."""
        return subject.foreign and bool(subject.source.nodes)


def locate(subject: Subject, kind: str, index: int) -> Location:
    """Return the location of an element of the compiled model.

    Args:
        subject: What is examined.
        kind: A key of `TAGS`, `actuator`, `sensor`, `equality` or `tendon`.
        index: Its number in the model.
    """
    element = subject.elements(kind).get(index)
    if element is None:
        return Location(f"{kind} {index}")
    node = subject.source.node_of(element, *TAGS.get(kind, ()), section=kind)
    node = node or _node_by_position(subject, kind, element)
    label = f'{kind} "{element.name}"' if element.name else ""
    if node is not None:
        return Location(label or node.label, node.file, node.line)
    body = getattr(element, "parent", None)
    if not label:
        owner = getattr(body, "name", "")
        label = f'{kind} {index} of body "{owner}"' if owner else f"{kind} {index}"
    upper = subject.source.node_of(body, "body") if body is not None and body.name else None
    return Location(label, upper.file if upper else "", upper.line if upper else None)


def display_name(location: Location) -> str:
    """Return the name of an element in a sentence; with its line if it has none ("joint on line 5")."""
    named = ('"' in location.element and " of " not in location.element) or location.line is None
    return location.element if named else f"{location.element} on line {location.line}"


def _node_by_position(subject: Subject, kind: str, element: Any) -> Node | None:
    """Return the node of an unnamed element whose line MuJoCo doesn't give: the n-th of its kind in its body.

    MuJoCo gives no line in included files, nor for keyframes, which are in no body.
    """
    body, tags = getattr(element, "parent", None), TAGS.get(kind, ())
    if kind == "key":
        keys = list(subject.source.tagged("key"))
        return keys[element.id] if len(keys) == len(subject.elements(kind)) else None
    upper = subject.source.node_of(body, "body") if body is not None and body.name else None
    siblings = [e.id for e in elements_of(body, kind)] if upper else []
    children = [child for child in upper.children if child.tag in tags] if upper else []
    if len(children) != len(siblings) or element.id not in siblings:
        return None
    return children[siblings.index(element.id)]


def moving_bodies(subject: Subject) -> Any:
    """Return (nbody,) whether a body can move against the world."""
    return np.asarray(subject.model.body_weldid) != 0


def colliding_geoms(subject: Subject) -> Any:
    """Return (ngeom,) whether a geom can collide by its contype and conaffinity."""
    model = subject.model
    return (np.asarray(model.geom_contype) != 0) | (np.asarray(model.geom_conaffinity) != 0)


def body_extent(subject: Subject, b: int) -> tuple[Any, Any] | None:
    """Return the corners (m) of the geoms of a body and of bodies welded to it, or None."""
    model, home = subject.model, subject.home
    own = np.flatnonzero((np.asarray(model.body_weldid)[model.geom_bodyid] == b) & (model.geom_rbound > 0))
    if not len(own):
        return None
    centres, reach = home.geom_xpos[own], np.asarray(model.geom_rbound)[own][:, None]
    return (centres - reach).min(axis=0), (centres + reach).max(axis=0)


def parse_numbers(text: str) -> list[float]:
    """Return the numbers of an attribute; empty if it holds others, which MuJoCo reports itself."""
    try:
        return [float(word) for word in text.split()]
    except ValueError:
        return []
