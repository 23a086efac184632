/** Workers of a pool and the placement of environments: loading, moving, removal and replacement of dead workers. */

import type { EnvId } from "../protocol/agents";
import type { EnvStatus, WorkerPort } from "../protocol/api";
import { PoolError } from "../protocol/error";
import type { AddEnv, FromWorker, ToWorker } from "../protocol/messages";
import type { PolicyId } from "../protocol/policy";
import { AGENT, AGENT_WIDTH } from "../protocol/shared-memory";
import { leastLoaded, planMoves } from "./balance";
import type { EnvHandle } from "./env-handle";
import type { Events } from "./events";
import type { Requests } from "./requests";
import { WorkerHandle } from "./worker-handle";

/** Number of crashes after which the environment to blame is given up. */
const MAX_DEATHS = 2;
/** Number of workers that may die in a row before any loaded an environment. */
const MAX_FAILED_STARTS = 3;
/** ms between two checks of the load balance. */
const BALANCE_EVERY = 2000;
/** Number of checks of a silent worker within the timeout. */
const CHECKS_PER_TIMEOUT = 10;

type StartPoint = Pick<AddEnv, "episode" | "rows" | "state">;
const NEW_ENV: StartPoint = { episode: 0, rows: null, state: null };

export interface WorkersOptions {
  readonly workers: number;
  readonly shared: boolean;
  readonly spawn: () => WorkerPort;
  readonly events: Events;
  readonly requests: Requests;
  /** Timeout in ms after which a silent worker counts as hung. */
  readonly patience: number;
  /** Returns the messages that a new worker gets before its environments. */
  readonly initialMessages: (handle: WorkerHandle) => readonly ToWorker[];
  /** Called with messages that do not concern placement. */
  readonly onMessage: (handle: WorkerHandle, message: FromWorker) => void;
  /** Called when a worker hung while running inference of a policy. */
  readonly onPolicyHang: (policy: PolicyId, why: string) => void;
  /** Called when an environment was loaded in a worker. */
  readonly onArrived: (env: EnvHandle) => void;
}

export class Workers {
  readonly envs = new Map<EnvId, EnvHandle>();
  readonly handles: readonly WorkerHandle[];
  /** Removed environments whose worker has not confirmed the removal yet. */
  private readonly removing = new Map<EnvId, EnvHandle>();
  private readonly timers: readonly ReturnType<typeof setInterval>[];
  private lastCheck = performance.now();
  private next = 1;
  private failedStarts = 0;
  private disposed = false;

  constructor(private readonly options: WorkersOptions) {
    const { workers, shared, spawn } = options;
    this.handles = Array.from({ length: workers }, (_, i) => {
      return new WorkerHandle(i, shared, spawn, this.receive.bind(this), this.onDeath.bind(this));
    });
    this.timers = [
      setInterval(() => this.balance(), BALANCE_EVERY),
      setInterval(() => this.replaceHung(), options.patience / CHECKS_PER_TIMEOUT),
    ];
  }

  /** Send every worker its initial messages; once, after construction. */
  initialiseAll(): void {
    for (const handle of this.handles) this.initialise(handle);
  }

  get indices(): readonly number[] {
    return this.handles.map((handle) => handle.index);
  }

  handle(worker: number): WorkerHandle {
    const handle = this.handles[worker];
    if (!handle)
      throw new PoolError(
        `worker must be below ${this.handles.length}, got ${worker}`,
        "Workers are counted from 0.",
      );
    return handle;
  }

  handleOf(env: EnvHandle): WorkerHandle {
    return this.handle(env.worker);
  }

  broadcast(message: ToWorker): void {
    for (const handle of this.handles) handle.post(message);
  }

  byWorker(ids: readonly EnvId[] | "all"): Map<WorkerHandle, EnvId[]> {
    const groups = new Map<WorkerHandle, EnvId[]>();
    for (const id of ids === "all" ? [...this.envs.keys()] : ids) {
      const env = this.envs.get(id);
      if (!env) continue;
      const handle = this.handleOf(env);
      const list = groups.get(handle) ?? [];
      list.push(id);
      groups.set(handle, list);
    }
    return groups;
  }

  add(make: (id: EnvId) => EnvHandle): EnvId {
    const env = make(this.next);
    this.next += 1;
    this.envs.set(env.id, env);
    this.place(env, leastLoaded(this.handles), NEW_ENV);
    return env.id;
  }

  remove(ids: readonly EnvId[] | "all"): void {
    for (const [handle, own] of this.byWorker(ids)) {
      for (const id of own) {
        const env = this.envs.get(id) as EnvHandle;
        this.envs.delete(id);
        handle.envs.delete(env);
        this.removing.set(id, env);
      }
      handle.post({ kind: "remove", ids: own });
    }
  }

  /** Ask the worker of an environment to release it to another worker. */
  move(env: EnvHandle, to: WorkerHandle): void {
    env.destination = to.index;
    env.movedAt = performance.now();
    env.status = "moving";
    this.handleOf(env).post({ kind: "release", id: env.id });
  }

  onDeath(handle: WorkerHandle, why: string): void {
    if (this.disposed) return;
    const { events, requests } = this.options;
    this.failedStarts += 1;
    if (this.failedStarts > MAX_FAILED_STARTS) {
      handle.end();
      requests.workerLost(handle.index);
      events.emit("error", { why: `workers crash at their start (${why}); no more are started` });
      return;
    }
    const rows = new Map([...handle.envs].map((env) => [env, handle.countersOf(env)]));
    handle.replace();
    requests.workerLost(handle.index);
    this.initialise(handle);
    for (const [id, env] of [...this.removing]) if (env.worker === handle.index) this.onRemoved([id]);
    for (const [env, own] of rows) {
      env.destination = -1;
      if (env.deaths >= MAX_DEATHS) this.refuse(env, why);
      else this.send(env, handle, restartEpisode(own));
    }
    events.emit("worker", { worker: handle.index, why, environments: handle.envs.size });
  }

  end(): void {
    this.disposed = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const handle of this.handles) handle.end();
  }

  private initialise(handle: WorkerHandle): void {
    for (const message of this.options.initialMessages(handle)) handle.post(message);
  }

  private place(env: EnvHandle, handle: WorkerHandle, from: StartPoint, status: EnvStatus = "loading"): void {
    env.status = status;
    handle.allocateRows(env);
    this.send(env, handle, from);
  }

  private send(env: EnvHandle, handle: WorkerHandle, from: StartPoint): void {
    const { id, buffer, pose, counters } = env;
    const [policies, drives]: [PolicyId[], EnvHandle["drives"]] = [[...env.policies], [...env.drives]];
    handle.post({ kind: "add", id, frame: buffer, pose, counters, policies, drives, ...from });
  }

  private receive(handle: WorkerHandle, message: FromWorker): void {
    const { events } = this.options;
    switch (message.kind) {
      case "switched":
        handle.switchBuffers();
        events.emit("buffers", { worker: handle.index });
        break;
      case "loaded":
        this.onLoaded(message.id);
        break;
      case "refused": {
        const env = this.envs.get(message.id);
        if (env) this.refuse(env, message.why);
        break;
      }
      case "removed":
        this.onRemoved(message.ids);
        break;
      case "released":
        this.onReleased(handle, message);
        break;
      case "costs":
        message.ids.forEach((id, i) => {
          const env = this.envs.get(id);
          if (env) env.loadMs = message.costs[i] as number;
        });
        break;
      case "crashed":
        this.recordCrash(message);
        this.onDeath(handle, message.why);
        break;
      default:
        this.options.onMessage(handle, message);
    }
  }

  private onLoaded(id: EnvId): void {
    this.failedStarts = 0;
    const env = this.envs.get(id);
    if (!env) return;
    const moved = env.status === "moving";
    env.status = "running";
    this.options.onArrived(env);
    this.options.events.emit(moved ? "moved" : "ready", { env: id });
  }

  private refuse(env: EnvHandle, why: string): void {
    const handle = this.handleOf(env);
    this.envs.delete(env.id);
    handle.envs.delete(env);
    handle.freeRows(env);
    this.options.events.emit("refused", { env: env.id, index: env.spec.index, why });
  }

  private onRemoved(ids: readonly EnvId[]): void {
    for (const id of ids) {
      const env = this.removing.get(id);
      if (!env) continue;
      this.removing.delete(id);
      this.handle(env.worker).freeRows(env);
      this.options.events.emit("removed", { env: id });
    }
  }

  private onReleased(handle: WorkerHandle, message: Extract<FromWorker, { kind: "released" }>): void {
    const env = this.envs.get(message.id);
    if (!env || env.destination < 0) return;
    const to = this.handle(env.destination);
    env.destination = -1;
    handle.envs.delete(env);
    handle.freeRows(env);
    const { rows, state } = message;
    const from = state ? { episode: rows[AGENT.episode] ?? 0, rows, state } : restartEpisode(rows);
    this.place(env, to, from, "moving");
  }

  private recordCrash({ id, loading }: { readonly id: EnvId; readonly loading: boolean }): void {
    const env = this.envs.get(id);
    if (env) env.deaths += loading ? MAX_DEATHS : 1;
  }

  /** Replace workers that hang: a step that never ends can't be interrupted from within. */
  private replaceHung(): void {
    const { patience } = this.options;
    const now = performance.now();
    // a page that was suspended received no answers meanwhile
    const elapsed = Math.min(now - this.lastCheck, (2 * patience) / CHECKS_PER_TIMEOUT);
    this.lastCheck = now;
    for (const handle of this.handles) {
      if (handle.checkSilence(elapsed) < patience) continue;
      const { inferring } = handle;
      const why = `the worker has not answered for ${Math.round(patience / 1000)} s`;
      // before the replacement, which would load that policy again
      if (inferring !== null) this.options.onPolicyHang(inferring, why);
      else this.recordCrash(handle.currentEnv);
      this.onDeath(handle, why);
    }
  }

  private balance(): void {
    for (const { env, to } of planMoves(this.handles, performance.now())) this.move(env, to);
  }
}

/** Return a start point that repeats the running episode from its reset. */
function restartEpisode(rows: Float64Array): StartPoint {
  const own = rows.slice();
  for (let at = 0; at < own.length; at += AGENT_WIDTH) {
    own[at + AGENT.steps] = own[at + AGENT.episode_reward] = own[at + AGENT.over] = 0;
  }
  return { episode: own[AGENT.episode] ?? 0, rows: own, state: null };
}
