/** Randomized physics of an episode: what `randomize` draws at a reset; the same as `envgen/rollout/physics.py`. */

import { sample } from "./random/dist";
import type { Generator } from "./random/generator";
import type { Streams } from "./random/streams";

/** Value that changes nothing, and the range allowed, by key of `EnvCfg.randomize`. */
const SETTINGS = {
  friction_scale: [1, 0, 10],
  mass_scale: [1, 0.05, 20],
  gear_scale: [1, 0, 20],
  push: [0, 0, 20],
  push_interval: [5, 0.05, 1000],
  motor_scale: [1, 0, 20],
  latency: [0, 0, 20],
  start_noise: [0, 0, 1],
  observation_noise: [0, 0, 1],
} as const satisfies Record<string, readonly [number, number, number]>;
type Key = keyof typeof SETTINGS;
const KEYS = Object.keys(SETTINGS) as Key[];

/** Values drawn for an episode. */
export interface Physics extends Readonly<Record<Key, number>> {
  /** Factor on the force of each actuator of the robots, besides `gear_scale`; `motor_scale` is their mean. */
  readonly motors: readonly number[];
}

/** Physics of a model as it was compiled. */
export function nominal(actuators: number): Physics {
  const values = Object.fromEntries(KEYS.map((key) => [key, SETTINGS[key][0]])) as Record<Key, number>;
  return { ...values, motors: new Array(actuators).fill(1) };
}

/** Draw the physics of an episode; each key has a random stream of its own. Throws if a setting is no distribution. */
export function drawPhysics(
  settings: Readonly<Record<string, unknown>>,
  streams: Streams,
  episode: number,
  actuators: number,
): Physics {
  const drawn = { ...nominal(actuators) } as { -readonly [key in keyof Physics]: Physics[key] };
  for (const key of KEYS) {
    const [usual, low, high] = SETTINGS[key];
    let generator: Generator | null = null;
    const rng = () => {
      generator ??= streams.stream(`randomize.${key}`, episode);
      return generator;
    };
    const draw = () => sample(settings[key] ?? usual, rng, { low, high, integer: key === "latency" });
    if (key === "motor_scale") {
      drawn.motors = drawn.motors.map(draw);
      drawn[key] = drawn.motors.reduce((sum, factor) => sum + factor, 0) / Math.max(actuators, 1);
    } else drawn[key] = draw();
  }
  return drawn;
}
