/** Named random streams, as `envgen/core/rng.py` has them. */

import { Generator } from "./generator";

/** First 8 bytes of the SHA-256 of a stream's name as two little-endian words: WebCrypto has it only as a promise. */
const WORDS = {
  "randomize.friction_scale": [2581618869, 804553313],
  "randomize.mass_scale": [474244847, 2283219765],
  "randomize.gear_scale": [2955195543, 2294732719],
  "randomize.push": [3412262872, 177143880],
  "randomize.push_interval": [2580920754, 3229341114],
  "randomize.start_noise": [2064028354, 1477001886],
  "randomize.start_noise.agent": [1839713994, 3921840547],
  "randomize.motor_scale": [1139521838, 2926600281],
  "randomize.latency": [1237183622, 3943057053],
  "randomize.observation_noise": [2066979398, 3196371105],
  "randomize.observation_noise.agent": [902128289, 4089028890],
  "randomize.push.direction": [1493084013, 279955261],
} as const satisfies Record<string, readonly [number, number]>;

export type StreamName = keyof typeof WORDS;
export const STREAMS = WORDS as Readonly<Record<StreamName, readonly [number, number]>>;

/** Most agents of a world (`MAX_AGENTS` of `envgen/core/cfg.py`). */
const MAX_AGENTS = 64n;

/** The streams of one variant. */
export class Streams {
  /** `seed` of the pack (it may exceed 2^53), `index` of the draw. */
  constructor(
    private readonly seed: bigint,
    private readonly index: number,
  ) {}

  /** A fresh generator; the same arguments give the same draws. */
  stream(name: StreamName, episode: number): Generator {
    return this.generator(name, BigInt(episode));
  }

  /** A fresh generator of what a key draws for an agent, as `agent_stream` of `envgen/rollout/physics.py`. */
  agentStream(key: "start_noise" | "observation_noise", agent: number, episode: number): Generator {
    return this.generator(`randomize.${key}.agent`, BigInt(episode) * MAX_AGENTS + BigInt(agent));
  }

  private generator(name: StreamName, attempt: bigint): Generator {
    const [first, second] = STREAMS[name];
    return new Generator([this.seed, BigInt(this.index), attempt, BigInt(first), BigInt(second)]);
  }
}
