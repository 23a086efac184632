/** Publication of poses and counters: in shared memory, or as copies in messages. */

import type { Post } from "../protocol/messages";
import { EPOCH, READ, type Views } from "../protocol/shared-memory";
import type { Environment } from "./environment";

export class Publisher {
  private views: Views | null = null;
  private changed = false;
  private snapshotRequested = false;
  private epoch = 0;

  constructor(
    private readonly shared: boolean,
    private readonly post: Post,
  ) {}

  /** Write into other buffers from now on, and fill both halves at once. */
  useViews(views: Views, envs: Iterable<Environment>): void {
    this.views = views;
    this.changed = true;
    for (const env of envs) for (const half of views.poses) env.writePoses(half);
  }

  /** Note that states have changed. */
  markChanged(): void {
    this.changed = true;
  }

  /** Without shared memory: send a copy with the next `publish`. */
  requestSnapshot(): void {
    this.snapshotRequested = true;
  }

  /** Whether changes wait until the pool has read the last poses. */
  get waiting(): boolean {
    return this.changed && this.shared;
  }

  /**
   * Write the poses if states have changed and the pool has read the last ones.
   *
   * The pool reads one half while the other is written, and the next epoch begins only once the last one was read: so
   * no pose is torn, and none is written that nobody reads.
   */
  publish(envs: Iterable<Environment>): void {
    const { views } = this;
    if (!views || !this.changed) return;
    if (this.shared) {
      const epoch = Atomics.load(views.control, EPOCH);
      if (Atomics.load(views.control, READ) !== epoch) return;
      const half = views.half(epoch + 1);
      for (const env of envs) env.writePoses(half);
      Atomics.store(views.control, EPOCH, epoch + 1);
    } else {
      if (!this.snapshotRequested) return;
      this.snapshotRequested = false;
      const poses = new Float32Array(views.poses[0].length);
      for (const env of envs) env.writePoses(poses);
      const agents = new Float64Array(views.agents);
      const worker = new Float64Array(views.worker);
      this.epoch += 1;
      this.post({ kind: "snapshot", epoch: this.epoch, poses, agents, worker }, [
        poses.buffer,
        agents.buffer,
        worker.buffer,
      ]);
    }
    this.changed = false;
  }
}
