/** Handle of one worker in the pool: its port, its buffers and its environments. */

import type { EnvId } from "../protocol/agents";
import type { Poses, WorkerPort } from "../protocol/api";
import { currentEnv } from "../protocol/counters";
import type { FromWorker, ToWorker } from "../protocol/messages";
import type { PolicyId } from "../protocol/policy";
import {
  AGENT_WIDTH,
  allocate,
  type Buffers,
  EPOCH,
  grow,
  INFERRING,
  POSE_WIDTH,
  READ,
  Views,
  WORKER,
} from "../protocol/shared-memory";
import type { EnvHandle } from "./env-handle";
import { RowAllocator } from "./row-allocator";

/** Initial number of rows. */
const FIRST_POSES = 1024;
const FIRST_AGENTS = 64;

type Snapshot = Extract<FromWorker, { kind: "snapshot" }>;

export class WorkerHandle {
  readonly envs = new Set<EnvHandle>();
  /** Messages that wait for the worker's script to start; null once it runs. */
  private queue: [ToWorker, Transferable[]][] | null = [];
  private port: WorkerPort;
  private views: Views;
  /** Buffers that were sent and that the worker does not write into yet. */
  private nextBuffers: Buffers | null = null;
  private snapshot: Snapshot | null = null;
  private snapshotRequested = false;
  /** Time in ms since an unanswered ping; null if there is none. */
  private silentMs: number | null = null;
  /** Without shared memory: the policy whose inference the worker reported. */
  private reportedInference: PolicyId | null = null;
  private readonly poseRows = new RowAllocator(FIRST_POSES);
  private readonly agentRows = new RowAllocator(FIRST_AGENTS);

  constructor(
    readonly index: number,
    private readonly shared: boolean,
    private readonly spawn: () => WorkerPort,
    private readonly onMessage: (handle: WorkerHandle, message: FromWorker) => void,
    private readonly onDeath: (handle: WorkerHandle, why: string) => void,
  ) {
    this.views = new Views(allocate(shared, FIRST_POSES, FIRST_AGENTS));
    this.port = this.start();
  }

  /** Load: ms of the worker per simulated second of all its environments. */
  get load(): number {
    let sum = 0;
    for (const env of this.envs) sum += env.loadMs;
    return sum;
  }

  get buffers(): Buffers {
    return this.nextBuffers ?? this.views.buffers;
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.queue) this.queue.push([message, transfer]);
    else this.port.postMessage(message, transfer);
  }

  /** Allocate the rows of an environment. Returns whether the buffers had to grow. */
  allocateRows(env: EnvHandle): boolean {
    const { nbody, agents } = env.spec;
    let grown = false;
    let pose = this.poseRows.take(nbody);
    let counters = this.agentRows.take(agents.length);
    if (pose < 0) {
      this.poseRows.extend(Math.max(2 * this.poseRows.capacity, this.poseRows.capacity + nbody));
      pose = this.poseRows.take(nbody);
      grown = true;
    }
    if (counters < 0) {
      this.agentRows.extend(Math.max(2 * this.agentRows.capacity, this.agentRows.capacity + agents.length));
      counters = this.agentRows.take(agents.length);
      grown = true;
    }
    env.worker = this.index;
    env.pose = pose;
    env.counters = counters;
    this.envs.add(env);
    if (grown) {
      this.nextBuffers = grow(this.shared, this.buffers, this.poseRows.capacity, this.agentRows.capacity);
      this.post({ kind: "buffers", buffers: this.nextBuffers });
    }
    return grown;
  }

  /** Free the rows of an environment, once the worker does not write them any more. */
  freeRows(env: {
    readonly pose: number;
    readonly counters: number;
    readonly spec: EnvHandle["spec"];
  }): void {
    this.poseRows.give(env.pose, env.spec.nbody);
    this.agentRows.give(env.counters, env.spec.agents.length);
  }

  /** Newest counters of the agents. */
  get agentCounters(): Float64Array<ArrayBufferLike> {
    this.requestSnapshot();
    return this.snapshot ? this.snapshot.agents : this.views.agents;
  }

  /** Copy the counters of an environment's agents. */
  countersOf(env: EnvHandle): Float64Array {
    const { agentCounters: agents } = this;
    const rows = new Float64Array(env.spec.agents.length * AGENT_WIDTH);
    rows.set(agents.subarray(env.counters * AGENT_WIDTH, env.counters * AGENT_WIDTH + rows.length));
    return rows;
  }

  /** The worker's own counters. */
  get counters(): Float64Array<ArrayBufferLike> {
    this.requestSnapshot();
    return this.snapshot ? this.snapshot.worker : this.views.worker;
  }

  /** Return the longest tick in ms since the last call. */
  takeLongestTick(): number {
    const { counters } = this;
    const longest = counters[WORKER.longest] ?? 0;
    if (this.shared) counters[WORKER.longest] = 0;
    return longest;
  }

  poses(): Poses {
    const used = this.poseRows.used;
    if (!this.shared) {
      this.requestSnapshot();
      const rows = this.snapshot?.poses ?? this.views.poses[0];
      return {
        rows: rows as Float32Array,
        used: Math.min(used, rows.length / POSE_WIDTH),
        epoch: this.snapshot?.epoch ?? 0,
      };
    }
    const { control } = this.views;
    const epoch = Atomics.load(control, EPOCH);
    Atomics.store(control, READ, epoch);
    const rows = this.views.half(epoch) as Float32Array;
    return { rows, used: Math.min(used, rows.length / POSE_WIDTH), epoch };
  }

  /** Use the newest buffers, now that the worker writes into them. */
  switchBuffers(): void {
    if (this.nextBuffers) this.views = new Views(this.nextBuffers);
    this.nextBuffers = null;
  }

  setSnapshot(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.snapshotRequested = false;
  }

  /**
   * Send a ping, or add up the time since an unanswered one.
   *
   * @param elapsed ms since the last call.
   * @returns time in ms for which the worker has not answered.
   */
  checkSilence(elapsed: number): number {
    if (this.queue) return 0; // its script is being fetched
    if (this.silentMs !== null) {
      this.silentMs += elapsed;
      return this.silentMs;
    }
    this.silentMs = 0;
    this.post({ kind: "ping" });
    return 0;
  }

  /** Environment that the worker is working on; -1 if unknown. */
  get currentEnv(): { readonly id: EnvId; readonly loading: boolean } {
    return currentEnv(this.shared ? this.views : null);
  }

  /** Policy whose inference the worker is running; null for none. */
  get inferring(): PolicyId | null {
    if (!this.shared) return this.reportedInference;
    const word = this.views.control[INFERRING] ?? 0;
    return word > 0 ? word - 1 : null;
  }

  /** End the worker and start another one, with the same buffers. */
  replace(): void {
    this.end();
    this.silentMs = this.reportedInference = null;
    this.views.control[INFERRING] = 0;
    const old = this.views;
    this.switchBuffers();
    // the dead worker may not have copied them
    if (this.views !== old) this.views.agents.set(old.agents);
    this.snapshotRequested = false;
    this.queue = [];
    this.port = this.start();
  }

  end(): void {
    this.port.onmessage = this.port.onerror = null;
    this.port.terminate();
  }

  /** Without shared memory: request a copy, one at a time. */
  private requestSnapshot(): void {
    if (this.shared || this.snapshotRequested || this.queue) return;
    this.snapshotRequested = true;
    this.post({ kind: "snapshot" });
  }

  private start(): WorkerPort {
    const port = this.spawn();
    port.onerror = (why) => this.onDeath(this, why);
    port.onmessage = (data) => {
      const message = data as FromWorker;
      if (message.kind === "started") {
        const waiting = this.queue ?? [];
        this.queue = null;
        for (const [queued, transfer] of waiting) port.postMessage(queued, transfer);
      } else if (message.kind === "pong") this.silentMs = null;
      else if (message.kind === "inferring") this.reportedInference = message.id;
      else this.onMessage(this, message);
    };
    return port;
  }
}
