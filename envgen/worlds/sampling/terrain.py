"""The terrain of an EnvCfg, drawn: which kinds lie where in one variant, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from envgen.core import dist
from envgen.core.cfg import EnvCfg, SubTerrainCfg
from envgen.core.families import TERRAINS
from envgen.core.params import RobotSize, draw, specs
from envgen.core.rng import Streams
from envgen.terrains.base import Ground, Patch, SubTerrain
from envgen.worlds.sampling.terrain_blend import Blend
from envgen.worlds.sampling.terrain_layouts import Board, Plot

SHARE = {"platform": 0.25, "border": 0.1}
"""Most of the shorter side of a patch of a board that these take where they are left open: defaults are for a
whole arena, and a patch is smaller."""


class Terrain(Protocol):
    """What is decided about the ground before it is made."""

    @property
    def size(self) -> tuple[float, float]:
        """Extent (x, y) of the arena, in m."""

    def ground(self, streams: Streams, attempt: int) -> Ground:
        """Make it.

        Raises:
            InputError: Parameters don't fit the size.
        """


@dataclass(frozen=True)
class Single:
    """One kind over the whole arena."""

    size: tuple[float, float]
    cell: float
    kind: SubTerrain

    def ground(self, streams: Streams, attempt: int) -> Ground:
        return self.kind.ground(Patch.of(self.size, self.cell), streams("terrain", attempt))


@dataclass(frozen=True)
class Drawing:
    """What the terrain of one variant is drawn from.

    Attributes:
        streams: Random streams of the variant.
        attempt: Which draw of the terrain it is.
        difficulty: Of the variant.
        robot: What sets the scale: the least able robot.
        size: Extent (x, y) of the arena or of one patch, in m.
        cell: In m.
        levels: Columns of a grid.
        border: Width of what is level around patches, in m.
    """

    streams: Streams
    attempt: int
    difficulty: float
    robot: RobotSize
    size: tuple[float, float]
    cell: float
    levels: int
    border: float


def draw_terrain(cfg: EnvCfg, given: Drawing, values: dict[str, Any]) -> Terrain:
    """Draw the kinds and their parameters; what was drawn goes into `values`, by path."""
    layout = cfg.terrain.layout
    if layout == "single":
        return _single(cfg, given, values)
    values["terrain.layout"] = layout
    entries = [e for e in cfg.terrain.sub_terrains if dist.bounds(e.weight)[1] > 0]
    if layout == "blend":
        kinds = []
        for i, entry in enumerate(entries):
            path = f"terrain.sub_terrains[{i}]"
            kind = _patch(layout, entry, given, f"terrain/{i}/{entry.kind}", given.difficulty, path, values)
            values[f"{path}.weight"] = weight = float(f"{_weight(entry, given.streams, i):.5g}")
            kinds.append((kind, weight))
        return Blend(given.size, given.cell, tuple(kinds))
    if layout == "track":
        places = [(i, 0, entry, given.difficulty) for i, entry in enumerate(entries)]
    else:
        # columns are levels: a fixed difficulty is that of the last
        low, high = dist.bounds(cfg.difficulty)
        low = 0.0 if low == high else low
        steps = max(given.levels - 1, 1)
        levels = [round(low + (high - low) * i / steps, 6) for i in range(given.levels)]
        levels = levels if given.levels > 1 else [high]
        places = [(c, r, entry, d) for r, entry in enumerate(entries) for c, d in enumerate(levels)]
    plots = []
    for number, (col, row, entry, difficulty) in enumerate(places):
        # named by place, not number: another row or level leaves the other patches as they are
        name, path = f"terrain/{row}/{col}", f"terrain.patches[{number}]"
        kind = _patch(layout, entry, given, f"{name}/{entry.kind}", difficulty, path, values)
        if layout == "grid":
            values[f"{path}.difficulty"] = difficulty
        plots.append(Plot(kind, col, row, name))
    return Board(tuple(plots), given.size, given.cell, given.border, rising=layout == "track")


def _single(cfg: EnvCfg, given: Drawing, values: dict[str, Any]) -> Single:
    entries, streams = cfg.terrain.sub_terrains, given.streams
    weights = [_weight(entry, streams, i) for i, entry in enumerate(entries)]
    at = streams("terrain.kind").random() * sum(weights) if len(entries) > 1 else 0.0
    i = 0
    while i < len(entries) - 1 and at >= weights[i]:
        at -= weights[i]
        i += 1
    entry = entries[i]
    kind = TERRAINS.get(entry.kind)
    # the name of the stream holds the kind, not its place: adding a kind leaves the others as they were
    named = (specs(kind), entry.params, streams, f"terrain/{entry.kind}")
    drawn = rounded(draw(*named, difficulty=given.difficulty, size=given.robot, attempt=given.attempt))
    values["terrain.kind"] = entry.kind
    values.update({f"terrain.{key}": value for key, value in drawn.items()})
    return Single(given.size, given.cell, kind(**drawn))


def _weight(entry: SubTerrainCfg, streams: Streams, number: int) -> float:
    value = entry.weight
    if isinstance(value, int | float):  # no generator needed
        return float(value)
    return float(dist.sample(value, streams(f"terrain.weight.{number}")))


def _patch(
    layout: str,
    entry: SubTerrainCfg,
    given: Drawing,
    name: str,
    difficulty: float,
    path: str,
    values: dict[str, Any],
) -> SubTerrain:
    """The kind of one patch with its parameters."""
    kind = TERRAINS.get(entry.kind)
    known = specs(kind)
    named = (known, entry.params, given.streams, name)
    drawn = draw(*named, difficulty=difficulty, size=given.robot, attempt=given.attempt)
    # up and down again has half of the patch for each
    room = 0.5 * min(given.size) if kind.rises and layout == "grid" else min(given.size)
    for key, share in SHARE.items():
        if key in drawn and key not in entry.params:
            drawn[key] = max(min(drawn[key], share * room), known[key].low)
    drawn = rounded(drawn)
    values[f"{path}.kind"] = entry.kind
    values.update({f"{path}.{key}": value for key, value in drawn.items()})
    terrain: SubTerrain = kind(**drawn)
    return terrain


def rounded(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """To 0.1 mm and the like: what is shown is what is used."""
    return {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in drawn.items()}
