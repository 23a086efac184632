"""Inertias are physically possible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint, parse_numbers
from envgen.validate.report import Finding
from envgen.validate.source import Node


@register
class InertiaTriangle(TextLint):
    """Inertias with a principal moment greater than the sum of the other two."""

    kind: ClassVar[str] = "inertia_triangle"
    title: ClassVar[str] = "principal moments of inertia obey the triangle inequality"
    why: ClassVar[str] = (
        "No body has such an inertia. MuJoCo refuses it, or with balanceinertia makes it that of a ball."
    )
    remedy: ClassVar[str] = "Export the inertia from CAD again; check the order and the signs of fullinertia."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        for node in subject.source.tagged("inertial"):
            moments = _moments(node)
            if moments is not None and moments[0] + moments[1] < moments[2] * (1 - 1e-6):
                share = float(moments[2] / max(moments[0] + moments[1], 1e-12))
                text = " ".join(f"{m:.4g}" for m in moments)
                yield self.issue(
                    f"the principal moments {text} can't be those of a body", share, 1.0, at=node
                )


def _moments(node: Node) -> np.ndarray | None:
    """Return the (3,) principal moments in kg m2, ascending; None if none are given."""
    diagonal = parse_numbers(node.attrib.get("diaginertia", ""))
    if len(diagonal) == 3 and np.isfinite(diagonal).all():
        return np.sort(np.array(diagonal))
    full = parse_numbers(node.attrib.get("fullinertia", ""))
    if len(full) != 6 or not np.isfinite(full).all():
        return None
    xx, yy, zz, xy, xz, yz = full
    return np.linalg.eigvalsh(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]))
