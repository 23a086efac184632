/** Named random streams, as `envgen/core/rng.py` has them. */

import { Generator } from "./generator";

/** First 8 bytes of the SHA-256 of a stream's name as two little-endian words: WebCrypto has it only as a promise. */
const WORDS = {
  "randomize.friction_scale": [2581618869, 804553313],
  "randomize.mass_scale": [474244847, 2283219765],
  "randomize.gear_scale": [2955195543, 2294732719],
  "randomize.push": [3412262872, 177143880],
  "randomize.push.direction": [1493084013, 279955261],
} as const satisfies Record<string, readonly [number, number]>;

export type StreamName = keyof typeof WORDS;
export const STREAMS = WORDS as Readonly<Record<StreamName, readonly [number, number]>>;

/** The streams of one variant. */
export class Streams {
  /** `seed` of the pack (it may exceed 2^53), `index` of the draw. */
  constructor(
    private readonly seed: bigint,
    private readonly index: number,
  ) {}

  /** A fresh generator; the same arguments give the same draws. */
  stream(name: StreamName, episode: number): Generator {
    const [first, second] = STREAMS[name];
    return new Generator([this.seed, BigInt(this.index), BigInt(episode), BigInt(first), BigInt(second)]);
  }
}
