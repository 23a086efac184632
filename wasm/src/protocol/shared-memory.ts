/** Layout of the memory that a worker shares with the pool: control words, counters and poses. */

import { AGENT_COLUMNS, type AgentColumn, WORKER_COLUMNS, type WorkerColumn } from "./columns";
import { POSE_COLUMNS } from "./wire.gen";

export const POSE_WIDTH = POSE_COLUMNS.length;
export const AGENT_WIDTH = AGENT_COLUMNS.length;

/** Slots of the control words, Int32. */
export const EPOCH = 0;
/** Epoch that the pool read last; the worker writes the other half once the newest was read. */
export const READ = 1;
/** Current environment, or -1: the one to blame if the worker dies. */
export const CURRENT = 2;
/** 1 while that environment is being loaded. */
export const LOADING = 3;
/** Number of the policy that is running inference, plus 1; 0 for none. */
export const INFERRING = 4;
export const CONTROL_WORDS = 5;

const indices = <K extends string>(columns: readonly K[]) =>
  Object.fromEntries(columns.map((name, i) => [name, i])) as Record<K, number>;
/** Index by name of column. */
export const AGENT: Readonly<Record<AgentColumn, number>> = indices(AGENT_COLUMNS);
export const WORKER: Readonly<Record<WorkerColumn, number>> = indices(WORKER_COLUMNS);

/** Buffers of a worker, shared or not. */
export interface Buffers {
  /** CONTROL_WORDS Int32. */
  readonly control: ArrayBufferLike;
  /** WORKER_COLUMNS Float64. */
  readonly worker: ArrayBufferLike;
  /** [row][AGENT_COLUMNS] Float64. */
  readonly agents: ArrayBufferLike;
  /** [2][row][POSE_COLUMNS] Float32. */
  readonly poses: ArrayBufferLike;
}

/** Typed arrays over the buffers of a worker. */
export class Views {
  readonly control: Int32Array<ArrayBufferLike>;
  readonly worker: Float64Array<ArrayBufferLike>;
  readonly agents: Float64Array<ArrayBufferLike>;
  /** Double buffer: the halves are written in turn. */
  readonly poses: readonly [Float32Array<ArrayBufferLike>, Float32Array<ArrayBufferLike>];

  constructor(readonly buffers: Buffers) {
    this.control = new Int32Array(buffers.control);
    this.worker = new Float64Array(buffers.worker);
    this.agents = new Float64Array(buffers.agents);
    const half = buffers.poses.byteLength / 2;
    this.poses = [
      new Float32Array(buffers.poses, 0, half / 4),
      new Float32Array(buffers.poses, half, half / 4),
    ];
  }

  half(epoch: number): Float32Array<ArrayBufferLike> {
    return this.poses[(epoch & 1) as 0 | 1];
  }
}

/** Allocate buffers for a number of pose rows and agent rows. */
export function allocate(shared: boolean, poses: number, agents: number): Buffers {
  const make = (bytes: number): ArrayBufferLike =>
    shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const buffers = {
    control: make(CONTROL_WORDS * 4),
    worker: make(WORKER_COLUMNS.length * 8),
    agents: make(agents * AGENT_WIDTH * 8),
    poses: make(2 * poses * POSE_WIDTH * 4),
  };
  new Int32Array(buffers.control)[CURRENT] = -1;
  return buffers;
}

/** Allocate larger buffers that keep control words and worker counters; the worker copies the rest. */
export function grow(shared: boolean, old: Buffers, poses: number, agents: number): Buffers {
  const made = allocate(shared, poses, agents);
  return { ...made, control: old.control, worker: old.worker };
}
