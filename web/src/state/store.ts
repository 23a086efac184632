/** State of the page as signals. `run/` writes the state of the run; components write the user's choices. */

import type { FindingSpec, TaskSpec, WorldSpec } from "@envgen/wasm/protocol/wire.gen";
import { computed, signal } from "@preact/signals";
import type { ColourBy } from "../lib/colours.ts";
import type { Recipe } from "../lib/link.ts";
import type { Bin, PolicyScore } from "../lib/scores.ts";
import type { FrameTimes } from "../scene/view.ts";
import type { GivenUp, InterpretationSpec } from "../stream.gen.ts";

/** Cause and remedy of an error. */
export interface Problem {
  readonly cause: string;
  readonly remedy: string;
}

/* What is asked for. */
export const prompt = signal("");
export const count = signal<number | null>(null);
/** True if the prompt was typed after the count: a number of worlds in the prompt then takes precedence. */
export const wordsNewer = signal(false);
export const seed = signal("0");
export const difficulty = signal<readonly [number, number]>([0, 1]);
/** EnvCfg that replaces the prompt after a chip was edited. */
export const cfg = signal<unknown>(null);
export const pack = signal<string | null>(null);

/** Whether the prompt changes the running worlds or asks for new ones. */
export const changing = signal(false);

/* What it means. */
/** Prompt that `meaning` interprets. */
export const meaningOf = signal("");
export const meaning = signal<InterpretationSpec | null>(null);
export const meaningProblem = signal<Problem | null>(null);
export const interpreting = signal(false);

export interface PastRun {
  readonly recipe: Recipe;
  readonly cfg: unknown;
  readonly meaning: InterpretationSpec | null;
}
/** Previous runs, oldest first; undo returns to the last. */
export const pastRuns = signal<readonly PastRun[]>([]);

/* What runs. */
export type JobState = "idle" | "starting" | "streaming" | "done" | "cancelled" | "failed";
export interface Job {
  readonly state: JobState;
  readonly name: string;
  readonly count: number;
  readonly made: number;
  readonly refused: number;
  readonly givenUp: number;
  /** Variants that were given up, reported at the end. */
  readonly lost: readonly GivenUp[];
  readonly elapsed: number;
  readonly seed: string;
  /** Seconds from the request to the first running world, and to the last. */
  readonly firstAfter: number | null;
  readonly allAfter: number | null;
}
export const NO_JOB: Job = {
  state: "idle",
  name: "",
  count: 0,
  made: 0,
  refused: 0,
  givenUp: 0,
  lost: [],
  elapsed: 0,
  seed: "0",
  firstAfter: null,
  allAfter: null,
};
export const job = signal<Job>(NO_JOB);
/** Run that the worlds on the wall belong to; a job that failed or was cancelled before it began does not change it. */
export const running = signal<{ readonly recipe: Recipe; readonly name: string } | null>(null);
export const runningCfg = signal<unknown>(null);
export const task = signal<TaskSpec | null>(null);
export type Connection = "none" | "connecting" | "open" | "lost" | "refused" | "site";
export const connection = signal<Connection>("connecting");
export const version = signal("");

export interface Stats {
  readonly environments: number;
  readonly agents: number;
  readonly workers: number;
  readonly stepsPerSecond: number;
  readonly realtime: number;
  readonly heap: number;
  readonly episodes: number;
  readonly resets: number;
  readonly flagged: number;
  readonly busy: number;
}
export const stats = signal<Stats | null>(null);
export const frames = signal<FrameTimes | null>(null);

export type Pace = "paused" | "realtime" | "flat";
export const pace = signal<Pace>("realtime");
export const speed = signal(1);
let before: Pace = "realtime";
/** Pause, or continue at the previous pace. */
export function togglePause(): void {
  if (pace.value !== "paused") before = pace.value;
  pace.value = pace.value === "paused" ? before : "paused";
}

/* Policies. */
export interface PolicyRow {
  readonly key: string;
  readonly name: string;
  readonly kind: "zero" | "random" | "gait" | "keyboard" | "onnx";
  /** Id in the pool, once it is loaded. */
  readonly id: number | null;
  /** Robot and task that a network was trained for, if known. */
  readonly robot: string | null;
  readonly task: string | null;
  readonly detail: string;
  readonly problem: string | null;
}
export const policies = signal<readonly PolicyRow[]>([]);
export const chosenPolicy = signal("gait");
export const scores = signal<readonly (PolicyScore & { readonly policy: number })[]>([]);
export const bins = signal<readonly Bin[]>([]);
/** Whether an episode of the task can end in success; walking and standing have no such ending. */
export const winnable = computed(() => task.value?.success.expr !== 0);

/* What is looked at. */
export interface Focus {
  readonly slot: number;
  readonly index: number;
  readonly agent: number;
  readonly spec: WorldSpec;
  readonly report: readonly FindingSpec[];
}
export const focus = signal<Focus | null>(null);
export const hovered = signal<{ slot: number; index: number; x: number; y: number; text: string } | null>(
  null,
);
export const selected = signal<ReadonlySet<number>>(new Set());
export const colourBy = signal<ColourBy>("status");
export interface Legend {
  readonly kind: "categories" | "scale";
  readonly entries: readonly { readonly text: string; readonly colour: string }[];
}
export const legend = signal<Legend>({ kind: "categories", entries: [] });
export const arrow = signal<{ x0: number; y0: number; x1: number; y1: number } | null>(null);

/* What went wrong. */
export interface Toast extends Problem {
  readonly id: number;
  readonly tone: "error" | "info";
  readonly times: number;
}
export const toasts = signal<readonly Toast[]>([]);
/** Problem that keeps the page from working at all. */
export const blocked = signal<Problem | null>(null);

export const busy = computed(() => job.value.state === "starting" || job.value.state === "streaming");

let nextToast = 1;
/** Show a message for a while and return its id for `dismiss`; a repeated message is counted, not shown again. */
export function toast(cause: string, remedy = "", tone: Toast["tone"] = "error"): number {
  const same = toasts.value.find((t) => t.cause === cause);
  if (same) {
    toasts.value = toasts.value.map((t) => (t === same ? { ...t, times: t.times + 1 } : t));
    return same.id;
  }
  const id = nextToast++;
  toasts.value = [...toasts.value.slice(-3), { id, cause, remedy, tone, times: 1 }];
  setTimeout(() => dismiss(id), tone === "error" ? 14_000 : 6_000);
  return id;
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((t) => t.id !== id);
}

/** Return any error as cause and remedy. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Error && "what" in error && "remedy" in error) {
    return { cause: String(error.what), remedy: String(error.remedy) };
  }
  const text = error instanceof Error ? error.message : String(error);
  const [cause, ...rest] = text.split("\n");
  return { cause: cause || "an error without a message occurred", remedy: rest.join(" ") };
}
