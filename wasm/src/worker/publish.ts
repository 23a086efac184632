/** Poses and counters for the page: into shared memory, or as copies in messages where there is none. */

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

  /** Write into other buffers from now on; both halves are whole at once. */
  useViews(views: Views, envs: Iterable<Environment>): void {
    this.views = views;
    this.changed = true;
    for (const env of envs) for (const half of views.poses) env.writePoses(half);
  }

  /** States have changed. */
  markChanged(): void {
    this.changed = true;
  }

  /** The page has asked for a copy. */
  requestSnapshot(): void {
    this.snapshotRequested = true;
  }

  /** Whether there is something new that the page has not made room for yet. */
  get waiting(): boolean {
    return this.changed && this.shared;
  }

  /**
   * Write the poses if something is new and the page has taken the last ones.
   *
   * The page reads one half while the other is written, and only once it has taken an epoch is the next one begun: so
   * nothing is torn, and nothing is written that nobody looks at.
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
