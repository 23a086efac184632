/** Numbers that may be distributions, as `envgen/core/dist.py` draws them. */

import type { Generator } from "./generator";

const numbers = (value: unknown): readonly number[] | null =>
  Array.isArray(value) && value.every((v) => typeof v === "number") ? value : null;

/** Most redraws of a normal without `clip` outside its range. */
const MAX_REDRAWS = 100;

interface Allowed {
  readonly low: number;
  readonly high: number;
  readonly integer?: boolean;
}
const ANY: Allowed = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Draw one value; a constant is known without a generator. Throws if it is not a distribution. */
export function sample(dist: unknown, rng: () => Generator, allowed = ANY): number {
  const pair = numbers(dist);
  if (allowed.integer) {
    if (pair?.length === 2) return rng().integer(Math.ceil(pair[0] as number), Math.floor(pair[1] as number));
    return roundEven(real(dist, rng, allowed));
  }
  return real(dist, rng, allowed);
}

function real(dist: unknown, rng: () => Generator, { low: least, high: most }: Allowed): number {
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
      const draw = () => rng().normal(normal[0] as number, normal[1] as number);
      let value = draw();
      const clip = numbers(given.clip);
      if (clip) return Math.min(Math.max(value, clip[0] as number), clip[1] as number);
      for (let i = 0; i < MAX_REDRAWS && !(least <= value && value <= most); i++) value = draw();
      return Math.min(Math.max(value, least), most);
    }
  }
  throw new Error(`a value must be a number or a distribution, got ${JSON.stringify(dist)}`);
}

/** Round as Python does: halves to the even neighbour. */
function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
