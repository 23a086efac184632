/**
 * The operators of the task language as operations on one scratch array.
 *
 * Each has the semantics and the order of operations of `OPERATORS` in envgen/tasks/expr.py, in float64. An operand is
 * a place in the scratch array; one of width 1 fits any width, by a stride of 0.
 */

import { pairwiseSum } from "./sums";

/** Addresses of an environment's state in the module's memory, and its ground. */
export interface StateAddresses {
  readonly qpos: number;
  readonly qvel: number;
  readonly ctrl: number;
  readonly sensordata: number;
  /** (nrow, ncol) heights in m. */
  readonly heights: Float32Array<ArrayBufferLike>;
}

/** One operation: scratch, the module's memory, the environment. */
export type Op = (s: Float64Array, heap: Float64Array, at: StateAddresses) => void;

type Unary = (to: number, width: number, a: number) => Op;
type Binary = (to: number, width: number, a: number, da: number, b: number, db: number) => Op;

/** Operators of one argument that keep its width. */
export const UNARY: Readonly<Record<string, Unary>> = {
  neg: (to, n, a) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = -(s[a + i] as number);
  },
  abs: (to, n, a) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = Math.abs(s[a + i] as number);
  },
  square: (to, n, a) => (s) => {
    for (let i = 0; i < n; i++) {
      const x = s[a + i] as number;
      s[to + i] = x * x;
    }
  },
  sqrt: (to, n, a) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = Math.sqrt(Math.max(s[a + i] as number, 0));
  },
  exp: (to, n, a) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = Math.exp(Math.min(s[a + i] as number, 50));
  },
  not: (to, n, a) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = s[a + i] === 0 ? 1 : 0;
  },
};

/** Operators of two arguments; `da` and `db` are 0 for an argument of width 1, else 1. */
export const BINARY: Readonly<Record<string, Binary>> = {
  add: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = (s[a + i * da] as number) + (s[b + i * db] as number);
  },
  sub: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = (s[a + i * da] as number) - (s[b + i * db] as number);
  },
  mul: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = (s[a + i * da] as number) * (s[b + i * db] as number);
  },
  div: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) {
      const by = s[b + i * db] as number;
      s[to + i] = by === 0 ? 0 : (s[a + i * da] as number) / by;
    }
  },
  min: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = Math.min(s[a + i * da] as number, s[b + i * db] as number);
  },
  max: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = Math.max(s[a + i * da] as number, s[b + i * db] as number);
  },
  lt: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = (s[a + i * da] as number) < (s[b + i * db] as number) ? 1 : 0;
  },
  gt: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = (s[a + i * da] as number) > (s[b + i * db] as number) ? 1 : 0;
  },
  and: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = s[a + i * da] !== 0 && s[b + i * db] !== 0 ? 1 : 0;
  },
  or: (to, n, a, da, b, db) => (s) => {
    for (let i = 0; i < n; i++) s[to + i] = s[a + i * da] !== 0 || s[b + i * db] !== 0 ? 1 : 0;
  },
};

/** Operators of one argument that give one number. */
export const REDUCE: Readonly<Record<string, Unary>> = {
  sum: (to, n, a) => (s) => {
    s[to] = pairwiseSum(s, a, n);
  },
  mean: (to, n, a) => (s) => {
    s[to] = pairwiseSum(s, a, n) / Math.max(n, 1);
  },
};

/** sqrt of the sum over `spare`, where the squares go. */
export const norm = (to: number, n: number, a: number, spare: number): Op => {
  if (n === 2) {
    return (s) => {
      const x = s[a] as number;
      const y = s[a + 1] as number;
      s[to] = Math.sqrt(x * x + y * y);
    };
  }
  return (s) => {
    for (let i = 0; i < n; i++) {
      const x = s[a + i] as number;
      s[spare + i] = x * x;
    }
    s[to] = Math.sqrt(pairwiseSum(s, spare, n));
  };
};

/** A world vector b in the frame of the orientation a (w, x, y, z). */
export const toBody = (to: number, a: number, b: number): Op => {
  return (s) => {
    const w = s[a] as number;
    const x = -(s[a + 1] as number);
    const y = -(s[a + 2] as number);
    const z = -(s[a + 3] as number);
    const vx = s[b] as number;
    const vy = s[b + 1] as number;
    const vz = s[b + 2] as number;
    const tx = 2 * (y * vz - z * vy);
    const ty = 2 * (z * vx - x * vz);
    const tz = 2 * (x * vy - y * vx);
    s[to] = vx + w * tx + (y * tz - z * ty);
    s[to + 1] = vy + w * ty + (z * tx - x * tz);
    s[to + 2] = vz + w * tz + (x * ty - y * tx);
  };
};

export const copy =
  (to: number, n: number, a: number): Op =>
  (s) => {
    for (let i = 0; i < n; i++) s[to + i] = s[a + i] as number;
  };

/** Height of a ground map under the point at `xy`, bilinear; outside, that of the nearest edge. */
export const ground = (
  to: number,
  xy: number,
  grid: { readonly nrow: number; readonly ncol: number; readonly fields: number },
): Op => {
  const { nrow, ncol, fields } = grid;
  return (s, _, at) => {
    // cell and origin are the world's: the first numbers of `fields`
    const u = clamp(((s[xy] as number) - (s[fields + 2] as number)) / (s[fields] as number), ncol - 1);
    const v = clamp(
      ((s[xy + 1] as number) - (s[fields + 3] as number)) / (s[fields + 1] as number),
      nrow - 1,
    );
    const col = Math.min(Math.trunc(u), ncol - 2);
    const row = Math.min(Math.trunc(v), nrow - 2);
    const fx = u - col;
    const fy = v - row;
    const first = row * ncol + col;
    const h = at.heights;
    const low = (h[first] as number) * (1 - fx) + (h[first + 1] as number) * fx;
    const high = (h[first + ncol] as number) * (1 - fx) + (h[first + ncol + 1] as number) * fx;
    s[to] = low * (1 - fy) + high * fy;
  };
};

const clamp = (x: number, top: number): number => Math.min(Math.max(x || 0, 0), top);

/** Another agent in a view: the places of its value and of whether it is in play. */
export interface OtherAgent {
  readonly value: number;
  readonly play: number;
  /** Place of the horizontal distance to the asking agent. */
  readonly distance: number;
}

export const nearest =
  (to: number, n: number, others: readonly OtherAgent[]): Op =>
  (s) => {
    let best = -1;
    let least = Infinity;
    for (const other of others) {
      if (s[other.play] === 0) continue;
      const away = s[other.distance] as number;
      if (away < least || best < 0) {
        best = other.value;
        least = away;
      }
    }
    for (let i = 0; i < n; i++) s[to + i] = best < 0 ? 0 : (s[best + i] as number);
  };

export const anyOf =
  (to: number, n: number, others: readonly OtherAgent[]): Op =>
  (s) => {
    for (let i = 0; i < n; i++) {
      let holds = 0;
      for (const other of others) if (s[other.play] !== 0 && s[other.value + i] !== 0) holds = 1;
      s[to + i] = holds;
    }
  };

export const allOf =
  (to: number, n: number, others: readonly OtherAgent[]): Op =>
  (s) => {
    for (let i = 0; i < n; i++) {
      let holds = 1;
      for (const other of others) if (s[other.play] !== 0 && s[other.value + i] === 0) holds = 0;
      s[to + i] = holds;
    }
  };
