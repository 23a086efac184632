/** What runs in a worker: takes the pool's messages, loads and steps environments, publishes poses and counters. */

import { type AgentRef, type EnvId, type PolicyId, PoolError } from "./api";
import { Bare } from "./bare";
import { Environment, type Outcome, type Surroundings } from "./environment";
import { decodeWorld } from "./frame";
import { AGENT_WIDTH, CURRENT, LOADING, Views, WORKER } from "./layout";
import type { AddEnv, Ended, FromWorker, ToWorker } from "./messages";
import type { Player } from "./player";
import type { Policy } from "./policies/base";
import type { OnnxRuntime } from "./policies/onnx";
import { makePolicy } from "./policies/registry";
import { Publisher } from "./publish";
import { Scheduler, type Watch } from "./scheduler";
import { ModuleDead, Physics } from "./sim";
import { Programs } from "./tasks/program";
import { Watching } from "./watching";

export type Post = (message: FromWorker, transfer?: readonly Transferable[]) => void;

/** ms between messages that are no answers: feeds, episodes, progress. */
const TELL_EVERY = 30;
/** ms between messages of what environments cost. */
const COSTS_EVERY = 1000;
/** Longest sleep in ms. */
const NAP = 50;

export class Host implements Watch {
  private readonly inbox: ToWorker[] = [];
  /** Environments that are to be loaded, in order. */
  private readonly pending = new Map<EnvId, AddEnv>();
  private readonly envs = new Map<EnvId, Environment>();
  private readonly policies = new Map<PolicyId, Policy>();
  /** Policies that were not dropped; some of them are still being loaded. */
  private readonly wanted = new Set<PolicyId>();
  private readonly ended: Ended[] = [];
  private readonly scheduler = new Scheduler(this.policies, this);
  private readonly watching: Watching;
  private views: Views | null = null;
  private publisher: Publisher | null = null;
  private around: Surroundings | null = null;
  private runtime: OnnxRuntime | null = null;
  private budget = 8;
  private bare: Bare | null = null;
  private tickets: number[] = [];
  /** Until when (ms) it does not step; see `Mode.share`. */
  private rest = 0;
  private turning = false;
  private dead = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private told = 0;
  private costed = 0;

  /** `soon` calls a function after what else waits in the event loop. */
  constructor(
    private readonly post: Post,
    private readonly soon: (work: () => void) => void,
  ) {
    this.watching = new Watching((agent) => this.player(agent), post);
  }

  receive(message: ToWorker): void {
    this.inbox.push(message);
    this.wake();
  }

  private wake(): void {
    if (this.turning || this.dead) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.turning = true;
    this.soon(() => void this.turn());
  }

  /** Handle messages, load, step for the budget, publish; then let the event loop go on. */
  private async turn(): Promise<void> {
    const began = performance.now();
    let wait = Number.POSITIVE_INFINITY;
    try {
      while (this.inbox.length) await this.handle(this.inbox.shift() as ToWorker);
      this.load(this.scheduler.idle ? this.budget : this.budget / 2);
      if (this.bare?.run(this.budget)) {
        this.post(this.bare.answer());
        for (const env of this.envs.values()) env.begin(env.episode);
        this.bare = null;
      } else if (!this.bare && !this.scheduler.idle) {
        wait = await this.tick();
      }
      this.finish(began);
    } catch (error) {
      this.fail(error);
    }
    this.turning = false;
    if (this.dead) return;
    const more = this.inbox.length || this.pending.size || this.bare || this.scheduler.stepping;
    if (more || wait < 1) this.wake();
    else if (wait < Number.POSITIVE_INFINITY || this.publisher?.waiting) {
      this.timer = setTimeout(() => this.wake(), Math.min(wait, NAP, this.publisher?.waiting ? 8 : NAP));
    }
  }

  /** Step for the budget, unless it rests to leave the processor to others; the ms until it wants to step again. */
  private async tick(): Promise<number> {
    const began = performance.now();
    if (began < this.rest && !this.scheduler.stepping) return this.rest - began;
    const wait = await this.scheduler.tick(this.budget, () => this.inbox.length > 0);
    this.publisher?.touch();
    const now = performance.now();
    this.rest = now + (now - began) * (1 / this.scheduler.share - 1);
    return Math.max(wait, this.rest - now);
  }

  private async handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case "start":
        await this.start(message);
        break;
      case "buffers":
        this.use(new Views(message.buffers));
        this.post({ kind: "switched" });
        break;
      case "task":
        if (this.around) this.around.programs = new Programs(message.task);
        break;
      case "add":
        this.pending.set(message.id, message);
        break;
      case "remove":
        this.remove(message.ids);
        break;
      case "take":
        this.take(message.id);
        break;
      case "mode":
        this.scheduler.set(message.mode);
        break;
      case "step":
        this.tickets.push(message.ticket);
        this.scheduler.single();
        break;
      case "reset":
        this.reset(message.ids, message.episode);
        break;
      case "policy":
        // others go on meanwhile: the runtime for ONNX is large
        void this.addPolicy(message);
        break;
      case "drop":
        this.wanted.delete(message.id);
        this.policies.get(message.id)?.close();
        this.policies.delete(message.id);
        break;
      case "assign":
        this.assign(message.policy, message.agents);
        break;
      case "drive": {
        const player = this.player(message.agent);
        if (player) player.drive = message.drive;
        break;
      }
      case "push":
        this.envs.get(message.id)?.push(message.push);
        break;
      case "focus":
        this.watching.focus(message.agent, message.on);
        break;
      case "record":
        this.watching.record(message, this.around?.programs?.task.reward.length ?? 0);
        break;
      case "stop":
        this.watching.stop(message.ticket);
        break;
      case "bare":
        this.bare = new Bare(message.ticket, message.seconds, [...this.envs.values()]);
        break;
      case "wanted":
        this.publisher?.want();
        break;
    }
  }

  private async start(message: Extract<ToWorker, { kind: "start" }>): Promise<void> {
    const physics = await Physics.create(message.module);
    this.around = { physics, programs: null, policies: this.policies, ended: this.ended };
    this.runtime = message.onnx;
    this.budget = message.budget;
    this.publisher = new Publisher(message.shared, this.post);
    this.use(new Views(message.buffers));
    this.scheduler.set(message.mode);
  }

  private use(views: Views): void {
    if (this.views) views.agents.set(this.views.agents);
    this.views = views;
    this.publisher?.use(views, this.envs.values());
  }

  private physics(): Physics {
    if (!this.around) throw new ModuleDead("a message came before the start");
    return this.around.physics;
  }

  private shared(): Views {
    if (!this.views) throw new ModuleDead("a message came before the start");
    return this.views;
  }

  /** Load environments for some ms, one at least. */
  private load(budget: number): void {
    const end = performance.now() + budget;
    for (const [id, message] of this.pending) {
      this.pending.delete(id);
      const { control, agents } = this.shared();
      control[LOADING] = 1;
      control[CURRENT] = id;
      try {
        if (message.rows) agents.set(message.rows, message.counters * AGENT_WIDTH);
        const frame = decodeWorld(new Uint8Array(message.frame));
        const around = this.around as Surroundings;
        const env = new Environment(around, frame, message, () => this.shared().agents);
        this.envs.set(id, env);
        this.scheduler.add(env);
        this.post({ kind: "loaded", id });
      } catch (error) {
        if (error instanceof ModuleDead) throw error;
        this.post({ kind: "refused", id, why: reason(error) });
      }
      control[LOADING] = 0;
      control[CURRENT] = -1;
      this.publisher?.touch();
      if (performance.now() >= end) return;
    }
  }

  private remove(ids: readonly EnvId[]): void {
    for (const id of ids) {
      this.pending.delete(id);
      const env = this.envs.get(id);
      if (!env) continue;
      this.envs.delete(id);
      this.scheduler.remove(env);
      env.delete();
    }
    this.post({ kind: "removed", ids });
  }

  private take(id: EnvId): void {
    const pending = this.pending.get(id);
    const env = this.envs.get(id);
    const first = pending?.counters ?? env?.players[0]?.row ?? 0;
    const agents = pending ? pending.policies.length : (env?.players.length ?? 0);
    const rows = this.shared().agents.slice(first * AGENT_WIDTH, (first + agents) * AGENT_WIDTH);
    const state = env?.state() ?? null;
    this.remove([id]);
    this.post({ kind: "taken", id, state, rows: new Float64Array(rows) });
  }

  private reset(ids: readonly EnvId[] | null, episode: number | null): void {
    for (const [id, pending] of this.pending) {
      if (episode !== null && (!ids || ids.includes(id))) this.pending.set(id, { ...pending, episode });
    }
    for (const env of ids ? ids.map((id) => this.envs.get(id)) : this.envs.values()) {
      if (!env) continue;
      this.at(env);
      try {
        env.begin(episode ?? env.episode + 1);
      } catch (error) {
        this.failed(env, error);
      }
      this.count(WORKER.resets, 1);
    }
    this.at(null);
    this.publisher?.touch();
  }

  private async addPolicy(message: Extract<ToWorker, { kind: "policy" }>): Promise<void> {
    let why: string | null = null;
    this.wanted.add(message.id);
    try {
      const policy = await makePolicy(message.source, this.runtime);
      if (this.wanted.has(message.id)) this.policies.set(message.id, policy);
      else policy.close();
    } catch (error) {
      why = reason(error);
    }
    this.post({ kind: "policy", ticket: message.ticket, why });
  }

  private assign(policy: PolicyId, agents: Int32Array): void {
    for (let i = 0; i < agents.length; i += 2) {
      const [env, agent] = [agents[i] as number, agents[i + 1] as number];
      const player = this.player({ env, agent });
      if (player) player.policy = policy;
      const pending = this.pending.get(env);
      if (pending) {
        const policies = pending.policies.map((old, k) => (k === agent ? policy : old));
        this.pending.set(env, { ...pending, policies });
      }
    }
  }

  private player({ env, agent }: AgentRef): Player | undefined {
    return this.envs.get(env)?.players[agent];
  }

  // --- what the scheduler tells ---

  stepped(env: Environment, outcome: Outcome): void {
    const { worker } = this.shared();
    worker[WORKER.control_steps] = (worker[WORKER.control_steps] as number) + 1;
    worker[WORKER.physics_steps] = (worker[WORKER.physics_steps] as number) + env.spec.frame_skip;
    worker[WORKER.simulated] = (worker[WORKER.simulated] as number) + env.interval;
    if (outcome.restarted) this.count(WORKER.resets, 1);
    const why = outcome.flagged ?? outcome.warning;
    if (why) this.flag(env.id, why);
  }

  failed(env: Environment, thrown: unknown): boolean {
    const error = this.physics().translate(thrown);
    if (error instanceof ModuleDead) {
      this.fail(error);
      return false;
    }
    try {
      env.begin(env.episode + 1);
      this.count(WORKER.resets, 1);
      this.flag(env.id, reason(error));
    } catch (again) {
      if (again instanceof ModuleDead) {
        this.fail(again);
        return false;
      }
      this.remove([env.id]);
      this.post({ kind: "refused", id: env.id, why: reason(again) });
    }
    return true;
  }

  broken(policy: Policy, error: unknown): void {
    for (const [id, known] of this.policies) if (known === policy) this.policies.delete(id);
    policy.close();
    this.post({ kind: "error", why: `a policy failed, its agents rest: ${reason(error)}` });
  }

  at(env: Environment | null): void {
    this.shared().control[CURRENT] = env ? env.id : -1;
  }

  private flag(id: EnvId, why: string): void {
    this.count(WORKER.flagged, 1);
    this.physics().tidy();
    this.post({ kind: "flagged", id, why });
  }

  private count(column: number, by: number): void {
    const { worker } = this.shared();
    worker[column] = (worker[column] as number) + by;
  }

  // --- after a tick ---

  private finish(began: number): void {
    if (!this.views || !this.around) return;
    const now = performance.now();
    const { worker } = this.views;
    worker[WORKER.heap] = this.around.physics.bytes;
    worker[WORKER.environments] = this.envs.size;
    worker[WORKER.late] = this.scheduler.late;
    worker[WORKER.busy] = (worker[WORKER.busy] as number) + now - began;
    worker[WORKER.ticks] = (worker[WORKER.ticks] as number) + 1;
    worker[WORKER.longest] = Math.max(worker[WORKER.longest] as number, now - began);
    this.publisher?.publish(this.envs.values());
    if (!this.scheduler.stepping) {
      for (const ticket of this.tickets.splice(0)) this.post({ kind: "stepped", ticket });
    }
    this.watching.finish();
    if (now - this.told > TELL_EVERY) this.tell(now);
  }

  private tell(now: number): void {
    this.told = now;
    if (this.ended.length) {
      const episodes = this.ended.splice(0);
      this.count(WORKER.episodes, episodes.length);
      this.post({ kind: "ended", episodes });
    }
    this.watching.tell();
    if (now - this.costed < COSTS_EVERY || !this.envs.size) return;
    this.costed = now;
    const envs = [...this.envs.values()];
    const costs = Float64Array.from(envs, (env) => env.cost / env.interval);
    this.post({ kind: "costs", ids: Int32Array.from(envs, (env) => env.id), costs });
  }

  private fail(error: unknown): void {
    if (this.dead) return;
    const control = this.views?.control;
    if (!(error instanceof ModuleDead) && !(error instanceof WebAssembly.RuntimeError)) {
      this.post({ kind: "error", why: reason(error) });
      return;
    }
    this.dead = true;
    const [id, loading] = [control?.[CURRENT] ?? -1, control?.[LOADING] === 1];
    this.post({ kind: "dead", why: reason(error), id, loading });
  }
}

function reason(error: unknown): string {
  if (error instanceof PoolError) return `${error.what}. ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
