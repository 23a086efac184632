/**
 * NumPy's `Generator(PCG64(SeedSequence(entropy)))`, bit for bit, as far as resets need it.
 *
 * Sources: numpy/random/bit_generator.pyx (SeedSequence, after M. E. O'Neill's seed_seq_fe), PCG64 (pcg-random.org,
 * XSL-RR 128/64), numpy/random/src/distributions (ziggurat of Marsaglia and Tsang).
 */

import { pairwiseSum } from "../tasks/sums";
import { TABLES } from "./ziggurat.gen";

const M64 = (1n << 64n) - 1n;
const M128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const INIT_A = 0x43b0d7e5;
const MULT_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULT_B = 0x58f38ded;
const MIX_L = 0xca01f9dd;
const MIX_R = 0x4973f715;
const POOL = 4;
const NORMAL_R = 3.654152885361009;
const NORMAL_INV_R = 0.2736612373297583;

/** A number as SeedSequence takes it: its 32-bit words, least first; 0 is one word. */
function words(value: bigint): number[] {
  const result: number[] = [];
  let rest = value;
  do {
    result.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return result;
}

/** SeedSequence(entropy).generate_state(4, uint64). */
export function seedState(entropy: readonly bigint[]): [bigint, bigint, bigint, bigint] {
  const given = entropy.flatMap(words);
  let constant = INIT_A;
  const hash = (value: number): number => {
    let mixed = (value ^ constant) >>> 0;
    constant = Math.imul(constant, MULT_A) >>> 0;
    mixed = Math.imul(mixed, constant) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const mix = (x: number, y: number): number => {
    const result = (Math.imul(MIX_L, x) - Math.imul(MIX_R, y)) >>> 0;
    return (result ^ (result >>> 16)) >>> 0;
  };
  const pool = Array.from({ length: POOL }, (_, i) => hash(given[i] ?? 0));
  const stir = (to: number, value: number) => {
    pool[to] = mix(pool[to] as number, value);
  };
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) stir(to, hash(pool[from] as number));
  }
  for (let from = POOL; from < given.length; from++) {
    for (let to = 0; to < POOL; to++) stir(to, hash(given[from] as number));
  }
  let out = INIT_B;
  const state = Array.from({ length: 8 }, (_, i) => {
    let value = ((pool[i % POOL] as number) ^ out) >>> 0;
    out = Math.imul(out, MULT_B) >>> 0;
    value = Math.imul(value, out) >>> 0;
    return BigInt((value ^ (value >>> 16)) >>> 0);
  });
  const wide = (i: number) => (state[2 * i] as bigint) | ((state[2 * i + 1] as bigint) << 32n);
  return [wide(0), wide(1), wide(2), wide(3)];
}

let tables: { ki: BigUint64Array; wi: Float64Array; fi: Float64Array } | null = null;

function ziggurat(): { ki: BigUint64Array; wi: Float64Array; fi: Float64Array } {
  if (!tables) {
    const bytes = Uint8Array.from(atob(TABLES), (letter) => letter.charCodeAt(0));
    tables = {
      ki: new BigUint64Array(bytes.buffer, 0, 256),
      wi: new Float64Array(bytes.buffer, 2048, 256),
      fi: new Float64Array(bytes.buffer, 4096, 256),
    };
  }
  return tables;
}

export class Generator {
  private state = 0n;
  private readonly increment: bigint;

  constructor(entropy: readonly bigint[]) {
    const [a, b, c, d] = seedState(entropy);
    this.increment = ((((c << 64n) | d) << 1n) | 1n) & M128;
    this.advance();
    this.state = (this.state + ((a << 64n) | b)) & M128;
    this.advance();
  }

  /** What the next number depends on: another generator of the same stream can go on from it. */
  get position(): bigint {
    return this.state;
  }

  set position(position: bigint) {
    this.state = position;
  }

  private advance(): void {
    this.state = (this.state * MULTIPLIER + this.increment) & M128;
  }

  next64(): bigint {
    this.advance();
    const value = ((this.state >> 64n) ^ this.state) & M64;
    const turn = this.state >> 122n;
    return ((value >> turn) | (value << (-turn & 63n))) & M64;
  }

  /** In [0, 1). */
  random(): number {
    return Number(this.next64() >> 11n) / 9007199254740992;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** An integer in [low, high], as the first `Generator.integers(low, high + 1)` of a generator (Lemire's method). */
  integer(low: number, high: number): number {
    const count = BigInt(high - low + 1);
    if (count === 1n) return low;
    const threshold = (1n << 32n) % count;
    let product: bigint;
    // NumPy takes the lower half of each number first, then the upper
    let rest: bigint | null = null;
    do {
      const bits: bigint = rest ?? this.next64();
      rest = rest === null ? bits >> 32n : null;
      product = (bits & 0xffffffffn) * count;
    } while ((product & 0xffffffffn) < threshold);
    return low + Number(product >> 32n);
  }

  /** Index by weight, as `Generator.choice(n, p=weights / weights.sum())`. */
  choice(weights: readonly number[]): number {
    const total = pairwiseSum(Float64Array.from(weights), 0, weights.length);
    const edges: number[] = [];
    let sum = 0;
    for (const weight of weights) {
      sum += weight / total;
      edges.push(sum);
    }
    const drawn = this.random();
    const found = edges.findIndex((edge) => drawn < edge / sum);
    return found < 0 ? edges.length - 1 : found;
  }

  normal(mean: number, deviation: number): number {
    return mean + deviation * this.standardNormal();
  }

  private standardNormal(): number {
    const { ki, wi, fi } = ziggurat();
    for (;;) {
      let bits = this.next64();
      const i = Number(bits & 0xffn);
      bits >>= 8n;
      const negative = bits & 1n;
      const size = (bits >> 1n) & 0x000fffffffffffffn;
      let x = Number(size) * (wi[i] as number);
      if (negative) x = -x;
      if (size < (ki[i] as bigint)) return x;
      if (i === 0) {
        for (;;) {
          const a = -NORMAL_INV_R * Math.log1p(-this.random());
          const b = -Math.log1p(-this.random());
          if (b + b > a * a) return (size >> 8n) & 1n ? -(NORMAL_R + a) : NORMAL_R + a;
        }
      } else if (
        ((fi[i - 1] as number) - (fi[i] as number)) * this.random() + (fi[i] as number) <
        Math.exp(-0.5 * x * x)
      ) {
        return x;
      }
    }
  }
}
