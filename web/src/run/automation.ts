/**
 * `window.envgen`: what `envgen run`, `envgen bench browser` and the tests of the page use, through Playwright.
 * All values are plain data.
 */

import type { AgentRef, Selection } from "@envgen/wasm/protocol/agents";
import type { BareResult, Mode } from "@envgen/wasm/protocol/api";
import type { AgentCounters } from "@envgen/wasm/protocol/columns";
import { type AgentSpec, POSE_COLUMNS } from "@envgen/wasm/protocol/wire.gen";
import type { Recipe } from "../lib/link.ts";
import { Rates } from "../lib/rates.ts";
import { StreamSocket } from "../net/socket.ts";
import type { FrameTimes } from "../scene/view.ts";
import * as store from "../state/store.ts";
import { app } from "./app.ts";
import { focusOn } from "./focusing.ts";
import type { AssignSummary } from "./policies.ts";
import { record, recording } from "./recording.ts";
import { cancel, start } from "./session.ts";

/** An agent by its place on the wall, as the automation names it. */
export interface AgentInfo {
  readonly slot: number;
  readonly index: number;
  readonly agent: number;
  readonly id: string;
  readonly team: string;
  readonly robot: string;
  readonly difficulty: number;
  readonly policy: string;
  readonly counters: AgentCounters;
}

export interface RunStats extends store.Stats {
  readonly job: store.Job;
  readonly connection: store.Connection;
  readonly physicsSteps: number;
  readonly controlSteps: number;
  /** Simulated seconds, over all environments. */
  readonly simulated: number;
  readonly controlStepsPerSecond: number;
  /** That the rates are over. */
  readonly seconds: number;
  readonly shared: boolean;
  readonly loading: number;
  /** Frames that came and have not been taken in yet: they are none of the environments. */
  readonly waiting: number;
  readonly late: number;
  readonly longestTick: number;
}

export interface Automation {
  /** Resolves when the page can take `start`; rejects with cause and remedy where it can't run at all. */
  ready(): Promise<void>;
  /** Runs a prompt, an EnvCfg or a pack in place of what runs. */
  start(recipe: Partial<Recipe>): void;
  cancel(): void;
  /** Resolves when all worlds of the job run (or it ended otherwise); rejects with cause and remedy. */
  running(count?: number): Promise<void>;
  /** Sums over the pool; rates are since the last call. */
  stats(): RunStats;
  agents(): AgentInfo[];
  /** The next control steps of an agent: what it did and got. */
  steps(
    slot: number,
    agent: number,
    count: number,
  ): Promise<{ action: number[][]; observation: number[][]; reward: number[] }>;
  /** Gives a policy (its key, such as `random`) to agents; `slots` in place of ids of environments. */
  setPolicy(key: string, to?: Omit<Selection, "envs"> & { slots?: number[] }): Promise<AssignSummary>;
  /** Adds an ONNX file given as base64; its key. */
  addOnnx(name: string, base64: string): Promise<string | null>;
  policies(): readonly store.PolicyRow[];
  /** The EnvCfg that runs. */
  cfg(): unknown;
  /** What an agent observes and does, and its task: what an ONNX policy for it has to say. */
  seat(
    slot: number,
    agent: number,
  ): Pick<AgentSpec, "robot" | "observation" | "actuators"> & { task: string };
  /** Where the root of the first agent is, m in its world. */
  place(slot: number): [number, number, number];
  /** Sets the pace; resolves when all workers keep it. */
  mode(mode: Mode): Promise<void>;
  /** Makes one control step while paused; resolves when its counters can be read. */
  step(): Promise<void>;
  /** Begins the next episode; resolves when its counters can be read. */
  reset(slots?: number[]): Promise<void>;
  /** Resolves when the workers have done what was asked of them so far, and its counters can be read. */
  sync(): Promise<void>;
  focus(slot: number | null, agent?: number): void;
  drawing(on: boolean): void;
  /** Of the frames since a moment (`performance.now()`), or of those lately. */
  frames(since?: number): FrameTimes | null;
  /** Ends one worker, as if it had crashed. */
  killWorker(worker: number): void;
  /** Cuts the connection to the server. */
  dropConnection(): void;
  /** Records and returns the Parquet file as base64; `slots` all by default. */
  record(steps: number, slots?: number[]): Promise<string | null>;
  /** Share of the recording that is there, 0 to 1; null where none runs. */
  recorded(): number | null;
  /** Ends the recording that runs: it resolves with what is there. */
  stopRecording(): void;
  /** A bare `mj_step` loop over the loaded models. */
  bare(seconds: number): Promise<BareResult>;
  problems(): { toasts: readonly store.Toast[]; prompt: store.Problem | null; blocked: store.Problem | null };
}

declare global {
  interface Window {
    envgen?: Automation;
  }
}

function requireApp() {
  const a = app();
  if (!a) throw new Error("the page has not started\nAwait envgen.ready() first.");
  return a;
}

function envOf(slot: number) {
  const env = requireApp().engine.env(slot);
  if (!env) throw new Error(`there is no world at place ${slot}\nSee envgen.agents() for what there is.`);
  return env;
}

function until(test: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (test() ? resolve() : setTimeout(look, 20));
    look();
  });
}

const rates = new Rates();

const automation: Automation = {
  async ready() {
    await until(() => store.blocked.value !== null || ["open", "site"].includes(store.connection.value));
    const problem = store.blocked.value;
    if (problem) throw new Error(`${problem.cause}\n${problem.remedy}`);
  },
  start: (recipe) => start({ prompt: "", cfg: null, pack: null, count: null, ...recipe }),
  cancel,
  async running(count) {
    await until(() => {
      const { state } = store.job.value;
      const running = [...requireApp().engine.running()].filter(([, env]) => env.status !== "loading").length;
      if (state === "failed" || state === "cancelled") return true;
      if (state === "starting") return false; // what still runs is of the job before
      if (count !== undefined && running >= count) return true;
      return state === "done" && running >= store.job.value.made;
    });
    const problem = store.meaningProblem.value;
    if (store.job.value.state === "failed" && problem) throw new Error(`${problem.cause}\n${problem.remedy}`);
  },
  stats() {
    const { engine, pool } = requireApp();
    const s = pool.stats();
    const r = rates.look(s, performance.now());
    return {
      environments: s.environments,
      agents: s.agents,
      workers: s.workers,
      stepsPerSecond: r.physicsSteps,
      realtime: r.realtime,
      heap: s.heapBytes,
      episodes: s.episodes,
      resets: s.resets,
      flagged: s.flagged,
      busy: s.busy,
      job: store.job.value,
      connection: store.connection.value,
      physicsSteps: s.physicsSteps,
      controlSteps: s.controlSteps,
      simulated: s.simulated,
      controlStepsPerSecond: r.controlSteps,
      seconds: r.seconds,
      shared: pool.shared,
      loading: s.loading,
      waiting: engine.waiting,
      late: s.late,
      longestTick: s.longestTick,
    };
  },
  agents() {
    const { engine, pool, policies } = requireApp();
    const found: AgentInfo[] = [];
    for (const [slot, env] of engine.running()) {
      env.spec.agents.forEach((spec, agent) => {
        const ref = { env: env.id, agent };
        found.push({
          slot,
          index: env.spec.index,
          agent,
          id: spec.id,
          team: spec.team,
          robot: spec.robot,
          difficulty: env.spec.difficulty,
          policy: policies.name(pool.policyOf(ref)),
          counters: pool.counters(ref),
        });
      });
    }
    return found;
  },
  steps(slot, agent, count) {
    const { pool } = requireApp();
    const ref = { env: envOf(slot).id, agent };
    return new Promise((resolve) => {
      const got = { action: [] as number[][], observation: [] as number[][], reward: [] as number[] };
      const stop = pool.focus(ref, (feed) => {
        const acts = feed.action.length / Math.max(1, feed.steps);
        const size = feed.observation.length / Math.max(1, feed.steps);
        for (let i = 0; i < feed.steps && got.reward.length < count; i++) {
          got.action.push(Array.from(feed.action.subarray(i * acts, (i + 1) * acts)));
          got.observation.push(Array.from(feed.observation.subarray(i * size, (i + 1) * size)));
          got.reward.push(feed.reward[i] ?? 0);
        }
        if (got.reward.length < count) return;
        stop();
        resolve(got);
      });
    });
  },
  async setPolicy(key, to = {}) {
    const { slots, ...rest } = to;
    const envs = slots?.map((slot) => envOf(slot).id);
    if (!slots && Object.keys(rest).length === 0) store.chosenPolicy.value = key;
    return requireApp().policies.assign(key, envs ? { ...rest, envs } : rest);
  },
  addOnnx(name, base64) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return requireApp().policies.addFile(new File([bytes], name));
  },
  policies: () => store.policies.value,
  cfg: () => store.runningCfg.value,
  seat(slot, agent) {
    const spec = envOf(slot).spec.agents[agent];
    if (!spec) throw new Error(`world ${slot} has no agent ${agent}\nSee envgen.agents() for what there is.`);
    const { robot, observation, actuators } = spec;
    return { robot, observation, actuators, task: store.task.value?.kind ?? "" };
  },
  place(slot) {
    const env = envOf(slot);
    const at = (env.pose + (env.spec.agents[0]?.root ?? 0)) * POSE_COLUMNS.length;
    const { rows } = requireApp().pool.poses(env.worker);
    return [rows[at] ?? 0, rows[at + 1] ?? 0, rows[at + 2] ?? 0];
  },
  mode(mode) {
    if (mode.kind === "realtime") store.speed.value = mode.speed;
    store.pace.value = mode.kind;
    return requireApp().pool.sync();
  },
  step: () => requireApp().pool.step(),
  reset(slots) {
    const { pool } = requireApp();
    pool.reset(slots ? slots.map((slot) => envOf(slot).id) : "all");
    return pool.sync();
  },
  sync: () => requireApp().pool.sync(),
  focus: (slot, agent = 0) => focusOn(slot, agent),
  drawing: (on) => requireApp().view?.setDrawing(on),
  frames: (since) => requireApp().view?.frameTimes(since) ?? null,
  killWorker: (worker) => requireApp().pool.kill(worker),
  dropConnection() {
    const { source } = requireApp();
    if (source instanceof StreamSocket) source.drop();
  },
  async record(steps, slots) {
    const { pool, engine, policies } = requireApp();
    const refs: AgentRef[] = [];
    for (const [slot, env] of engine.running()) {
      if (slots && !slots.includes(slot)) continue;
      for (const agent of env.spec.agents.keys()) refs.push({ env: env.id, agent });
    }
    const file = await record(pool, engine, policies, refs, steps);
    if (!file) return null;
    let text = "";
    const bytes = new Uint8Array(file);
    for (let i = 0; i < bytes.length; i += 0x8000)
      text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  },
  recorded: () => recording.value?.progress ?? null,
  stopRecording: () => recording.value?.stop(),
  bare: (seconds) => requireApp().pool.bare(seconds),
  problems: () => ({
    toasts: store.toasts.value,
    prompt: store.meaningProblem.value,
    blocked: store.blocked.value,
  }),
};

export function installAutomation(): void {
  window.envgen = automation;
}
