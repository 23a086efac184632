"""Bodies are not nested too deeply."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage

MAX_DEPTH = 100
"""MuJoCo compiled to WebAssembly has a stack of 64 kB: about 130 nested bodies crash it."""


@register
class Depth(Check):
    """Length of the longest chain of nested bodies."""

    kind: ClassVar[str] = "depth"
    title: ClassVar[str] = f"at most {MAX_DEPTH} nested bodies"
    why: ClassVar[str] = "MuJoCo compiled to WebAssembly crashes at about 130 nested bodies."
    stage: ClassVar[Stage] = Stage.MODEL
    remedy: ClassVar[str] = "Split the chain, or merge bodies that don't move against one another."

    def run(self, subject: Subject) -> Finding:
        depth = [0]
        for parent in subject.model.body_parentid[1:].tolist():
            depth.append(depth[parent] + 1)
        return self.at_most(max(depth), MAX_DEPTH, f"{max(depth)} bodies are nested")
