"""The model is small enough for hundreds of them in a browser tab."""

from __future__ import annotations

from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding, Severity
from envgen.validate.stages import Stage

MAX_BYTES = 64_000_000
_SHARED = (
    *("mesh_vert", "mesh_normal", "mesh_face", "mesh_facenormal", "mesh_facetexcoord", "mesh_texcoord"),
    *("mesh_graph", "bvh_aabb", "bvh_child", "bvh_depth", "bvh_nodeid", "tex_data"),
)
"""Arrays of meshes, of their bounding volume hierarchies, and of textures."""


@register
class Bounds(Check):
    """Bytes of the compiled model and its arena, without meshes and textures, which worlds can share."""

    kind: ClassVar[str] = "bounds"
    title: ClassVar[str] = "model and arena of at most 64 MB, without meshes and textures"
    why: ClassVar[str] = "Hundreds of worlds must fit into one browser tab."
    unit: ClassVar[str] = "B"
    severity: ClassVar[Severity] = "info"
    stage: ClassVar[Stage] = Stage.MODEL
    remedy: ClassVar[str] = "Take a coarser heightfield, simpler meshes, or a smaller <size memory>."

    def run(self, subject: Subject) -> Finding:
        model = subject.model
        total = int(model.nbuffer) + int(model.narena) - sum(getattr(model, part).nbytes for part in _SHARED)
        return self.at_most(total, MAX_BYTES, f"the model takes {total:,} bytes")
