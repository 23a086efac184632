/**
 * Uniform random actions.
 *
 * Each number is a hash of seed, world, episode, agent, step and actuator, so that Python (`envgen/policies/random.py`) and
 * any worker draw the same.
 */

import { immediate, type Policy } from "./base";

const STEP = 0x9e3779b9;

/** Scramble 32 bits: lowbias32 of C. Wellons, https://nullprogram.com/blog/2018/07/31/. */
function mix(word: number): number {
  let w = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  w = Math.imul(w ^ (w >>> 15), 0x846ca68b);
  return (w ^ (w >>> 16)) >>> 0;
}

const into = (hash: number, word: number): number => mix(((hash ^ word) + STEP) | 0);

/** Make a random policy; `seed` is an integer from 0 to 2^53. */
export function random(seed: number): Policy {
  const start = into(into(0, seed | 0), Math.floor(seed / 2 ** 32) | 0);
  return immediate("random", (agent) => {
    const { action } = agent;
    const hash = into(into(into(into(start, agent.world), agent.episode), agent.number), agent.step);
    for (let j = 0; j < action.length; j++) action[j] = into(hash, j) / 2 ** 31 - 1;
  });
}
