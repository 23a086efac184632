"""Meshes for drawing: simplified for hundreds of robots, with normals, and named by content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from envgen.packs.wire.frames import pack
from envgen.worlds.compiler import Model

Vertices: TypeAlias = NDArray[np.float32]
Faces: TypeAlias = NDArray[np.int64]
MAX_FACES = 1500
"""Maximum triangles of a mesh. A Go2 has 197,000 in its 16 meshes, far more than its tile has pixels."""
_CREASE = 0.7
"""Cosine of the least angle of a sharp edge."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A mesh, which a page receives once.

    Attributes:
        id: Hash of its content.
        frame: The encoded frame.
    """

    id: str
    frame: bytes

    @classmethod
    def of(cls, model: Model, mesh: int) -> Mesh:
        """Encode a mesh of a compiled model, in the frame of its geoms."""
        first, face = int(model.mesh_vertadr[mesh]), int(model.mesh_faceadr[mesh])
        vertices = np.array(model.mesh_vert[first : first + int(model.mesh_vertnum[mesh])])
        faces = np.array(model.mesh_face[face : face + int(model.mesh_facenum[mesh])], dtype=np.int64)
        vertices, faces = simplify(vertices, faces, MAX_FACES)
        vertices, faces, normals = add_normals(vertices, faces)
        blobs: list[tuple[str, Any]] = [
            ("vertices", vertices.astype("<f4").tobytes()),
            ("faces", faces.astype("<u4").tobytes()),
            ("normals", normals.astype("<f4").tobytes()),
        ]
        digest = hashlib.sha256(b"".join(content for _, content in blobs)).hexdigest()[:16]
        return cls(digest, pack({"kind": "mesh", "id": digest}, blobs))


def simplify(vertices: Vertices, faces: Faces, most: int) -> tuple[Vertices, Faces]:
    """Merge vertices that share a cell of the finest grid that leaves few enough triangles.

    Source: Rossignac and Borrel, "Multi-resolution 3D approximations" (1993).

    Args:
        vertices: (n, 3) in m.
        faces: (m, 3) indices of corners.
        most: Maximum number of triangles.
    """
    if len(faces) <= most:
        return vertices, faces
    low, extent = vertices.min(axis=0), float(np.ptp(vertices, axis=0).max())
    coarse, fine = (
        2,
        128,
    )  # cells along the longest side: `coarse` leaves few triangles, `fine` too many
    best = _cluster(vertices, faces, low, extent / coarse)
    while fine - coarse > 2:
        middle = (coarse + fine) // 2
        found = _cluster(vertices, faces, low, extent / middle)
        if len(found[1]) <= most:
            coarse, best = middle, found
        else:
            fine = middle
    return best


def _cluster(vertices: Vertices, faces: Faces, low: Vertices, cell: float) -> tuple[Vertices, Faces]:
    where = np.floor((vertices - low) / max(cell, 1e-9)).astype(np.int64)
    code = (where[:, 0] << 40) + (where[:, 1] << 20) + where[:, 2]
    _, cluster, count = np.unique(code, return_inverse=True, return_counts=True)
    middle = np.stack([np.bincount(cluster, vertices[:, axis]) for axis in range(3)], axis=1) / count[:, None]
    corners = cluster[faces]
    a, b, c = corners.T
    corners = corners[(a != b) & (b != c) & (c != a)]
    # without duplicates: both sides of a thin plate may coincide
    a, b, c = np.sort(corners, axis=1).T
    _, kept = np.unique((a * len(count) + b) * len(count) + c, return_index=True)
    corners = corners[np.sort(kept)]
    used, renumbered = np.unique(corners, return_inverse=True)
    return middle[used].astype(np.float32), renumbered.reshape(-1, 3)


def add_normals(vertices: Vertices, faces: Faces) -> tuple[Vertices, Faces, Vertices]:
    """Return vertices (k, 3), faces (m, 3) and normals (k, 3); vertices at sharp edges are duplicated."""
    corner = vertices[faces].astype(float)
    across = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])  # twice the area long
    flat = _unit(across)
    smooth = np.zeros((len(vertices), 3))
    for axis in range(3):
        for number in range(3):
            smooth[:, axis] += np.bincount(faces[:, number], across[:, axis], len(vertices))
    own = _unit(smooth)[faces]  # (m, 3 corners, 3)
    sharp = np.einsum("mcx,mx->mc", own, flat) < _CREASE
    own[sharp] = np.repeat(flat[:, None], 3, axis=1)[sharp]
    turned = np.rint((own.reshape(-1, 3) + 1) * 256).astype(np.int64)  # 10 bits each
    keys = (faces.ravel() << 30) + (turned[:, 0] << 20) + (turned[:, 1] << 10) + turned[:, 2]
    _, first, number_of = np.unique(keys, return_index=True, return_inverse=True)
    return (
        vertices[faces.ravel()[first]],
        number_of.reshape(-1, 3),
        own.reshape(-1, 3)[first].astype(np.float32),
    )


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
