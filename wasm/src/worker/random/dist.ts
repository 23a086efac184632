/** Numbers that may be distributions, as `envgen/core/dist.py` draws them. */

import type { Generator } from "./generator";

const numbers = (value: unknown): readonly number[] | null =>
  Array.isArray(value) && value.every((v) => typeof v === "number") ? value : null;

/** Draw one value; a constant is known without a generator. Throws if it is not a distribution. */
export function sample(dist: unknown, rng: () => Generator): number {
  if (typeof dist === "number") return dist;
  const pair = numbers(dist);
  if (pair?.length === 2) {
    const [low, high] = pair as [number, number];
    return high > low ? rng().uniform(low, high) : low;
  }
  if (dist !== null && typeof dist === "object" && !Array.isArray(dist)) {
    const given = dist as Readonly<Record<string, unknown>>;
    const options = numbers(given.choice);
    if (options?.length) {
      const weights = numbers(given.weights) ?? options.map(() => 1);
      return options[rng().choice(weights)] as number;
    }
    const range = numbers(given.loguniform);
    if (range?.length === 2) {
      const [low, high] = range as [number, number];
      const drawn = Math.exp(rng().uniform(Math.log(low), Math.log(high)));
      return Math.min(Math.max(drawn, low), high);
    }
    const normal = numbers(given.normal);
    if (normal?.length === 2) {
      const value = rng().normal(normal[0] as number, normal[1] as number);
      const clip = numbers(given.clip);
      return clip ? Math.min(Math.max(value, clip[0] as number), clip[1] as number) : value;
    }
  }
  throw new Error(`a value must be a number or a distribution, got ${JSON.stringify(dist)}`);
}
