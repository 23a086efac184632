"""A compiled world: its agents, terrain, obstacles and goals, read from the arrays of an MjModel.

Checks, tasks and previews use this and not the data of the generator, so that they judge the written env.xml.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.heightfield import Floats, Heightfield, nearest_sample
from envgen.core.params import RobotSize
from envgen.worlds.compiled.obstacle_boxes import ObstacleBox, ObstacleSpan, obstacle_boxes, obstacle_spans
from envgen.worlds.compiler import Model
from envgen.worlds.ground_map import GroundMap

TERRAIN, OBSTACLE, GOAL = "terrain/", "obstacle/", "goal/"
ROOT_SENSOR = "/root_pos"
MAP_CELL = 0.1
"""Cell of the ground map where the terrain has no heightfield, in m."""
_SITE = int(mujoco.mjtObj.mjOBJ_SITE)
_HFIELD, _PLANE, _BOX = (
    int(mujoco.mjtGeom.mjGEOM_HFIELD),
    int(mujoco.mjtGeom.mjGEOM_PLANE),
    int(mujoco.mjtGeom.mjGEOM_BOX),
)


@lru_cache(maxsize=32)
def _decode_names(raw: bytes, length: int, addresses: bytes) -> tuple[str, ...]:
    """Decode names at addresses; cached, as variants of an EnvCfg differ only in the name of the model."""
    starts = np.frombuffer(addresses, dtype=np.int32) - length
    return tuple(raw[at : raw.index(b"\0", at)].decode() for at in starts.tolist())


@dataclass(frozen=True, eq=False)
class World:
    """A compiled model with lookups by name.

    Attributes:
        model: The model.
        cell: Cell of the ground map where the terrain is boxes, in m.
    """

    model: Model
    cell: float = MAP_CELL

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of all elements of a kind (`geom`, `body`, `jnt`, …), empty for unnamed ones."""
        if kind not in self._names:
            self._names[kind] = _decode_names(*self._raw, getattr(self.model, f"name_{kind}adr").tobytes())
        return self._names[kind]

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Cache of `names`."""
        return {}

    @cached_property
    def _raw(self) -> tuple[bytes, int]:
        """All names but that of the model, which comes first, each ended by a zero byte; and its length."""
        raw: bytes = self.model.names
        length = raw.index(b"\0")
        return raw[length:], length

    @cached_property
    def geom_names(self) -> tuple[str, ...]:
        """Name of each geom, empty where it has none."""
        return self.names("geom")

    @cached_property
    def body_names(self) -> tuple[str, ...]:
        """Name of each body."""
        return self.names("body")

    @cached_property
    def made_by_envgen(self) -> bool:
        """True if terrain and agents have the names that envgen gives them."""
        return bool(self.agents) and any(name.startswith(TERRAIN) for name in self.geom_names)

    @cached_property
    def agents(self) -> list[str]:
        """Agent ids in the order of the model."""
        return sorted(self.roots, key=self.roots.__getitem__)

    @cached_property
    def roots(self) -> dict[str, int]:
        """Root body of each agent, by id: the body whose position the sensor `<agent>/root_pos` measures."""
        roots = {}
        for i, name in enumerate(self.names("sensor")):
            if name.endswith(ROOT_SENSOR):
                kind, number = int(self.model.sensor_objtype[i]), int(self.model.sensor_objid[i])
                body = int(self.model.site_bodyid[number]) if kind == _SITE else number
                roots[name[: -len(ROOT_SENSOR)]] = body
        return roots

    @cached_property
    def terrain_geoms(self) -> list[int]:
        """Geoms of the ground: those named terrain/…, else fixed heightfields and planes."""
        named = [i for i, name in enumerate(self.geom_names) if name.startswith(TERRAIN)]
        if named:
            return named
        kinds, bodies = self.model.geom_type, self.model.geom_bodyid
        return [i for i in range(self.model.ngeom) if kinds[i] in (_HFIELD, _PLANE) and bodies[i] == 0]

    @cached_property
    def obstacle_geoms(self) -> list[int]:
        """Geoms named obstacle/…."""
        return [i for i, name in enumerate(self.geom_names) if name.startswith(OBSTACLE)]

    @cached_property
    def goals(self) -> Floats:
        """(n, 3) positions of the sites goal/<i>, in m."""
        names = self.names("site")
        found = {int(n[len(GOAL) :]): i for i, n in enumerate(names) if n.startswith(GOAL)}
        return np.array([self.model.site_pos[found[i]] for i in sorted(found)]).reshape(-1, 3)

    @cached_property
    def size(self) -> tuple[float, float]:
        """Extent (x, y) of the arena, in m: of its heightfield, or of its plane."""
        for geom in self.terrain_geoms:
            kind, size = self.model.geom_type[geom], self.model.geom_size[geom]
            if kind == _HFIELD:
                field = self.model.hfield_size[self.model.geom_dataid[geom]]
                return 2 * float(field[0]), 2 * float(field[1])
            if kind == _PLANE and size[0] > 0 and size[1] > 0:
                return 2 * float(size[0]), 2 * float(size[1])
        extent = 2 * float(max(self.model.stat.extent, 1.0))
        return extent, extent

    @cached_property
    def ground(self) -> GroundMap:
        """The ground map: greatest height of the heightfield, planes and upright boxes of the terrain."""
        heights: NDArray[np.float32] | None = None
        for geom in self.terrain_geoms:
            if self.model.geom_type[geom] == _HFIELD:
                heights = self._heightfield(geom)
        boxes = [g for g in self.terrain_geoms if self.model.geom_type[g] == _BOX]
        base = None
        if heights is None:
            shape = tuple(max(2, round(s / self.cell) + 1) for s in reversed(self.size))
            planes = [
                float(self.model.geom_pos[g, 2])
                for g in self.terrain_geoms
                if self.model.geom_type[g] == _PLANE
            ]
            heights = np.full(shape, max(planes, default=0.0), dtype=np.float32)
        elif boxes:
            base = Heightfield.centred(heights.copy(), self.size)
        field = Heightfield.centred(heights, self.size)
        if boxes:
            self._raise_boxes(field, boxes)
        return GroundMap(field, sharp=bool(boxes), base=base)

    @cached_property
    def obstacles(self) -> list[ObstacleBox]:
        """Boxes of the geoms named obstacle/…, at the start."""
        return obstacle_boxes(self.model, self.obstacle_geoms, self.geom_names, self.ground)

    @cached_property
    def obstacle_spans(self) -> list[ObstacleSpan]:
        """Vertical extent of each obstacle with all its geoms."""
        return obstacle_spans(self.obstacles)

    def blocked(self, size: RobotSize) -> NDArray[np.bool_]:
        """Return the samples of the ground map (nrow, ncol) where fixed obstacles block a robot.

        An obstacle blocks if it is too high to step on and too low to pass under.
        """
        mask = np.zeros(self.ground.field.heights.shape, dtype=bool)
        for box in self.obstacles:
            if box.fixed and box.top > size.step and box.bottom < size.height:
                box.cover(mask, self.ground.field, 0.6 * size.radius)
        return mask

    def _heightfield(self, geom: int) -> NDArray[np.float32]:
        model, field = self.model, int(self.model.geom_dataid[geom])
        first = model.hfield_adr[field]
        nrow, ncol = int(model.hfield_nrow[field]), int(model.hfield_ncol[field])
        unit = model.hfield_data[first : first + nrow * ncol].reshape(nrow, ncol)
        scaled: NDArray[np.float32] = unit * model.hfield_size[field, 2] + model.geom_pos[geom, 2]
        return scaled.astype(np.float32)

    def _raise_boxes(self, field: Heightfield, boxes: list[int]) -> None:
        straight = self.model.geom_quat[boxes, 0] == 1
        self._raise_rotated_boxes(field, [g for g, level in zip(boxes, straight.tolist()) if not level])
        boxes = [g for g, level in zip(boxes, straight.tolist()) if level]
        pos, half = self.model.geom_pos[boxes], self.model.geom_size[boxes]
        first = np.ceil((pos[:, :2] - half[:, :2] - field.origin) / field.cell - 1e-6).astype(int)
        last = np.floor((pos[:, :2] + half[:, :2] - field.origin) / field.cell + 1e-6).astype(int)
        # as in `terrains.base.raise_boxes`, a box thinner than a cell raises the nearest sample
        middle = np.stack([nearest_sample(pos[:, i], field.origin[i], field.cell[i]) for i in (0, 1)], axis=1)
        thin = (last < first) & (middle >= 0)
        first, last = np.where(thin, middle, first), np.where(thin, middle, last)
        first = np.maximum(first, 0)
        tops = (pos[:, 2] + half[:, 2]).astype(np.float32)
        for (c0, r0), (c1, r1), top in zip(first.tolist(), last.tolist(), tops):
            part = field.heights[r0 : r1 + 1, c0 : c1 + 1]
            np.maximum(part, top, out=part)

    def _raise_rotated_boxes(self, field: Heightfield, boxes: list[int]) -> None:
        """Raise heights to the tops of boxes that are rotated about z."""
        nrow, ncol = field.heights.shape
        x = field.origin[0] + field.cell[0] * np.arange(ncol)[None, :]
        y = field.origin[1] + field.cell[1] * np.arange(nrow)[:, None]
        for geom in boxes:
            inside, top = self.under_rotated_box(geom, x.astype(float), y.astype(float))
            np.maximum(field.heights, np.float32(top), out=field.heights, where=inside)

    def under_rotated_box(self, geom: int, x: Floats, y: Floats) -> tuple[NDArray[np.bool_], float]:
        """Return which points (nrow, ncol) lie under a box rotated about z, and the height of its top, in m.

        Args:
            geom: The box.
            x: (1, ncol) metres.
            y: (nrow, 1) metres.
        """
        pos, half = self.model.geom_pos[geom], self.model.geom_size[geom]
        yaw = 2 * np.arctan2(self.model.geom_quat[geom, 3], self.model.geom_quat[geom, 0])
        dx, dy = x - pos[0], y - pos[1]
        along, across = np.cos(yaw) * dx + np.sin(yaw) * dy, np.cos(yaw) * dy - np.sin(yaw) * dx
        inside: NDArray[np.bool_] = (np.abs(along) <= half[0] + 1e-6) & (np.abs(across) <= half[1] + 1e-6)
        return inside, float(pos[2] + half[2])
