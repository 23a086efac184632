/** Visibility and level of detail of the tiles. A pure function: matrices in, one byte per tile out. */

export const HIDDEN = 255;
/** Least size of a tile on screen (pixels) for each level; the last level has no lower bound. */
export const LEVEL_PIXELS = [230, 96, 40] as const;
export const LEVELS = LEVEL_PIXELS.length + 1;
/** First level without shadows and lines, with few vertices. */
export const FAR_LEVEL = 2;
/** Terrain cells per side at each level. */
export const GROUND_CELLS = [63, 32, 16, 8] as const;

export interface Projection {
  /** Projection × view, column by column. */
  readonly matrix: ArrayLike<number>;
  /** Height of the canvas, in pixels. */
  readonly height: number;
  /** Focal factor of the projection: an object of size 1 at distance 1 has `height * focal / 2` pixels. */
  readonly focal: number;
}

/** Return the six planes of a frustum as (a, b, c, d) with a·x + b·y + c·z + d ≥ 0 inside, normals of length 1. */
export function frustumPlanes(m: ArrayLike<number>): Float64Array {
  const planes = new Float64Array(24);
  const at = (row: number, column: number) => m[column * 4 + row] as number;
  for (let i = 0; i < 6; i++) {
    const axis = i >> 1;
    const sign = i % 2 === 0 ? 1 : -1;
    let length = 0;
    for (let c = 0; c < 4; c++) {
      const value = at(3, c) + sign * at(axis, c);
      planes[i * 4 + c] = value;
      if (c < 3) length += value * value;
    }
    length = Math.sqrt(length) || 1;
    for (let c = 0; c < 4; c++) planes[i * 4 + c] = (planes[i * 4 + c] as number) / length;
  }
  return planes;
}

/** Return whether a sphere intersects the frustum. */
export function ballVisible(planes: Float64Array, x: number, y: number, z: number, radius: number): boolean {
  for (let i = 0; i < 24; i += 4) {
    const d =
      (planes[i] as number) * x +
      (planes[i + 1] as number) * y +
      (planes[i + 2] as number) * z +
      (planes[i + 3] as number);
    if (d < -radius) return false;
  }
  return true;
}

/** Return the level for a size on screen; a tile keeps its `previous` level within 12 %, so that it doesn't flicker. */
export function levelFor(pixels: number, previous: number, bias: number): number {
  for (let level = 0; level < LEVEL_PIXELS.length; level++) {
    const bound = (LEVEL_PIXELS[level] as number) * bias;
    if (pixels >= bound * (previous === level ? 0.88 : 1)) return level;
  }
  return LEVELS - 1;
}

/**
 * Write the levels of all tiles into `levels`. Returns whether any changed.
 *
 * @param centres (n, 3) centres of the tiles
 * @param radius of a sphere around a tile
 * @param size larger side of a tile
 * @param bias values above 1 draw coarser
 */
export function selectLevels(
  view: Projection,
  centres: Float32Array,
  count: number,
  radius: number,
  size: number,
  bias: number,
  levels: Uint8Array,
): boolean {
  const planes = frustumPlanes(view.matrix);
  const m = view.matrix;
  const scale = (view.height * view.focal * size) / 2;
  let changed = false;
  for (let i = 0; i < count; i++) {
    const x = centres[i * 3] as number;
    const y = centres[i * 3 + 1] as number;
    const z = centres[i * 3 + 2] as number;
    let level = HIDDEN;
    if (ballVisible(planes, x, y, z, radius)) {
      const w = (m[3] as number) * x + (m[7] as number) * y + (m[11] as number) * z + (m[15] as number);
      level = levelFor(scale / Math.max(w, 1e-3), levels[i] as number, bias);
    }
    if (levels[i] !== level) {
      levels[i] = level;
      changed = true;
    }
  }
  return changed;
}
