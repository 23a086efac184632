/** Where the tiles of the wall lie: a grid that fills the view best. Lengths in metres of the wall, z up. */

export interface Layout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Of a tile with its gap, along x and y. */
  readonly pitch: readonly [number, number];
  /** Of the world inside a tile. */
  readonly tile: readonly [number, number];
}

const GAP = 0.14;

/** A grid of so many columns. */
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
 * The grid that can be seen from nearest, so that tiles are as large as can be.
 *
 * @param count tiles
 * @param tile extent of a world (x, y)
 * @param distance how far a camera has to be to see a wall of this size
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
    // of all grids with so many rows the narrowest is the one to try
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

/** Centre of a tile: first row at the far end (largest y), as one reads. */
export function tileCentre(layout: Layout, slot: number): [number, number] {
  const column = slot % layout.columns;
  const row = Math.floor(slot / layout.columns);
  return [
    (column - (layout.columns - 1) / 2) * layout.pitch[0],
    ((layout.rows - 1) / 2 - row) * layout.pitch[1],
  ];
}

/** The tile at a point of the wall, or -1. */
export function tileAt(layout: Layout, x: number, y: number): number {
  const column = Math.floor(x / layout.pitch[0] + layout.columns / 2);
  const row = Math.floor(layout.rows / 2 - y / layout.pitch[1]);
  if (column < 0 || column >= layout.columns || row < 0 || row >= layout.rows) return -1;
  const slot = row * layout.columns + column;
  return slot < layout.count ? slot : -1;
}

/** Extent of the whole wall (x, y). */
export function wallSize(layout: Layout): [number, number] {
  return [layout.columns * layout.pitch[0], layout.rows * layout.pitch[1]];
}

/** How much a world shrinks so that it fits its tile; never more than 1. */
export function fit(layout: Layout, arena: readonly [number, number]): number {
  return Math.min(1, layout.tile[0] / arena[0], layout.tile[1] / arena[1]);
}
