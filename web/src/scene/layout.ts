/** Layout of the wall's tiles: the grid that fills the view best. Lengths in metres of the wall, z up. */

export interface Layout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Extent of a tile with its gap, along x and y. */
  readonly pitch: readonly [number, number];
  /** Extent of the world inside a tile. */
  readonly tile: readonly [number, number];
}

const GAP = 0.14;

/** Return a grid with a given number of columns. */
export function layoutOf(count: number, tile: readonly [number, number], columns: number): Layout {
  const gap = GAP * Math.min(tile[0], tile[1]);
  const n = Math.max(1, count);
  return {
    count: n,
    columns,
    rows: Math.ceil(n / columns),
    pitch: [tile[0] + gap, tile[1] + gap],
    tile,
  };
}

/**
 * Return the grid that the camera can see from the smallest distance, so that tiles are as large as possible.
 *
 * @param count tiles
 * @param tile extent of a world (x, y)
 * @param distance returns the camera distance needed to see a wall of a size
 */
export function makeLayout(
  count: number,
  tile: readonly [number, number],
  distance: (width: number, depth: number) => number,
): Layout {
  const n = Math.max(1, count);
  let best = layoutOf(n, tile, n);
  let nearest = Infinity;
  const tried = new Set<number>();
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    // of all grids with this number of rows only the narrowest can be best
    if (tried.has(rows)) continue;
    tried.add(rows);
    const layout = layoutOf(n, tile, columns);
    const d = distance(...wallSize(layout));
    if (d < nearest) {
      nearest = d;
      best = layout;
    }
  }
  return best;
}

/** Return the centre of a tile; the first row is at the far end (largest y). */
export function tileCentre(layout: Layout, slot: number): [number, number] {
  const column = slot % layout.columns;
  const row = Math.floor(slot / layout.columns);
  return [
    (column - (layout.columns - 1) / 2) * layout.pitch[0],
    ((layout.rows - 1) / 2 - row) * layout.pitch[1],
  ];
}

/** Return the tile at a point of the wall, or -1. */
export function tileAt(layout: Layout, x: number, y: number): number {
  const column = Math.floor(x / layout.pitch[0] + layout.columns / 2);
  const row = Math.floor(layout.rows / 2 - y / layout.pitch[1]);
  if (column < 0 || column >= layout.columns || row < 0 || row >= layout.rows) return -1;
  const slot = row * layout.columns + column;
  return slot < layout.count ? slot : -1;
}

/** Return the extent of the wall (x, y). */
export function wallSize(layout: Layout): [number, number] {
  return [layout.columns * layout.pitch[0], layout.rows * layout.pitch[1]];
}

/** Return the scale that fits a world into its tile; at most 1. */
export function fit(layout: Layout, arena: readonly [number, number]): number {
  return Math.min(1, layout.tile[0] / arena[0], layout.tile[1] / arena[1]);
}
