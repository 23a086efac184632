/** The memory that a worker shares with the page: poses and counters, and who has which rows. */

import { AGENT_COLUMNS, type AgentColumn, WORKER_COLUMNS, type WorkerColumn } from "./api";
import { POSE_COLUMNS } from "./wire.gen";

export const POSE_WIDTH = POSE_COLUMNS.length;
export const AGENT_WIDTH = AGENT_COLUMNS.length;

/** Slots of the control words, Int32. */
export const EPOCH = 0;
/** The epoch that the page took last; the worker writes the other half once it has taken the newest. */
export const READ = 1;
/** Environment that is being worked on, or -1: who is to blame when the worker dies. */
export const CURRENT = 2;
/** 1 while that environment is being loaded. */
export const LOADING = 3;
/** Number of the policy whose network is being run plus 1; 0 for none. */
export const INFERRING = 4;
export const CONTROL_WORDS = 5;

const indices = <K extends string>(columns: readonly K[]) =>
  Object.fromEntries(columns.map((name, i) => [name, i])) as Record<K, number>;
/** Index by name of column. */
export const AGENT: Readonly<Record<AgentColumn, number>> = indices(AGENT_COLUMNS);
export const WORKER: Readonly<Record<WorkerColumn, number>> = indices(WORKER_COLUMNS);

/** The buffers of a worker, shared or not. */
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

/** Typed arrays on them. */
export class Views {
  readonly control: Int32Array<ArrayBufferLike>;
  readonly worker: Float64Array<ArrayBufferLike>;
  readonly agents: Float64Array<ArrayBufferLike>;
  /** The two halves. */
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

/** Make buffers with room for so many rows. */
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

/** Buffers with more room, the same control words and counters of the worker; who writes the rest copies it. */
export function grow(shared: boolean, old: Buffers, poses: number, agents: number): Buffers {
  const made = allocate(shared, poses, agents);
  return { ...made, control: old.control, worker: old.worker };
}
