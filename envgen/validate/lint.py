"""The base of lints: checks of what authors of MJCF get wrong, for files of others only."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Check, Scope, Subject
from envgen.validate.report import Finding, Severity
from envgen.validate.source import Node, Place
from envgen.validate.stages import Stage

MOST_FINDINGS = 200
"""Of one lint on one file: more say nothing new."""
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
    """A check with a finding for each element that is wrong."""

    scope: ClassVar[Scope] = "foreign"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = Stage.LINT_MODEL

    def applies(self, subject: Subject) -> bool:
        """By default a model of others that compiled."""
        return subject.foreign and subject.model is not None and subject.spec is not None

    @abstractmethod
    def look(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each element that is wrong."""

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """All that it finds, or that it found nothing."""
        found = tuple(islice(self.look(subject), MOST_FINDINGS))
        return found or (self.finding(0, 0, ok=True),)

    def run(self, subject: Subject) -> Finding:
        """The first that it finds."""
        return self.examine(subject)[0]

    def wrong(
        self,
        detail: str,
        measured: float = 1.0,
        bound: float = 0.0,
        *,
        at: Place | Node | None = None,
        severity: Severity | None = None,
        unit: str | None = None,
        remedy: str = "",
    ) -> Finding:
        """A finding that something is wrong."""
        finding = self.finding(measured, bound, ok=False, detail=detail, remedy=remedy)
        finding = replace(
            finding, severity=severity or self.severity, unit=self.unit if unit is None else unit
        )
        place = at.place if isinstance(at, Node) else at
        return self.at(place, finding) if place else finding


class TextLint(Lint):
    """A lint of the text alone: it applies to what doesn't compile, too."""

    stage: ClassVar[Stage] = Stage.LINT_TEXT

    def applies(self, subject: Subject) -> bool:
        """Files of others that could be parsed."""
        return subject.foreign and bool(subject.source.nodes)


def place(subject: Subject, kind: str, index: int) -> Place:
    """Where an element of the compiled model stands.

    Args:
        subject: What is examined.
        kind: A key of `TAGS`, `actuator`, `sensor`, `equality` or `tendon`.
        index: Its number in the model.
    """
    element = elements(subject, kind).get(index)
    if element is None:
        return Place(f"{kind} {index}")
    node = subject.source.node_of(element, *TAGS.get(kind, ()), section=kind) or _nth(subject, kind, element)
    label = f'{kind} "{element.name}"' if element.name else ""
    if node is not None:
        return Place(label or node.label, node.file, node.line)
    body = getattr(element, "parent", None)
    if not label:
        owner = getattr(body, "name", "")
        label = f'{kind} {index} of body "{owner}"' if owner else f"{kind} {index}"
    upper = subject.source.node_of(body, "body") if body is not None and body.name else None
    return Place(label, upper.file if upper else "", upper.line if upper else None)


def called(place: Place) -> str:
    """What an element is called in a sentence: by its line, if it has no name ("joint on line 5")."""
    named = ('"' in place.element and " of " not in place.element) or place.line is None
    return place.element if named else f"{place.element} on line {place.line}"


def _nth(subject: Subject, kind: str, element: Any) -> Node | None:
    """The text of an element without a name whose line MuJoCo doesn't tell: the n-th of its kind in its body.

    So it is in files that are included, and with keyframes, which stand in no body.
    """
    body, tags = getattr(element, "parent", None), TAGS.get(kind, ())
    if kind == "key":
        keys = list(subject.source.tagged("key"))
        return keys[element.id] if len(keys) == len(elements(subject, kind)) else None
    upper = subject.source.node_of(body, "body") if body is not None and body.name else None
    mates = [e.id for e in getattr(body, _PLURAL.get(kind, f"{kind}s"), ())] if upper else []
    children = [child for child in upper.children if child.tag in tags] if upper else []
    if len(children) != len(mates) or element.id not in mates:
        return None
    return children[mates.index(element.id)]


_PLURAL = {"body": "bodies", "equality": "equalities", "mesh": "meshes"}


def elements(subject: Subject, kind: str) -> dict[int, Any]:
    """Elements of the spec by their number in the compiled model."""
    cache: dict[str, dict[int, Any]] = subject.__dict__.setdefault("_elements", {})
    if kind not in cache:
        cache[kind] = {e.id: e for e in getattr(subject.spec, _PLURAL.get(kind, f"{kind}s"))}
    return cache[kind]


def moving(subject: Subject) -> Any:
    """(nbody,) whether a body can move against the world."""
    model = subject.model
    return np.asarray(model.body_weldid) != 0


def colliding(subject: Subject) -> Any:
    """(ngeom,) whether a geom can touch anything by its bits."""
    model = subject.model
    return (np.asarray(model.geom_contype) != 0) | (np.asarray(model.geom_conaffinity) != 0)


def extent(subject: Subject, b: int) -> tuple[Any, Any] | None:
    """Least and greatest corner (m) of the geoms of a body and of what is fixed to it; None without any."""
    model, home = subject.model, subject.home
    own = np.flatnonzero((np.asarray(model.body_weldid)[model.geom_bodyid] == b) & (model.geom_rbound > 0))
    if not len(own):
        return None
    centres, reach = home.geom_xpos[own], np.asarray(model.geom_rbound)[own][:, None]
    return (centres - reach).min(axis=0), (centres + reach).max(axis=0)


def numbers(text: str) -> list[float]:
    """Numbers of an attribute; none if it isn't numbers, which MuJoCo says by itself."""
    try:
        return [float(word) for word in text.split()]
    except ValueError:
        return []
