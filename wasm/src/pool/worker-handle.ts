/** One worker as the pool sees it: its port, its buffers, and who lives in it. */

import type { EnvId, PolicyId, Poses, WorkerPort } from "../protocol/api";
import { culprit } from "../protocol/counters";
import type { FromWorker, ToWorker } from "../protocol/messages";
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
import type { Resident } from "./env-handle";
import { RowAllocator } from "./row-allocator";

/** Rows to begin with. */
const FIRST_POSES = 1024;
const FIRST_AGENTS = 64;

type Snapshot = Extract<FromWorker, { kind: "snapshot" }>;

export class Crew {
  readonly envs = new Set<Resident>();
  /** Messages that wait until the script runs. */
  private queue: [ToWorker, Transferable[]][] | null = [];
  private port: WorkerPort;
  private views: Views;
  /** Buffers that the worker was given and does not write into yet. */
  private coming: Buffers | null = null;
  private snapshot: Snapshot | null = null;
  private asked = false;
  /** ms without an answer to the last ping; null when there was one. */
  private silent: number | null = null;
  /** Whose network it runs, where it had to say so. */
  private told: PolicyId | null = null;
  private readonly poseRows = new RowAllocator(FIRST_POSES);
  private readonly agentRows = new RowAllocator(FIRST_AGENTS);

  constructor(
    readonly index: number,
    private readonly shared: boolean,
    private readonly spawn: () => WorkerPort,
    private readonly receive: (crew: Crew, message: FromWorker) => void,
    private readonly died: (crew: Crew, why: string) => void,
  ) {
    this.views = new Views(allocate(shared, FIRST_POSES, FIRST_AGENTS));
    this.port = this.start();
  }

  /** ms of the worker per simulated second of all of its environments. */
  get load(): number {
    let sum = 0;
    for (const env of this.envs) sum += env.cost;
    return sum;
  }

  get buffers(): Buffers {
    return this.coming ?? this.views.buffers;
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.queue) this.queue.push([message, transfer]);
    else this.port.postMessage(message, transfer);
  }

  /** Rows for an environment; true if the buffers had to grow. */
  house(env: Resident): boolean {
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
      this.coming = grow(this.shared, this.buffers, this.poseRows.capacity, this.agentRows.capacity);
      this.post({ kind: "buffers", buffers: this.coming });
    }
    return grown;
  }

  /** Free its rows, once the worker does not write them any more. */
  unhouse(env: { readonly pose: number; readonly counters: number; readonly spec: Resident["spec"] }): void {
    this.poseRows.give(env.pose, env.spec.nbody);
    this.agentRows.give(env.counters, env.spec.agents.length);
  }

  /** Newest counters of agents. */
  get agents(): Float64Array<ArrayBufferLike> {
    this.ask();
    return this.snapshot ? this.snapshot.agents : this.views.agents;
  }

  /** Counters of one environment's agents, copied. */
  rows(env: Resident): Float64Array {
    const { agents } = this;
    const rows = new Float64Array(env.spec.agents.length * AGENT_WIDTH);
    rows.set(agents.subarray(env.counters * AGENT_WIDTH, env.counters * AGENT_WIDTH + rows.length));
    return rows;
  }

  /** The worker's own counters. */
  get counters(): Float64Array<ArrayBufferLike> {
    this.ask();
    return this.snapshot ? this.snapshot.worker : this.views.worker;
  }

  /** Longest tick since it was last asked. */
  longest(): number {
    const { counters } = this;
    const longest = counters[WORKER.longest] ?? 0;
    if (this.shared) counters[WORKER.longest] = 0;
    return longest;
  }

  poses(): Poses {
    const used = this.poseRows.used;
    if (!this.shared) {
      this.ask();
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

  /** The worker writes into the newest buffers. */
  switched(): void {
    if (this.coming) this.views = new Views(this.coming);
    this.coming = null;
  }

  took(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.asked = false;
  }

  /**
   * Asks for a sign of life, or counts the ms since it was asked for one.
   *
   * @param elapsed ms since the last call.
   * @returns For how many ms the worker has not answered.
   */
  listen(elapsed: number): number {
    if (this.queue) return 0; // its script is being fetched
    if (this.silent !== null) {
      this.silent += elapsed;
      return this.silent;
    }
    this.silent = 0;
    this.post({ kind: "ping" });
    return 0;
  }

  /** The environment that the worker is at; -1 where that is not known. */
  get culprit(): { readonly id: EnvId; readonly loading: boolean } {
    return culprit(this.shared ? this.views : null);
  }

  /** The policy whose network the worker is running; null for none. */
  get inferring(): PolicyId | null {
    if (!this.shared) return this.told;
    const word = this.views.control[INFERRING] ?? 0;
    return word > 0 ? word - 1 : null;
  }

  /** End the worker and start another one, with the same buffers. */
  replace(): void {
    this.end();
    this.silent = this.told = null;
    this.views.control[INFERRING] = 0;
    const old = this.views;
    this.switched();
    // the dead one may not have come to copy them
    if (this.views !== old) this.views.agents.set(old.agents);
    this.asked = false;
    this.queue = [];
    this.port = this.start();
  }

  end(): void {
    this.port.onmessage = this.port.onerror = null;
    this.port.terminate();
  }

  /** Without shared memory: ask for a copy, one at a time. */
  private ask(): void {
    if (this.shared || this.asked || this.queue) return;
    this.asked = true;
    this.post({ kind: "wanted" });
  }

  private start(): WorkerPort {
    const port = this.spawn();
    port.onerror = (why) => this.died(this, why);
    port.onmessage = (data) => {
      const message = data as FromWorker;
      if (message.kind === "here") {
        const waiting = this.queue ?? [];
        this.queue = null;
        for (const [queued, transfer] of waiting) port.postMessage(queued, transfer);
      } else if (message.kind === "pong") this.silent = null;
      else if (message.kind === "infers") this.told = message.id;
      else this.receive(this, message);
    };
    return port;
  }
}
