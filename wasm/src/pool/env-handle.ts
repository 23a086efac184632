/** The pool's record of an environment: what is needed to load it into another worker. */

import type { EnvId } from "../protocol/agents";
import type { Env, EnvStatus } from "../protocol/api";
import { type Bytes, decodeWorld, type Frame } from "../protocol/frame";
import { type Drive, NO_POLICY, type PolicyId } from "../protocol/policy";
import type { WorldSpec } from "../protocol/wire.gen";

export class EnvHandle implements Env {
  readonly spec: WorldSpec;
  /** Bytes of its frame, shared with the workers where memory can be. */
  readonly buffer: ArrayBufferLike;
  readonly policies: PolicyId[];
  readonly drives: (Drive | null)[];
  worker = -1;
  pose = 0;
  counters = 0;
  status: EnvStatus = "loading";
  flagged = 0;
  /** Number of times that its worker died while working on it. */
  deaths = 0;
  /** Measured load: ms of its worker per simulated second. */
  loadMs = 0;
  /** Number of recordings that keep it in its worker. */
  pins = 0;
  /** Time of its last move, in ms. */
  movedAt = Number.NEGATIVE_INFINITY;
  /** Worker that it is moving to, or -1. */
  destination = -1;
  private readonly frame: Frame<WorldSpec>;

  constructor(
    readonly id: EnvId,
    data: Bytes,
    shared: boolean,
    policy: PolicyId = NO_POLICY,
  ) {
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
    if (shared && bytes.buffer instanceof SharedArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) {
      this.buffer = bytes.buffer;
    } else {
      this.buffer = shared ? new SharedArrayBuffer(bytes.byteLength) : new ArrayBuffer(bytes.byteLength);
      new Uint8Array(this.buffer).set(bytes);
    }
    this.frame = decodeWorld(new Uint8Array(this.buffer));
    this.spec = this.frame.header;
    this.policies = this.spec.agents.map(() => policy);
    this.drives = this.spec.agents.map(() => null);
  }

  blob(name: string): Uint8Array {
    return this.frame.blob(name) as Uint8Array;
  }
}
