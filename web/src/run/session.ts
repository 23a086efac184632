/** Jobs of the page: starts them, handles the messages of the source, applies the pace. */

import type { Mode } from "@envgen/wasm/protocol/api";
import { computed, effect } from "@preact/signals";
import { count } from "../lib/format.ts";
import { EMPTY, fromHash, type Recipe, toHash, unreadable } from "../lib/link.ts";
import { toRanges } from "../lib/ranges.ts";
import { interpret } from "../net/api.ts";
import type { JobRequest, SourceEvents } from "../net/source.ts";
import * as store from "../state/store.ts";
import type { Done, Progress, Started, Welcome } from "../stream.gen.ts";
import { app } from "./app.ts";
import { focusOn } from "./focusing.ts";
import { remember } from "./history.ts";

let requestedAt = 0;
let beginListener: (() => void) | null = null;

export function onJobBegin(listener: () => void): void {
  beginListener = listener;
}

/** Start a job from the inputs of the page, in place of the running one. */
export function start(recipe: Partial<Recipe> = {}): void {
  const a = app();
  if (!a) return;
  if (recipe.prompt !== undefined) store.prompt.value = recipe.prompt;
  if (recipe.cfg !== undefined) store.cfg.value = recipe.cfg;
  if (recipe.pack !== undefined) store.pack.value = recipe.pack;
  if (recipe.count !== undefined) store.count.value = recipe.count;
  store.wordsNewer.value = false;
  if (recipe.seed !== undefined) store.seed.value = recipe.seed;
  if (recipe.difficulty !== undefined) store.difficulty.value = recipe.difficulty ?? [0, 1];
  const now = current();
  if (!now.prompt.trim() && !now.cfg && !now.pack) {
    store.meaningProblem.value = {
      cause: "the prompt is empty",
      remedy: "Describe the world you want, for instance “rough terrain for ants”.",
    };
    return;
  }
  begin(now);
}

function begin(now: Recipe): void {
  const a = app();
  if (!a) return;
  focusOn(null);
  requestedAt = performance.now();
  requested = now;
  undoing = false;
  pendingJob = null;
  store.meaningProblem.value = null;
  store.job.value = { ...store.NO_JOB, state: "starting", seed: now.seed };
  if (now.prompt) remember(now.prompt);
  a.source.start(toRequest(now));
}

/** Recipe that was requested last; it runs once the server has started it. */
let requested: Recipe = EMPTY;
/** Whether the requested recipe is an undo. */
let undoing = false;
let lastMeaning: store.PastRun["meaning"] = null;

/** Return the recipe of the page's inputs. */
function current(): Recipe {
  const [low, high] = store.difficulty.value;
  return {
    prompt: store.prompt.value,
    cfg: store.cfg.value,
    pack: store.pack.value,
    count: store.count.value,
    seed: store.seed.value,
    difficulty: low === 0 && high === 1 ? null : [low, high],
  };
}

function toRequest(r: Recipe): JobRequest {
  const source = r.cfg
    ? { kind: "cfg" as const, cfg: r.cfg as Record<string, unknown> }
    : r.pack
      ? { kind: "pack" as const, pack: r.pack }
      : { kind: "prompt" as const, prompt: r.prompt };
  return { source, count: r.count, seed: r.seed, difficulty: r.difficulty };
}

/** Change the running EnvCfg as the prompt says, with the same count and seed. */
export async function change(): Promise<void> {
  const text = store.prompt.value.trim();
  if (!text) {
    store.meaningProblem.value = {
      cause: "nothing is to be changed",
      remedy: "Say what should be otherwise, for instance “steeper, and add a few logs”.",
    };
    return;
  }
  try {
    const meaning = await interpret(text, store.runningCfg.value);
    store.meaning.value = meaning;
    const runs = store.running.value;
    begin({
      prompt: text,
      cfg: meaning.cfg,
      pack: null,
      count: meaning.count ?? runs?.recipe.count ?? null,
      seed: runs?.recipe.seed ?? "0",
      difficulty: null,
    });
    store.prompt.value = "";
  } catch (error) {
    store.meaningProblem.value = store.problemOf(error);
  }
}

export function cancel(): void {
  const a = app();
  if (!a || !store.busy.value) return;
  a.source.cancel();
  a.engine.forgetIncoming();
  pendingJob = null;
  store.job.value = { ...store.job.value, state: "cancelled" };
}

/** Run the previous recipe again. */
export function undo(): void {
  const last = store.pastRuns.value[store.pastRuns.value.length - 1];
  if (!last) return;
  store.changing.value = false;
  start(last.recipe);
  undoing = true;
  store.meaning.value = last.meaning;
}

/** Record that the requested recipe runs now, and what ran before it. */
function recordRun(message: Started): void {
  const { running: before, runningCfg: cfg, pastRuns: turns } = store;
  if (undoing) turns.value = turns.value.slice(0, -1);
  else if (before.value) {
    const { recipe } = before.value;
    turns.value = [...turns.value, { recipe, cfg: cfg.value, meaning: lastMeaning }].slice(-30);
  }
  undoing = false;
  const { seed, name } = message;
  before.value = { recipe: { ...requested, count: message.count, seed }, name };
  cfg.value = message.cfg;
  lastMeaning = message.interpretation ?? store.meaning.value;
}

export const sourceEvents: SourceEvents = {
  welcome(message: Welcome) {
    store.version.value = message.envgen;
    if (store.job.value.state !== "idle") return;
    const linked = fromHash(location.hash);
    const odd = unreadable(location.hash);
    if (odd.length) {
      const remedy = linked ? "It runs without that." : "Ask for the link again, or say what you want here.";
      store.toast(`the link can't be read whole: ${odd.join(", ")}`, remedy);
    }
    if (linked) {
      start(linked);
      return;
    }
    const given = message.source;
    if (!given) return;
    start({
      prompt: given.kind === "prompt" ? given.prompt : "",
      cfg: given.kind === "cfg" ? given.cfg : null,
      pack: given.kind === "pack" ? given.pack : null,
      count: message.count,
      seed: message.seed,
    });
  },
  started(message: Started, resumed: boolean) {
    const a = app();
    if (!a) return;
    if (!resumed) {
      pendingJob = message;
      if (message.interpretation) store.meaning.value = message.interpretation;
      if (message.interpretation?.note) store.toast(message.interpretation.note, "", "info");
      const said = requested.count === null ? (message.interpretation?.count ?? 0) : 0;
      if (said > message.count) {
        const remedy = `\`envgen make\` makes all ${count(said)}.`;
        store.toast(`a page runs ${count(message.count)} worlds at most`, remedy, "info");
      }
    }
    store.job.value = {
      ...store.job.value,
      state: pendingJob ? "starting" : "streaming",
      name: message.name,
      count: message.count,
      seed: message.seed,
    };
  },
  frame(data) {
    if (pendingJob) switchTo(pendingJob);
    if (store.job.value.state === "streaming") app()?.engine.push(data);
    else app()?.source.taken(1);
  },
  progress(message: Progress) {
    const refused = Object.values(message.refused).reduce((x, y) => x + y, 0);
    store.job.value = {
      ...store.job.value,
      made: message.made,
      refused,
      givenUp: message.given_up,
      elapsed: message.elapsed,
    };
  },
  done(message: Done) {
    const refused = Object.values(message.refused).reduce((x, y) => x + y, 0);
    const state = message.cancelled ? "cancelled" : "done";
    pendingJob = null;
    if (store.job.value.state === "failed") return;
    store.job.value = {
      ...store.job.value,
      state,
      made: message.made,
      refused,
      givenUp: message.given_up.length,
      lost: message.given_up,
      elapsed: message.elapsed,
    };
    const lost = message.given_up[0];
    if (lost) {
      const more = message.given_up.length > 1 ? ` and ${message.given_up.length - 1} others` : "";
      store.toast(`variant ${lost.index}${more} could not be made: ${lost.cause}`, lost.remedy);
    }
  },
  failed(message) {
    pendingJob = null;
    store.job.value = { ...store.job.value, state: "failed" };
    store.meaningProblem.value = { cause: message.cause, remedy: message.remedy };
  },
  connection(state, why) {
    store.connection.value = state;
    if (state !== "refused") return;
    const { cause, remedy } = store.problemOf(why ?? "the server refused this page");
    store.blocked.value = {
      cause,
      remedy: remedy || "Reload the page; if it stays so, install envgen anew.",
    };
  },
  have: () => (pendingJob ? [] : toRanges(app()?.engine.indices() ?? [])),
};

/** Job that has started and sent no frame yet; the previous worlds run until its first frame. */
let pendingJob: Started | null = null;

function switchTo(message: Started): void {
  const a = app();
  pendingJob = null;
  if (!a) return;
  beginListener?.();
  a.engine.begin(message.count);
  if (JSON.stringify(a.pool.task) !== JSON.stringify(message.task)) a.pool.setTask(message.task);
  store.task.value = message.task;
  recordRun(message);
  document.title = `${message.name} · envgen`;
  if (store.running.value) history.replaceState(null, "", toHash(store.running.value.recipe));
  store.job.value = { ...store.job.value, state: "streaming" };
}

/** Record the time until the first and the last world of the job run. */
export function recordArrival(running: number): void {
  if (pendingJob) return; // it is of the job before
  const j = store.job.value;
  const after = (performance.now() - requestedAt) / 1000;
  if (j.firstAfter === null) store.job.value = { ...j, firstAfter: after };
  if (running >= store.job.value.count && store.job.value.allAfter === null) {
    store.job.value = { ...store.job.value, allAfter: after };
  }
}

/** Share of a core for stepping in each worker while worlds arrive and the server needs the cores too. */
const SHARE_WHILE_LOADING = 0.15;
/** Minimum ms between two frames meanwhile, with software rendering. */
const FRAME_GAP_WHILE_LOADING = 1500;
const loadingWorlds = computed(() => ["starting", "streaming"].includes(store.job.value.state));

export function modeOf(pace: store.Pace, speed: number, share = 1): Mode {
  if (pace === "paused") return { kind: "paused" };
  return pace === "flat" ? { kind: "flat" } : { kind: "realtime", speed, share };
}

/** Apply the chosen pace to the pool, and to the smoothing of poses. */
export function applyPace(): () => void {
  return effect(() => {
    const pace = store.pace.value;
    const speed = store.speed.value;
    const a = app();
    if (!a) return;
    const busy = loadingWorlds.value && navigator.hardwareConcurrency < a.pool.workers + 2;
    a.pool.setMode(modeOf(pace, speed, busy ? SHARE_WHILE_LOADING : 1));
    if (a.view) a.view.minFrameGap = busy ? FRAME_GAP_WHILE_LOADING : 0;
    if (a.view) a.view.smoothing = pace === "flat" || speed > 2 ? 0 : 0.035;
  });
}
