"""Boards: the grounds of several patches composed into one without seams.

A board has patches in columns along x and rows along y, with level strips between and around them. The
composed ground is a heightfield if any patch is one, and boxes stand on it; else it is boxes on a plane.

- A heightfield tapers towards its edges to the level that it joins (pits-and-hills: edge taper 10 %).
- Boxes over a pit get a level rim inside their patch; the heightfield falls to the pit under that rim, so
  that all visible edges are sharp.
- Ground that rises along x goes down again in a grid, where the next level starts low; in a track, the
  following patches stand higher.
- All pits of a board share one floor, the deepest: the lowest ground there is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from envgen.core.heightfield import quantise
from envgen.core.rng import Streams
from envgen.terrains.base import (
    Floats,
    Ground,
    Patch,
    SubTerrain,
    of_boxes,
    raise_boxes,
    round_boxes,
)
from envgen.worlds.sampling.patch_joins import boxes_in_rim, taper, up_and_down

PIT_MARGIN = 0.05
"""Depth (m) of pits below the lowest other ground."""


@dataclass(frozen=True)
class Plot:
    """One patch of a board, before its ground is made.

    Attributes:
        kind: Kind of its ground.
        col: Number along x.
        row: Number along y.
        name: Name of its random stream.
    """

    kind: SubTerrain
    col: int
    row: int
    name: str


@dataclass(frozen=True)
class _PlotGround:
    """The ground of one plot, in the frame of the board; heights above the level at which it is entered.

    Attributes:
        corner: First sample (row, column) of its rectangle.
        boxes: (n, 7), as in `of_boxes`, but for z.
        field: (nrow, ncol) tapered heights, or None where the ground is boxes.
        shape: Samples (nrow, ncol) of its rectangle.
        floor: Height of the plane under the boxes.
        pit: Whether that is the floor of a pit.
        rise: Height of the far end.
    """

    corner: tuple[int, int]
    boxes: Floats
    field: Floats | None
    shape: tuple[int, int]
    floor: float
    pit: bool
    rise: float


@dataclass(frozen=True)
class Board:
    """Patches in columns and rows: a grid, or a track with one row.

    Attributes:
        plots: Its patches.
        tile: Extent (x, y) of a patch, in m.
        cell: Size of a cell as asked for, in m; a patch is made of whole cells.
        border: Width of the level strips, in m; a strip is made of whole cells.
        rising: Whether ground that rises along x lifts the patches after it: a track.
    """

    plots: tuple[Plot, ...]
    tile: tuple[float, float]
    cell: float
    border: float
    rising: bool

    @cached_property
    def count(self) -> tuple[int, int]:
        """Columns and rows."""
        return max(p.col for p in self.plots) + 1, max(p.row for p in self.plots) + 1

    @cached_property
    def cells(self) -> tuple[int, int]:
        """Cells (x, y) of a patch."""
        across, along = (max(4, round(side / self.cell)) for side in self.tile)
        return across, along

    @cached_property
    def strip(self) -> tuple[int, int]:
        """Cells (x, y) of a strip."""
        width = self.border / self.cell
        cells = max(1, round(width)) if width > 0 else 0
        return cells, cells

    @cached_property
    def patch(self) -> Patch:
        """The whole board."""
        number = [n * (c + s) + s for n, c, s in zip(self.count, self.cells, self.strip)]
        size = [round(n * side / c, 6) for n, c, side in zip(number, self.cells, self.tile)]
        return Patch((size[0], size[1]), (number[1] + 1, number[0] + 1))

    @property
    def size(self) -> tuple[float, float]:
        """Extent (x, y) of the arena, in m."""
        return self.patch.size

    def ground(self, streams: Streams, attempt: int) -> Ground:
        """Make every patch and join them.

        Raises:
            InputError: Parameters don't fit the size of a patch.
        """
        pieces = [self._piece(plot, streams, attempt) for plot in self.plots]
        levels = self._levels(pieces)
        floor = _floor(pieces, levels)
        boxes = [self._lift_boxes(piece, level, floor) for piece, level in zip(pieces, levels)]
        if any(piece.field is not None for piece in pieces):
            field = quantise(self._field(pieces, levels, floor))
            kept = round_boxes(np.concatenate(boxes))
            surface = field.copy()
            raise_boxes(surface, self.patch, kept)
            ground = Ground(quantise(surface), kept, field)
        else:
            kept = np.concatenate([self._slabs(pieces, levels, floor), *boxes])
            ground = of_boxes(self.patch, kept, floor)
        pit = round(floor, 3) if any(piece.pit for piece in pieces) else None
        return replace(ground, pit=pit, start=self._start(), goal=self._goal(), course=True)

    # --- one patch --------------------------------------------------------------------------------

    def _piece(self, plot: Plot, streams: Streams, attempt: int) -> _PlotGround:
        """Make the ground of a plot, level at its edges."""
        (nx, ny), (sx, sy) = self.cells, self.strip
        corner = (sy + plot.row * (ny + sy), sx + plot.col * (nx + sx))
        whole = self.rising and plot.kind.rises  # up to the sides of the arena: no cliff beside the way
        if whole:
            corner, ny = (0, corner[1]), self.patch.shape[0] - 1
        cx, cy = self.patch.cell
        patch = Patch((nx * cx, ny * cy), (ny + 1, nx + 1), open=True)

        def make(inner: Patch) -> Ground:
            return plot.kind.ground(inner, streams(plot.name, attempt))

        back = plot.kind.rises and not self.rising
        ground = up_and_down(make, patch) if back else make(patch)
        x, y = (corner[1] + nx / 2) * cx - self.size[0] / 2, (corner[0] + ny / 2) * cy - self.size[1] / 2
        move = np.array([x, x, y, y, 0.0, 0.0, 0.0])
        rise = 0.0
        if ground.field is not None:
            middle = slice(ny // 3, ny - ny // 3 + 1)
            ends = [float(np.median(ground.field[middle, column])) for column in (0, -1)]
            entry = ends[0] if plot.kind.rises else float(np.median(ground.field[middle][:, [0, -1]]))
            heights = ground.field.astype(np.float64) - entry
            if whole:
                rise = round(ends[1] - ends[0], 3)
            else:
                heights = taper(heights, (cx, cy))
            return _PlotGround(corner, np.empty((0, 7)), heights, patch.shape, 0.0, pit=False, rise=rise)
        floor = ground.plane or 0.0
        boxes = ground.boxes
        if floor < 0 and not whole:
            boxes, floor = boxes_in_rim(make, patch)
        elif whole:
            rise = float(np.median(ground.surface[ny // 3 : ny - ny // 3 + 1, -1]))
        return _PlotGround(
            corner, boxes + move, None, patch.shape, floor, ground.pit is not None, round(rise, 3)
        )

    def _levels(self, pieces: list[_PlotGround]) -> list[float]:
        """Return the height (m) at which each patch is entered."""
        levels, level = [], 0.0
        for piece in pieces:
            levels.append(round(level, 3))
            level += piece.rise
        return levels

    # --- all of them ------------------------------------------------------------------------------

    def _lift_boxes(self, piece: _PlotGround, level: float, floor: float) -> Floats:
        """Return boxes at their level, those over a pit down to its floor."""
        boxes = piece.boxes.copy()
        boxes[:, 4:6] += level
        if piece.pit:
            boxes[:, 4] = np.where(boxes[:, 4] <= level + piece.floor + 1e-6, floor, boxes[:, 4])
        return boxes

    def _field(self, pieces: list[_PlotGround], levels: list[float], floor: float) -> Floats:
        """Return (nrow, ncol) heights in m: the level of the strips, and the ground of each patch."""
        field = np.zeros(self.patch.shape)
        for piece, level in zip(pieces, levels):
            (row, col), (nrow, ncol) = piece.corner, piece.shape
            if self.rising:
                field[:, col : col + ncol] = level
                field[:, col + ncol - 1 :] = level + piece.rise
            if piece.field is not None:
                field[row : row + nrow, col : col + ncol] = level + piece.field
            elif piece.floor < 0:
                bottom = floor if piece.pit else level + piece.floor
                field[row + 1 : row + nrow - 1, col + 1 : col + ncol - 1] = bottom
        return field

    def _slabs(self, pieces: list[_PlotGround], levels: list[float], floor: float) -> Floats:
        """Return (n, 7) boxes under all that is not a pit, where the plane lies at the floor."""
        (cx, cy), nrow = self.patch.cell, self.patch.shape[0]
        (nx, ny), (sx, sy) = self.cells, self.strip
        slabs: list[tuple[float, ...]] = []

        def slab(rows: tuple[int, int], cols: tuple[int, int], top: float) -> None:
            if rows[1] > rows[0] and cols[1] > cols[0] and top > floor + 1e-9:
                x0, x1 = (at * cx - self.size[0] / 2 for at in cols)
                y0, y1 = (at * cy - self.size[1] / 2 for at in rows)
                slabs.append((x0, x1, y0, y1, floor, top, 0.0))

        before = dict.fromkeys(range(self.count[0] + 1), 0.0)  # level of the strip before each column
        sides = {}
        for piece, level, plot in zip(pieces, levels, self.plots):
            if self.rising:
                before[plot.col + 1] = level + piece.rise
            sides[plot.col] = (level, piece.shape[0] == nrow and self.strip[1] > 0)
            row, col = piece.corner
            if not piece.pit:
                slab((row, row + piece.shape[0] - 1), (col, col + nx), level + piece.floor)
        for col, level in before.items():
            slab((0, nrow - 1), (col * (nx + sx), col * (nx + sx) + sx), level)
        for col, (level, whole) in sides.items():
            first = sx + col * (nx + sx)
            for row in range(0 if whole else self.count[1] + 1):
                slab((row * (ny + sy), row * (ny + sy) + sy), (first, first + nx), level)
        return np.array(slabs).reshape(-1, 7)

    def _start(self) -> tuple[float, float, float, float]:
        """Return the start zone: the first column and the strip before it, or a third of a single patch."""
        share = 1.0 if self.count[0] > 1 else 1 / 3
        end = (self.strip[0] + share * self.cells[0]) * self.patch.cell[0] - self.size[0] / 2
        return (-self.size[0] / 2, end, -self.size[1] / 2, self.size[1] / 2)

    def _goal(self) -> tuple[float, float, float, float] | None:
        """Return the goal zone: the last patch of a track; a grid has none."""
        left, right, back, front = self._start()
        return (-right, -left, back, front) if self.rising else None


def _floor(pieces: list[_PlotGround], levels: list[float]) -> float:
    """Return the height (m) of the common floor of all pits, or of the plane if all ground is boxes."""
    lows = [level + piece.floor for piece, level in zip(pieces, levels)]
    fields = [
        level + float(piece.field.min()) for piece, level in zip(pieces, levels) if piece.field is not None
    ]
    others = [low for piece, low in zip(pieces, lows) if not piece.pit] + fields + [0.0]
    pits = [low for piece, low in zip(pieces, lows) if piece.pit]
    if not pits:
        return min(others)
    return min(*pits, min(others) - PIT_MARGIN)
