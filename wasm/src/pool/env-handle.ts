/** An environment as the pool keeps it: enough to begin it again in another worker. */

import { type Drive, type Env, type EnvId, type EnvStatus, NO_POLICY, type PolicyId } from "../protocol/api";
import { type Bytes, decodeWorld, type Frame } from "../protocol/frame";
import type { WorldSpec } from "../protocol/wire.gen";

export class EnvHandle implements Env {
  readonly spec: WorldSpec;
  /** The frame; shared with the workers where memory can be. */
  readonly buffer: ArrayBufferLike;
  readonly policies: PolicyId[];
  readonly drives: (Drive | null)[];
  worker = -1;
  pose = 0;
  counters = 0;
  status: EnvStatus = "loading";
  flagged = 0;
  /** Times that its worker died while at it. */
  deaths = 0;
  /** ms of its worker per simulated second, as measured there. */
  loadMs = 0;
  /** How many recordings hold it where it is. */
  pins = 0;
  /** When it was last moved, in ms. */
  movedAt = Number.NEGATIVE_INFINITY;
  /** Number of the worker that it is on its way to, or -1. */
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
