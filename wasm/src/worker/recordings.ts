/** Who is followed or recorded in a worker. */

import type { AgentRef, Recording } from "../protocol/api";
import type { ToWorker } from "../protocol/messages";
import type { Player } from "./agent";
import type { Post } from "./environments";
import { Follower, Recorder, type Watcher } from "./record";

interface Job {
  readonly ticket: number;
  readonly recorders: readonly Recorder[];
}

export class Watching {
  private readonly followers = new Map<string, Follower>();
  private readonly jobs: Job[] = [];

  constructor(
    private readonly player: (agent: AgentRef) => Player | undefined,
    private readonly post: Post,
  ) {}

  focus(agent: AgentRef, on: boolean): void {
    const key = `${agent.env}/${agent.agent}`;
    const known = this.followers.get(key);
    if (known) this.unwatch(known);
    this.followers.delete(key);
    if (!on) return;
    const follower = new Follower(agent);
    this.followers.set(key, follower);
    this.watch(follower);
  }

  record(message: Extract<ToWorker, { kind: "record" }>, terms: number): void {
    const recorders = message.agents.flatMap((agent) => {
      const player = this.player(agent);
      if (!player) return [];
      const sizes = { observation: player.observation.length, action: player.action.length, terms };
      return [new Recorder(agent, message.steps, sizes)];
    });
    for (const recorder of recorders) this.watch(recorder);
    this.jobs.push({ ticket: message.ticket, recorders });
    this.finish();
  }

  /** End a recording with what is there. */
  stop(ticket: number): void {
    const i = this.jobs.findIndex((job) => job.ticket === ticket);
    const [job] = i < 0 ? [] : this.jobs.splice(i, 1);
    if (!job) return;
    for (const recorder of job.recorders) this.unwatch(recorder);
    const recordings: Recording[] = job.recorders.map((recorder) => recorder.result());
    this.post({ kind: "recorded", ticket, recordings });
  }

  /** End the recordings that are full, or whose agents are gone. */
  finish(): void {
    for (const { ticket, recorders } of [...this.jobs]) {
      if (recorders.every((recorder) => recorder.full || !this.player(recorder.agent))) this.stop(ticket);
    }
  }

  /** Send what has gathered. */
  tell(): void {
    for (const follower of this.followers.values()) {
      const feed = follower.flush();
      if (feed) this.post({ kind: "feed", feed });
    }
    for (const { ticket, recorders } of this.jobs) {
      const share = recorders.reduce((sum, recorder) => sum + recorder.share, 0) / recorders.length;
      this.post({ kind: "progress", ticket, share });
    }
  }

  private watch(watcher: Watcher & { readonly agent: AgentRef }): void {
    const player = this.player(watcher.agent);
    if (player) player.watchers = [...(player.watchers ?? []), watcher];
  }

  private unwatch(watcher: Watcher & { readonly agent: AgentRef }): void {
    const player = this.player(watcher.agent);
    if (!player) return;
    const left = player.watchers?.filter((other) => other !== watcher) ?? [];
    player.watchers = left.length ? left : null;
  }
}
