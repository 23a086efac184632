/** Focus on one world: the camera flies there, an agent's steps are followed, keys drive it. */

import type { Feed } from "@envgen/wasm/protocol/steps";
import { signal } from "@preact/signals";
import type { Vec3 } from "../scene/pick.ts";
import * as store from "../state/store.ts";
import { app } from "./app.ts";

/** Number of control steps that the curves show. */
export const TRACE_STEPS = 240;

/** ms between two drawings of the curves. */
const REFRESH = 120;

export interface Trace {
  readonly time: number[];
  readonly reward: number[];
  readonly observation: readonly number[];
  readonly action: readonly number[];
  /** [term][step]: first number of each observation term. */
  readonly terms: readonly (readonly number[])[];
  readonly rewards: readonly (readonly number[])[];
}
const EMPTY: Trace = { time: [], reward: [], observation: [], action: [], terms: [], rewards: [] };
export const trace = signal<Trace>(EMPTY);
export const following = signal(true);

let stop: (() => void) | null = null;
let clock = 0;

/** Focus a world; null goes back to the wall. */
export function focusOn(slot: number | null, agent = 0): void {
  const a = app();
  stop?.();
  stop = null;
  pending = trace.value = EMPTY;
  const env = a && slot !== null ? a.engine.env(slot) : null;
  if (!a || !env || slot === null) {
    store.focus.value = null;
    a?.view?.unfocus();
    return;
  }
  const spec = env.spec;
  const who = Math.min(agent, Math.max(0, spec.agents.length - 1));
  const before = store.focus.value;
  store.focus.value = { slot, index: spec.index, agent: who, spec, report: spec.report };
  const target = spec.agents[who];
  if (before?.slot !== slot) {
    const rows = a.pool.poses(env.worker).rows;
    const at = (env.pose + (target?.root ?? 0)) * 8;
    const place: Vec3 | null = target ? [rows[at] ?? 0, rows[at + 1] ?? 0, rows[at + 2] ?? 0] : null;
    a.view?.focus(slot, place);
  }
  if (a.view) a.view.follow = following.value && target ? target.root : null;
  if (!target) return;
  clock = 0;
  stop = a.pool.focus({ env: env.id, agent: who }, (feed) => appendFeed(feed, target.observation));
}

/** Turn following of the focused robot by the camera on or off. */
export function setFollowing(on: boolean): void {
  following.value = on;
  const f = store.focus.value;
  const view = app()?.view;
  if (view) view.follow = on && f ? (f.spec.agents[f.agent]?.root ?? null) : null;
}

/** Trace that is drawn next: feeds arrive with each tick, far more often than the curves are drawn. */
let pending: Trace = EMPTY;
let publishing = 0;

function publish(): void {
  publishing = 0;
  trace.value = pending;
}

function appendFeed(feed: Feed, terms: readonly { readonly size: number }[]): void {
  if (feed.steps === 0) return;
  const old = pending;
  const size = feed.observation.length / feed.steps;
  const acts = feed.action.length / feed.steps;
  const parts = feed.terms.length / feed.steps;
  const keep = (list: readonly number[], more: readonly number[]): number[] =>
    [...list, ...more].slice(-TRACE_STEPS);
  const column = (data: ArrayLike<number>, width: number, at: number) =>
    Array.from({ length: feed.steps }, (_, i) => data[i * width + at] ?? 0);
  let offset = 0;
  const firsts = terms.map((term) => {
    offset += term.size;
    return offset - term.size;
  });
  pending = {
    time: keep(
      old.time,
      Array.from({ length: feed.steps }, () => clock++),
    ),
    reward: keep(old.reward, Array.from(feed.reward)),
    observation: Array.from(feed.observation.subarray((feed.steps - 1) * size)),
    action: Array.from(feed.action.subarray((feed.steps - 1) * acts)),
    terms: firsts.map((at, k) => keep(old.terms[k] ?? [], column(feed.observation, size, at))),
    rewards: Array.from({ length: parts }, (_, k) =>
      keep(old.rewards[k] ?? [], column(feed.terms, parts, k)),
    ),
  };
  if (!publishing) publishing = window.setTimeout(publish, REFRESH);
}

/** Focus the previous or next world. */
export function focusNext(by: number): void {
  const a = app();
  const f = store.focus.value;
  if (!a || !f) return;
  const slots = [...a.engine.running()].map(([slot]) => slot);
  const at = slots.indexOf(f.slot);
  const next = slots[(at + by + slots.length) % slots.length];
  if (next !== undefined) focusOn(next);
}

/** Pull a body with a spring-like force that is stronger for larger robots. */
export function pullBody(slot: number, body: number, by: Vec3): void {
  const a = app();
  const env = a?.engine.env(slot);
  if (!a || !env) return;
  const size = a.view?.wall.world(slot)?.robotRadius ?? 0.5;
  const strength = Math.min(600, 25 + 320 * size ** 3);
  const length = Math.hypot(...by);
  const k = (strength * Math.min(length, 2)) / Math.max(length, 1e-6);
  const dt = env.spec.timestep * env.spec.frame_skip;
  a.pool.push(env.id, { body, force: [k * by[0], k * by[1], k * by[2]], seconds: Math.max(0.1, dt) });
}
