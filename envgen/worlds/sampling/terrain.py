"""The terrain of one variant: the kinds of its patches and their parameters, drawn from the EnvCfg."""

from __future__ import annotations

from dataclasses import dataclass

from envgen.core import dist
from envgen.core.cfg import EnvCfg, SubTerrainCfg
from envgen.core.families import TERRAINS
from envgen.core.params import specs
from envgen.core.rng import Streams
from envgen.terrains.base import Ground, Patch, SubTerrain
from envgen.worlds.sampling.draw import Terrain
from envgen.worlds.sampling.sampler import Sampler, round_parameters
from envgen.worlds.sampling.terrain_blend import Blend
from envgen.worlds.sampling.terrain_layouts import Board, Plot

SHARE = {"platform": 0.25, "border": 0.1}
"""Greatest share of a patch's shorter side that these parameters take where they are left open: defaults are
meant for a whole arena, and a patch is smaller."""


@dataclass(frozen=True)
class Single:
    """One kind over the whole arena."""

    size: tuple[float, float]
    cell: float
    kind: SubTerrain

    def ground(self, streams: Streams, attempt: int) -> Ground:
        return self.kind.ground(Patch.of(self.size, self.cell), streams("terrain", attempt))


@dataclass(frozen=True)
class Grid:
    """Sizes of the ground.

    Attributes:
        size: Extent (x, y) of the arena or of one patch, in m.
        cell: Size of a cell of the heightfield, in m.
        levels: Columns of a board of patches.
        border: Width of the level strips around patches, in m.
    """

    size: tuple[float, float]
    cell: float
    levels: int
    border: float


def draw_terrain(cfg: EnvCfg, sampler: Sampler, grid: Grid) -> Terrain:
    """Draw the kinds of the ground and their parameters."""
    layout = cfg.terrain.layout
    if layout == "single":
        return _single(cfg, sampler, grid)
    sampler.values["terrain.layout"] = layout
    entries = [e for e in cfg.terrain.sub_terrains if dist.bounds(e.weight)[1] > 0]
    if layout == "blend":
        kinds = []
        for i, entry in enumerate(entries):
            path = f"terrain.sub_terrains[{i}]"
            kind = _patch(
                entry, sampler, f"terrain/{i}/{entry.kind}", sampler.difficulty, path, min(grid.size)
            )
            sampler.values[f"{path}.weight"] = weight = float(f"{_weight(entry, sampler, i):.5g}")
            kinds.append((kind, weight))
        return Blend(grid.size, grid.cell, tuple(kinds))
    if layout == "track":
        places = [(i, 0, entry, sampler.difficulty) for i, entry in enumerate(entries)]
    else:
        # columns are levels: a fixed difficulty is that of the last
        low, high = dist.bounds(cfg.difficulty)
        low = 0.0 if low == high else low
        steps = max(grid.levels - 1, 1)
        levels = [round(low + (high - low) * i / steps, 6) for i in range(grid.levels)]
        levels = levels if grid.levels > 1 else [high]
        places = [(c, r, entry, d) for r, entry in enumerate(entries) for c, d in enumerate(levels)]
    plots = []
    for number, (col, row, entry, difficulty) in enumerate(places):
        # named by place, not number: another row or level leaves the other patches as they are
        name, path = f"terrain/{row}/{col}", f"terrain.patches[{number}]"
        # ground that rises along x has half of a patch for each of its ways, up and down
        halved = layout == "grid" and TERRAINS.get(entry.kind).rises
        room = (0.5 if halved else 1.0) * min(grid.size)
        kind = _patch(entry, sampler, f"{name}/{entry.kind}", difficulty, path, room)
        if layout == "grid":
            sampler.values[f"{path}.difficulty"] = difficulty
        plots.append(Plot(kind, col, row, name))
    return Board(tuple(plots), grid.size, grid.cell, grid.border, rising=layout == "track")


def _single(cfg: EnvCfg, sampler: Sampler, grid: Grid) -> Single:
    """Draw one of the kinds by weight."""
    entries = cfg.terrain.sub_terrains
    weights = [_weight(entry, sampler, i) for i, entry in enumerate(entries)]
    at = sampler.streams("terrain.kind").random() * sum(weights) if len(entries) > 1 else 0.0
    i = 0
    while i < len(entries) - 1 and at >= weights[i]:
        at -= weights[i]
        i += 1
    entry = entries[i]
    kind = TERRAINS.get(entry.kind)
    # the name of the stream holds the kind, not its place: adding a kind leaves the others as they were
    drawn = sampler.parameters(
        specs(kind), entry.params, f"terrain/{entry.kind}", attempt=sampler.attempt.terrain
    )
    drawn = round_parameters(drawn)
    sampler.record("terrain", {"kind": entry.kind, **drawn})
    return Single(grid.size, grid.cell, kind(**drawn))


def _weight(entry: SubTerrainCfg, sampler: Sampler, number: int) -> float:
    return float(sampler.number(entry.weight, f"terrain.weight.{number}"))


def _patch(
    entry: SubTerrainCfg, sampler: Sampler, name: str, difficulty: float, path: str, room: float
) -> SubTerrain:
    """Draw the kind of one patch with its parameters.

    Args:
        entry: The kind and what is given of it.
        sampler: Of the variant.
        name: Prefix of its random streams.
        difficulty: Of the patch.
        path: Path of its recorded values.
        room: Length (m) of the shorter side that it fills.
    """
    kind = TERRAINS.get(entry.kind)
    known = specs(kind)
    drawn = sampler.parameters(
        known, entry.params, name, difficulty=difficulty, attempt=sampler.attempt.terrain
    )
    for key, share in SHARE.items():
        if key in drawn and key not in entry.params:
            drawn[key] = max(min(drawn[key], share * room), known[key].low)
    drawn = round_parameters(drawn)
    sampler.record(path, {"kind": entry.kind, **drawn})
    terrain: SubTerrain = kind(**drawn)
    return terrain
