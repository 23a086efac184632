"""Volumes of meshes and of their convex hulls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envgen.worlds.compiler import Model


def mesh_volume(model: Model, mesh: int) -> float:
    """Volume of a mesh in m3, by the divergence theorem; 0 if it is not closed and so has none."""
    first, many = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
    faces, vertices = np.asarray(model.mesh_face[first : first + many]), _vertices(model, mesh)
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    # the area vectors of a closed surface add up to zero
    if np.linalg.norm(normals.sum(axis=0)) > 1e-3 * np.linalg.norm(normals, axis=1).sum():
        return 0.0
    return _volume(vertices, faces)


def hull_volume(model: Model, mesh: int) -> float:
    """Volume of a mesh's convex hull in m3; 0 if MuJoCo made none.

    `mesh_graph` holds numvert, numface, vert_edgeadr (numvert), vert_globalid (numvert), edge_localid
    (numvert + 3 numface) and face_globalid (3 numface); see mjModel in MuJoCo's API reference.
    """
    at = int(model.mesh_graphadr[mesh])
    if at < 0:
        return 0.0
    numvert, numface = (int(n) for n in model.mesh_graph[at : at + 2])
    first = at + 2 + 3 * numvert + 3 * numface
    faces = np.asarray(model.mesh_graph[first : first + 3 * numface]).reshape(-1, 3)
    return _volume(_vertices(model, mesh), faces)


def _vertices(model: Model, mesh: int) -> NDArray[np.float64]:
    first, many = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
    return np.asarray(model.mesh_vert[first : first + many], dtype=float)


def _volume(vertices: NDArray[np.float64], faces: NDArray[np.int32]) -> float:
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return abs(float(np.einsum("ij,ij->", a, np.cross(b, c)))) / 6
