/** Pool of workers that step hundreds of MuJoCo environments; see `PoolApi` and docs/runtime.md. */

import type { AgentRef, EnvId, Selection } from "../protocol/agents";
import type {
  BareResult,
  Env,
  Mode,
  PoolApi,
  PoolEvent,
  PoolEvents,
  PoolOptions,
  Poses,
  Push,
} from "../protocol/api";
import { AGENT_COLUMNS, type AgentCounters, type PoolStats } from "../protocol/columns";
import { endings } from "../protocol/endings";
import { PoolError } from "../protocol/error";
import type { Bytes } from "../protocol/frame";
import type { OnnxRuntime, ToWorker } from "../protocol/messages";
import type { AssignResult, Drive, PolicyId, PolicyInfo, PolicySource } from "../protocol/policy";
import { AGENT_WIDTH } from "../protocol/shared-memory";
import type { RecordingJob } from "../protocol/steps";
import type { TaskSpec } from "../protocol/wire.gen";
import { runBenchmark } from "./benchmark";
import { EnvHandle } from "./env-handle";
import { Events } from "./events";
import { type FeedListener, Feeds } from "./feeds";
import { canShare, compile } from "./loading";
import { MessageHandler } from "./message-handler";
import { PolicyTable } from "./policies";
import { PoolRates } from "./rates";
import { Recordings } from "./recordings";
import { Requests } from "./requests";
import { select } from "./selection";
import type { WorkerHandle } from "./worker-handle";
import { Workers } from "./workers";

/** Default length of a worker's tick in ms. */
const BUDGET = 8;
/** Default timeout in ms after which a silent worker is replaced. */
const PATIENCE = 20_000;

type Ids = readonly EnvId[] | "all";

export class Pool implements PoolApi {
  readonly shared: boolean;
  endings: readonly string[] = [""];
  task: TaskSpec | null = null;
  mode: Mode;
  private readonly workerGroup: Workers;
  private readonly events = new Events();
  private readonly policyTable: PolicyTable;
  private readonly requests = new Requests();
  private readonly rates: PoolRates;
  private readonly feeds: Feeds;
  private readonly recordings: Recordings;
  private readonly messages: MessageHandler;

  private constructor(
    options: PoolOptions,
    private readonly module: WebAssembly.Module,
    private readonly onnx: OnnxRuntime | null,
  ) {
    this.shared = options.shared ?? canShare();
    this.mode = options.mode ?? { kind: "paused" };
    const budget = options.budget ?? BUDGET;
    const workers = options.workers ?? Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
    if (!(Number.isInteger(workers) && workers >= 1)) {
      throw new PoolError(`workers must be a positive integer, got ${workers}`, "Use at least one worker.");
    }
    this.workerGroup = new Workers({
      workers,
      shared: this.shared,
      spawn: options.spawn,
      patience: options.patience ?? PATIENCE,
      events: this.events,
      requests: this.requests,
      initialMessages: (handle) => this.initialMessages(handle, budget),
      onMessage: (handle, message) => this.messages.handle(handle, message),
      onPolicyHang: (policy, why) => this.retirePolicy(policy, why),
      onArrived: (env) => this.onArrived(env),
    });
    this.policyTable = new PolicyTable(this.workerGroup, this.requests, () => this.task);
    this.feeds = new Feeds(this.workerGroup);
    this.rates = new PoolRates(this.workerGroup.handles);
    this.recordings = new Recordings(this.workerGroup, this.requests);
    this.messages = new MessageHandler(
      this.workerGroup,
      this.events,
      this.requests,
      this.feeds,
      this.recordings,
      () => this.endings,
      (policy, why) => this.retirePolicy(policy, why),
    );
    if (options.task) this.useTask(options.task);
    this.workerGroup.initialiseAll();
  }

  /** Compile MuJoCo once and start the workers. */
  static async create(options: PoolOptions): Promise<Pool> {
    if (typeof WebAssembly === "undefined") {
      throw new PoolError(
        "this browser does not support WebAssembly",
        "Use a current browser and allow WebAssembly.",
      );
    }
    const given = options.mujoco;
    const module = given instanceof WebAssembly.Module ? given : await compile(given);
    const { onnx } = options;
    return new Pool(options, module, onnx === undefined ? null : onnx instanceof URL ? onnx.href : onnx);
  }

  get envs(): ReadonlyMap<EnvId, Env> {
    return this.workerGroup.envs;
  }

  get workers(): number {
    return this.workerGroup.handles.length;
  }

  get policies(): ReadonlyMap<PolicyId, PolicyInfo> {
    return this.policyTable.infos;
  }

  on<E extends PoolEvent>(event: E, listener: (detail: PoolEvents[E]) => void): () => void {
    return this.events.on(event, listener);
  }

  setTask(task: TaskSpec): void {
    if (this.envs.size)
      throw new PoolError("the task can't change while there are environments", "Remove them first.");
    this.useTask(task);
    this.workerGroup.broadcast({ kind: "task", task });
  }

  add(frame: Bytes, options: { policy?: PolicyId } = {}): EnvId {
    if (!this.task) throw new PoolError("no task was set", "Call setTask before adding environments.");
    return this.workerGroup.add((id) => {
      const env = new EnvHandle(id, frame, this.shared, options.policy);
      this.policyTable.check(env);
      return env;
    });
  }

  remove(envs: Ids): void {
    this.workerGroup.remove(envs);
  }

  setMode(mode: Mode): void {
    if (mode.kind === "realtime" && !(mode.speed > 0)) {
      throw new PoolError(`speed must be above 0, got ${mode.speed}`, "Use the mode `paused` to stop.");
    }
    this.mode = mode;
    this.workerGroup.broadcast({ kind: "mode", mode });
  }

  async step(): Promise<void> {
    const { request, answers } = this.requests.open<null>(this.workerGroup.indices);
    this.workerGroup.broadcast({ kind: "step", request });
    await answers;
  }

  async sync(): Promise<void> {
    const { request, answers } = this.requests.open<null>(this.workerGroup.indices);
    this.workerGroup.broadcast({ kind: "sync", request });
    await answers;
  }

  reset(envs: Ids): void {
    this.restart(envs, null);
  }

  seek(envs: Ids, episode: number): void {
    if (!(Number.isInteger(episode) && episode >= 0)) {
      throw new PoolError(
        `episode must be an integer from 0 on, got ${episode}`,
        "Episodes are counted from 0.",
      );
    }
    this.restart(envs, episode);
  }

  addPolicy(source: PolicySource, name?: string): Promise<PolicyInfo> {
    return this.policyTable.add(source, name);
  }

  removePolicy(policy: PolicyId): void {
    this.policyTable.remove(policy);
  }

  assign(policy: PolicyId, selection: Selection = {}): AssignResult {
    return this.policyTable.assign(policy, selection);
  }

  unfit(policy: PolicyId, agent: AgentRef): string | null {
    return this.policyTable.unfit(policy, agent);
  }

  policyOf(agent: AgentRef): PolicyId {
    return this.policyTable.of(agent);
  }

  drive(agent: AgentRef, drive: Drive): void {
    const env = this.workerGroup.envs.get(agent.env);
    if (!env) return;
    env.drives[agent.agent] = drive;
    this.workerGroup.handleOf(env).post({ kind: "drive", agent, drive });
  }

  push(id: EnvId, push: Push): void {
    const env = this.workerGroup.envs.get(id);
    if (env) this.workerGroup.handleOf(env).post({ kind: "push", id, push });
  }

  poses(worker: number): Poses {
    return this.workerGroup.handle(worker).poses();
  }

  agentCounters(worker: number): Float64Array {
    return this.workerGroup.handle(worker).agentCounters as Float64Array;
  }

  counters({ env: id, agent }: AgentRef): AgentCounters {
    const env = this.workerGroup.envs.get(id);
    if (!env?.spec.agents[agent])
      throw new PoolError(
        `environment ${id} has no agent ${agent}`,
        "Its environment may have been removed.",
      );
    const first = (env.counters + agent) * AGENT_WIDTH;
    const rows = this.workerGroup.handleOf(env).agentCounters;
    const entries = AGENT_COLUMNS.map((name, i) => [name, rows[first + i] ?? 0]);
    return Object.fromEntries(entries) as AgentCounters;
  }

  stats(): PoolStats {
    const envs = [...this.envs.values()];
    const loading = envs.filter((env) => env.status === "loading").length;
    return this.rates.stats(envs.length, loading, select(this.workerGroup.envs, {}).length);
  }

  focus(agent: AgentRef, listener: FeedListener): () => void {
    return this.feeds.follow(agent, listener);
  }

  record(agents: readonly AgentRef[], steps: number): RecordingJob {
    return this.recordings.begin(agents, steps);
  }

  bare(seconds: number): Promise<BareResult> {
    return runBenchmark(this.workerGroup, this.requests, seconds);
  }

  /** End a worker as if it had crashed, so that it is replaced; for tests. */
  kill(worker: number): void {
    this.workerGroup.onDeath(this.workerGroup.handle(worker), "the worker was ended");
  }

  /** Move an environment to another worker, in the middle of its episode. */
  move(id: EnvId, worker: number): void {
    const env = this.workerGroup.envs.get(id);
    if (env?.status === "running" && env.worker !== worker)
      this.workerGroup.move(env, this.workerGroup.handle(worker));
  }

  dispose(): void {
    this.workerGroup.end();
    this.requests.close();
    this.events.clear();
  }

  private useTask(task: TaskSpec): void {
    this.task = task;
    this.endings = endings(task);
  }

  private restart(envs: Ids, episode: number | null): void {
    for (const [handle, ids] of this.workerGroup.byWorker(envs)) handle.post({ kind: "reset", ids, episode });
  }

  private initialMessages(handle: WorkerHandle, budget: number): ToWorker[] {
    const { module, onnx, shared, mode, task } = this;
    return [
      { kind: "start", module, onnx, buffers: handle.buffers, shared, budget, mode },
      ...(task ? [{ kind: "task", task } as const] : []),
      ...[...this.policyTable.sources].map(
        ([id, source]) => ({ kind: "policy", id, source, request: 0 }) as const,
      ),
    ];
  }

  /** Remove a policy that failed or hung a worker. */
  private retirePolicy(policy: PolicyId, why: string): void {
    const info = this.policyTable.infos.get(policy);
    if (!info) return; // reported by another worker already
    this.removePolicy(policy);
    this.events.emit("retired", { policy, name: info.name, why });
  }

  private onArrived(env: EnvHandle): void {
    env.drives.forEach((drive, agent) => {
      if (drive) this.drive({ env: env.id, agent }, drive);
    });
    this.feeds.resume(env);
  }
}
