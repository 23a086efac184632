/** Height samples and shading of a ground map, computed once when a world arrives. */

import type { GroundSpec } from "@envgen/wasm/protocol/wire.gen";

/** Height samples per side of a tile. */
export const SAMPLES = 64;

export interface Footprint {
  /** Centre and half sizes in m, and rotation about z as (cos, sin). */
  readonly x: number;
  readonly y: number;
  readonly hx: number;
  readonly hy: number;
  readonly cos: number;
  readonly sin: number;
}

export interface Relief {
  /** (SAMPLES, SAMPLES, 2): height with boxes and without, in m. */
  readonly heights: Float32Array;
  /** (SAMPLES, SAMPLES, 4): normal x and y, ambient light, normal z. */
  readonly shade: Uint8Array;
  readonly low: number;
  readonly high: number;
}

/** Return the ground without its boxes: covered cells are filled from their surroundings. */
export function withoutBoxes(
  heights: Float32Array,
  ground: GroundSpec,
  boxes: readonly Footprint[],
): Float32Array {
  const { nrow, ncol } = ground;
  const out = heights.slice();
  if (boxes.length === 0) return out;
  const covered = new Uint8Array(nrow * ncol);
  const [cx, cy] = ground.cell as [number, number];
  const [ox, oy] = ground.origin as [number, number];
  for (const box of boxes) {
    const reach = Math.hypot(box.hx, box.hy) + Math.max(cx, cy);
    const c0 = Math.max(0, Math.floor((box.x - reach - ox) / cx));
    const c1 = Math.min(ncol - 1, Math.ceil((box.x + reach - ox) / cx));
    const r0 = Math.max(0, Math.floor((box.y - reach - oy) / cy));
    const r1 = Math.min(nrow - 1, Math.ceil((box.y + reach - oy) / cy));
    for (let r = r0; r <= r1; r++) {
      for (let c = c0; c <= c1; c++) {
        const dx = ox + c * cx - box.x;
        const dy = oy + r * cy - box.y;
        const along = Math.abs(box.cos * dx + box.sin * dy);
        const across = Math.abs(box.cos * dy - box.sin * dx);
        if (along <= box.hx + cx * 0.6 && across <= box.hy + cy * 0.6) covered[r * ncol + c] = 1;
      }
    }
  }
  fillIn(out, covered, nrow, ncol);
  return out;
}

/** Fill covered cells with the mean of their neighbours, ring by ring; with the lowest height if all are covered. */
function fillIn(out: Float32Array, covered: Uint8Array, nrow: number, ncol: number): void {
  let front: number[] = [];
  let open = 0;
  for (let i = 0; i < covered.length; i++) if (covered[i]) open++;
  if (open === covered.length) {
    let low = Infinity;
    for (const h of out) low = Math.min(low, h);
    out.fill(low);
    return;
  }
  const around = (i: number, visit: (j: number) => void) => {
    const c = i % ncol;
    if (c > 0) visit(i - 1);
    if (c + 1 < ncol) visit(i + 1);
    if (i >= ncol) visit(i - ncol);
    if (i + ncol < nrow * ncol) visit(i + ncol);
  };
  for (let i = 0; i < covered.length; i++) {
    if (!covered[i]) continue;
    let edge = false;
    around(i, (j) => {
      if (!covered[j]) edge = true;
    });
    if (edge) front.push(i);
  }
  while (front.length > 0) {
    const values = front.map((i) => {
      let sum = 0;
      let n = 0;
      around(i, (j) => {
        if (!covered[j]) {
          sum += out[j] as number;
          n++;
        }
      });
      return sum / Math.max(1, n);
    });
    const next = new Set<number>();
    front.forEach((i, k) => {
      out[i] = values[k] as number;
      covered[i] = 0;
    });
    for (const i of front) {
      around(i, (j) => {
        if (covered[j]) next.add(j);
      });
    }
    front = [...next];
  }
}

/** Interpolate a map bilinearly at fractions of its extent. */
function resample(heights: Float32Array, nrow: number, ncol: number): Float32Array {
  const out = new Float32Array(SAMPLES * SAMPLES);
  for (let j = 0; j < SAMPLES; j++) {
    const y = (j / (SAMPLES - 1)) * (nrow - 1);
    const r = Math.min(nrow - 2, Math.floor(y));
    const fy = y - r;
    for (let i = 0; i < SAMPLES; i++) {
      const x = (i / (SAMPLES - 1)) * (ncol - 1);
      const c = Math.min(ncol - 2, Math.floor(x));
      const fx = x - c;
      const a = r * ncol + c;
      const top = (heights[a] as number) * (1 - fx) + (heights[a + 1] as number) * fx;
      const bottom = (heights[a + ncol] as number) * (1 - fx) + (heights[a + ncol + 1] as number) * fx;
      out[j * SAMPLES + i] = top * (1 - fy) + bottom * fy;
    }
  }
  return out;
}

/** Return means over (2 r + 1)² cells, by a pass along x and one along y. */
function blur(source: Float32Array, n: number, r: number): Float32Array {
  let from = source;
  for (const [step, line] of [
    [1, n],
    [n, 1],
  ] as const) {
    const to = new Float32Array(n * n);
    for (let k = 0; k < n; k++) {
      const base = k * line;
      const at = (i: number) => from[base + Math.max(0, Math.min(n - 1, i)) * step] as number;
      let sum = 0;
      for (let i = -r; i <= r; i++) sum += at(i);
      for (let i = 0; i < n; i++) {
        to[base + i * step] = sum / (2 * r + 1);
        sum += at(i + r + 1) - at(i - r);
      }
    }
    from = to;
  }
  return from;
}

/** Return the height samples and shading of a world's ground. */
export function makeRelief(
  heights: Float32Array,
  ground: GroundSpec,
  boxes: readonly Footprint[],
  arena: readonly [number, number],
): Relief {
  const n = SAMPLES;
  const top = resample(heights, ground.nrow, ground.ncol);
  const bare =
    boxes.length > 0 ? resample(withoutBoxes(heights, ground, boxes), ground.nrow, ground.ncol) : top;
  const pair = new Float32Array(n * n * 2);
  const shade = new Uint8Array(n * n * 4);
  const [dx, dy] = [arena[0] / (n - 1), arena[1] / (n - 1)];
  const wide = blur(top, n, 4);
  let low = Infinity;
  let high = -Infinity;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const k = j * n + i;
      const h = top[k] as number;
      low = Math.min(low, h, bare[k] as number);
      high = Math.max(high, h);
      pair[2 * k] = h;
      pair[2 * k + 1] = bare[k] as number;
      const [i0, i1] = [Math.max(0, i - 1), Math.min(n - 1, i + 1)];
      const [j0, j1] = [Math.max(0, j - 1), Math.min(n - 1, j + 1)];
      const gx = ((top[j * n + i1] as number) - (top[j * n + i0] as number)) / ((i1 - i0) * dx);
      const gy = ((top[j1 * n + i] as number) - (top[j0 * n + i] as number)) / ((j1 - j0) * dy);
      const length = Math.hypot(gx, gy, 1);
      shade[4 * k] = 127.5 * (1 - gx / length);
      shade[4 * k + 1] = 127.5 * (1 - gy / length);
      const sunk = ((wide[k] as number) - h) / (4 * Math.max(dx, dy));
      shade[4 * k + 2] = 255 * Math.max(0, Math.min(1, 0.75 - 1.1 * sunk));
      shade[4 * k + 3] = 255 / length;
    }
  }
  return { heights: pair, shade, low, high };
}
