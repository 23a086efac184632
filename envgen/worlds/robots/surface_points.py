"""Points on the surface of a robot, and volumes of its geoms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import EnvgenError
from envgen.worlds.compiler import Model

Floats = NDArray[np.float64]


class Kinematics(Protocol):
    """Positions and orientations of bodies, geoms and sites; MjData and Snapshot provide them."""

    @property
    def geom_xpos(self) -> Any: ...
    @property
    def geom_xmat(self) -> Any: ...
    @property
    def xpos(self) -> Any: ...
    @property
    def site_xmat(self) -> Any: ...


def collides(model: Model, geom: int) -> bool:
    """Return whether a geom can make contacts."""
    return bool(model.geom_contype[geom] or model.geom_conaffinity[geom])


def surface_points(
    model: Model, data: Kinematics, geoms: Iterable[int] | None = None, *, fine: bool = False
) -> Floats:
    """Return points (n, 3) on all colliding geoms, or on those given, in the world frame, in m.

    Args:
        model: The model.
        data: Poses of its geoms.
        geoms: Geoms to sample; all if None.
        fine: Four times as many points on round geoms: the envelope is then 0.3 % of the radius too small
            instead of 1 %.
    """
    parts = []
    for geom in range(model.ngeom) if geoms is None else geoms:
        if not collides(model, geom):
            continue
        local = _points(int(model.geom_type[geom]), model.geom_size[geom], model, geom, fine=fine)
        parts.append(local @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom])
    if not parts:
        raise EnvgenError("a robot has no geom that collides", "Give its feet contype and conaffinity.")
    return np.concatenate(parts)


@lru_cache(maxsize=2)
def _directions(number: int) -> Floats:
    """Return unit vectors (n, 3) spread evenly over the sphere (Fibonacci lattice)."""
    k = np.arange(number) + 0.5
    z = 1 - 2 * k / number
    angle = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z * z)
    extremes = np.array([[0, 0, -1], [0, 0, 1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    spread = np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)
    return np.concatenate([extremes, spread])


def _points(kind: int, size: Floats, model: Model, geom: int, *, fine: bool) -> Floats:
    """Return points (n, 3) on the surface of one geom, in its frame, in m."""
    ball = _directions(640 if fine else 160)
    shape = mujoco.mjtGeom
    if kind == shape.mjGEOM_SPHERE:
        return ball * float(size[0])
    if kind == shape.mjGEOM_ELLIPSOID:
        return ball * size
    if kind == shape.mjGEOM_CAPSULE:
        # spheres a third of the radius apart: between two of them the envelope is 1.4 % of the radius off
        steps = max(2, int(np.ceil(6 * size[1] / max(size[0], 0.02))) + 1)
        along = np.linspace(-size[1], size[1], steps)
        return np.concatenate([ball * size[0] + [0, 0, z] for z in along])
    if kind == shape.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        first = model.mesh_vertadr[mesh]
        return np.array(model.mesh_vert[first : first + model.mesh_vertnum[mesh]], dtype=float)
    half = np.array([size[0], size[0], size[1]]) if kind == shape.mjGEOM_CYLINDER else np.array(size)
    axes = [np.linspace(-1, 1, min(9, max(2, int(2 * h / 0.03) + 1))) for h in half]
    grid: Floats = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid * half


def volumes(model: Model) -> dict[str, tuple[float, float]]:
    """Return the volume (m3) of the colliding geoms and the mass (kg) of each named body, by its name."""
    found: dict[str, tuple[float, float]] = {}
    for body in range(1, model.nbody):
        total = 0.0
        first = model.body_geomadr[body]
        for geom in range(first, first + model.body_geomnum[body]):
            if collides(model, geom):
                total += volume(int(model.geom_type[geom]), model.geom_size[geom])
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, body)
        if name and total > 0:
            found[name] = (total, float(model.body_mass[body]))
    return found


def volume(kind: int, size: Floats) -> float:
    """Return the volume (m3) of a primitive of MuJoCo's type `kind` and size (m); 0 for other geoms."""
    shape = mujoco.mjtGeom
    a, b, c = (float(v) for v in size)
    if kind == shape.mjGEOM_SPHERE:
        return 4 / 3 * np.pi * a**3
    if kind == shape.mjGEOM_CAPSULE:
        return np.pi * a**2 * (2 * b + 4 / 3 * a)
    if kind == shape.mjGEOM_CYLINDER:
        return np.pi * a**2 * 2 * b
    if kind == shape.mjGEOM_ELLIPSOID:
        return 4 / 3 * np.pi * a * b * c
    return 8 * a * b * c if kind == shape.mjGEOM_BOX else 0.0
