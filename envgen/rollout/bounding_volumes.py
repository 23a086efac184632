"""Bounding volumes of many variants in one model, so that collisions are found as in each own model.

MuJoCo keeps the trees of bodies and meshes in the same arrays; each body has the address of its tree
(`body_bvhadr`). An extra mesh that no geom uses reserves space for the trees of all variants.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats
from envgen.worlds.compiler import Model

NAME = "padded/bounding_volumes"
Indices = NDArray[np.intp]


class BoundingVolumes:
    """Bounding volume trees of the bodies of each model; equal trees are stored once.

    Args:
        models: The variants' models, as MuJoCo compiled them.
        spare: (models,) shift of the ids of geoms of bodies other than the world.
    """

    def __init__(self, models: Sequence[Model], spare: Indices) -> None:
        self._trees: list[tuple[Floats, NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]] = []
        self._first: list[int] = []
        known: dict[Hashable, int] = {}
        self.nodes = 0
        for model, shift in zip(models, spare.tolist()):
            count, fixed = int(model.body_bvhnum.sum()), int(model.body_geomnum[0])
            leaf = model.bvh_nodeid[:count]
            leaf = np.where(leaf >= fixed, leaf + shift, leaf)
            tree = (model.bvh_aabb[:count], model.bvh_child[:count], model.bvh_depth[:count], leaf)
            key = tuple(part.tobytes() for part in tree)
            if key not in known:
                known[key] = self.nodes
                self._trees.append(tree)
                self.nodes += count
            self._first.append(known[key])
        self._begin = np.array([model.body_bvhadr for model in models])
        self._count = np.array([model.body_bvhnum for model in models])

    @property
    def same(self) -> bool:
        """True if all models have the same trees."""
        return len(self._trees) == 1

    def reserve(self, spec: Any) -> None:
        """Add a mesh to a model (`MjSpec`) that has at least as many faces as there are nodes."""
        points, faces = _tube(self.nodes // 2 + 1)
        mesh = spec.add_mesh(name=NAME, uservert=points.ravel().tolist(), userface=faces.ravel().tolist())
        mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL

    def write(self, merged: Model) -> dict[str, NDArray[Any]]:
        """Write the trees into the space of the mesh.

        Returns:
            (models, nbody) values of `body_bvhadr` and `body_bvhnum`, by field.
        """
        begin = int(merged.mesh_bvhadr[merged.mesh(NAME).id])
        at = begin
        for aabb, child, depth, leaf in self._trees:
            nodes = slice(at, at + len(leaf))
            merged.bvh_aabb[nodes], merged.bvh_child[nodes] = aabb, child
            merged.bvh_depth[nodes], merged.bvh_nodeid[nodes] = depth, leaf
            at += len(leaf)
        first = begin + np.array(self._first)[:, None]
        where = np.where(self._begin >= 0, self._begin + first, self._begin)
        return {"body_bvhadr": where, "body_bvhnum": self._count}


def _tube(faces: int) -> tuple[Floats, NDArray[np.int32]]:
    """Return the points and triangles of a closed tube with at least `faces` triangles."""
    sides = max(3, -(-faces // 4))
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    low, high = (np.c_[ring, np.full(sides, z)] for z in (0.0, 1.0))
    i = np.arange(sides)
    j, bottom, top = (i + 1) % sides, np.full(sides, 2 * sides), np.full(sides, 2 * sides + 1)
    triangles = [(i, j, sides + j), (i, sides + j, sides + i), (bottom, j, i), (top, sides + i, sides + j)]
    points = np.concatenate([low, high, [[0, 0, 0], [0, 0, 1]]])
    return points, np.concatenate([np.stack(part, axis=1) for part in triangles]).astype(np.int32)
