/**
 * `window.envgen`: interface of the page for `envgen run`, `envgen bench browser` and the browser tests, through
 * Playwright. All values are plain data.
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

/** An agent, identified by the slot of its world on the wall. */
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
  /** Interval of the rates. */
  readonly seconds: number;
  readonly shared: boolean;
  readonly loading: number;
  /** Received frames that are not loaded yet; not counted in `environments`. */
  readonly waiting: number;
  readonly late: number;
  readonly longestTick: number;
}

export interface Automation {
  /** Resolve when the page accepts `start`; reject with cause and remedy if it can't run at all. */
  ready(): Promise<void>;
  /** Run a prompt, an EnvCfg or a pack; it replaces the running worlds. */
  start(recipe: Partial<Recipe>): void;
  cancel(): void;
  /** Resolve when all worlds of the job run or it was cancelled; reject with cause and remedy if it failed. */
  running(count?: number): Promise<void>;
  /** Return sums over the pool; rates are since the previous call. */
  stats(): RunStats;
  agents(): AgentInfo[];
  /** Return the actions, observations and rewards of an agent's next control steps. */
  steps(
    slot: number,
    agent: number,
    count: number,
  ): Promise<{ action: number[][]; observation: number[][]; reward: number[] }>;
  /** Assign a policy by its key, such as `random`; `slots` select worlds in place of environment ids. */
  setPolicy(key: string, to?: Omit<Selection, "envs"> & { slots?: number[] }): Promise<AssignSummary>;
  /** Add an ONNX file given as base64. Returns its key, or null if it is refused. */
  addOnnx(name: string, base64: string): Promise<string | null>;
  policies(): readonly store.PolicyRow[];
  /** Return the running EnvCfg. */
  cfg(): unknown;
  /** Return an agent's interface, which an ONNX policy for it has to match: robot, task, observation, actuators. */
  agentInterface(
    slot: number,
    agent: number,
  ): Pick<AgentSpec, "robot" | "observation" | "actuators"> & { task: string };
  /** Return the root position of the first agent, in m in its world. */
  rootPosition(slot: number): [number, number, number];
  /** Set the mode; resolves when all workers have it. */
  mode(mode: Mode): Promise<void>;
  /** Make one control step while paused; resolves when the counters are up to date. */
  step(): Promise<void>;
  /** Begin the next episode; resolves when the counters are up to date. */
  reset(slots?: number[]): Promise<void>;
  /** Resolve when the workers have handled all earlier requests and the counters are up to date. */
  sync(): Promise<void>;
  focus(slot: number | null, agent?: number): void;
  drawing(on: boolean): void;
  /** Return frame times since a time (`performance.now()`), or of the recent span. */
  frames(since?: number): FrameTimes | null;
  /** End one worker as if it had crashed. */
  killWorker(worker: number): void;
  /** Drop the connection to the server. */
  dropConnection(): void;
  /** Record and return the Parquet file as base64; all slots by default. */
  record(steps: number, slots?: number[]): Promise<string | null>;
  /** Return the progress of the recording, 0 to 1; null if none runs. */
  recorded(): number | null;
  /** End the running recording; it resolves with the steps recorded so far. */
  stopRecording(): void;
  /** Measure a bare `mj_step` loop over the loaded models. */
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
  if (!env) throw new Error(`there is no world in slot ${slot}\nenvgen.agents() lists the slots in use.`);
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
      if (state === "starting") return false; // running worlds may still belong to the previous job
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
  agentInterface(slot, agent) {
    const spec = envOf(slot).spec.agents[agent];
    if (!spec) throw new Error(`world ${slot} has no agent ${agent}\nenvgen.agents() lists the agents.`);
    const { robot, observation, actuators } = spec;
    return { robot, observation, actuators, task: store.task.value?.kind ?? "" };
  },
  rootPosition(slot) {
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
