"""Bodies are not nested too deeply."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX_DEPTH = 100
"""MuJoCo compiled to WebAssembly has a stack of 64 kB: some 130 nested bodies end in a crash."""


@register
class Depth(Check):
    """The longest chain of bodies stays within what MuJoCo in a browser can load."""

    kind: ClassVar[str] = "depth"
    title: ClassVar[str] = f"at most {MAX_DEPTH} nested bodies"
    why: ClassVar[str] = "MuJoCo compiled to WebAssembly crashes at about 130 nested bodies."
    stage: ClassVar[Stage] = Stage.MODEL
    remedy: ClassVar[str] = "Split the chain, or weld bodies that don't move against one another."

    def run(self, subject: Subject) -> Finding:
        depth = [0]
        for parent in subject.model.body_parentid[1:].tolist():
            depth.append(depth[parent] + 1)
        return self.at_most(max(depth), MAX_DEPTH, f"{max(depth)} bodies hang on one another")
