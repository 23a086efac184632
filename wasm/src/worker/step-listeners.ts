/** Agents of a worker that are followed (feeds) or recorded. */

import type { AgentRef } from "../protocol/agents";
import type { Post, ToWorker } from "../protocol/messages";
import type { Recording } from "../protocol/steps";
import type { Agent } from "./agent";
import { FeedBuilder, Recorder } from "./record";
import type { StepListener } from "./step-listener";

interface Job {
  readonly request: number;
  readonly recorders: readonly Recorder[];
}

export class StepListeners {
  private readonly feeds = new Map<string, FeedBuilder>();
  private readonly jobs: Job[] = [];

  constructor(
    private readonly find: (agent: AgentRef) => Agent | undefined,
    private readonly post: Post,
  ) {}

  focus(agent: AgentRef, on: boolean): void {
    const key = `${agent.env}/${agent.agent}`;
    const known = this.feeds.get(key);
    if (known) this.unlisten(known);
    this.feeds.delete(key);
    if (!on) return;
    const feed = new FeedBuilder(agent);
    this.feeds.set(key, feed);
    this.listen(feed);
  }

  record(message: Extract<ToWorker, { kind: "record" }>, terms: number): void {
    const recorders = message.agents.flatMap((ref) => {
      const agent = this.find(ref);
      if (!agent) return [];
      const sizes = { observation: agent.observation.length, action: agent.action.length, terms };
      return [new Recorder(ref, message.steps, sizes)];
    });
    for (const recorder of recorders) this.listen(recorder);
    this.jobs.push({ request: message.request, recorders });
    this.finishRecordings();
  }

  /** End a recording with the rows recorded so far. */
  stop(request: number): void {
    const i = this.jobs.findIndex((job) => job.request === request);
    const [job] = i < 0 ? [] : this.jobs.splice(i, 1);
    if (!job) return;
    for (const recorder of job.recorders) this.unlisten(recorder);
    const recordings: Recording[] = job.recorders.map((recorder) => recorder.result());
    this.post({ kind: "recorded", request, recordings });
  }

  /** End recordings that are complete or whose agents were removed. */
  finishRecordings(): void {
    for (const { request, recorders } of [...this.jobs]) {
      if (recorders.every((recorder) => recorder.full || !this.find(recorder.agent))) this.stop(request);
    }
  }

  /** Send feeds and the progress of recordings. */
  report(): void {
    for (const feed of this.feeds.values()) {
      const batch = feed.flush();
      if (batch) this.post({ kind: "feed", feed: batch });
    }
    for (const { request, recorders } of this.jobs) {
      const share = recorders.reduce((sum, recorder) => sum + recorder.share, 0) / recorders.length;
      this.post({ kind: "progress", request, share });
    }
  }

  private listen(listener: StepListener & { readonly agent: AgentRef }): void {
    const agent = this.find(listener.agent);
    if (agent) agent.listeners = [...(agent.listeners ?? []), listener];
  }

  private unlisten(listener: StepListener & { readonly agent: AgentRef }): void {
    const agent = this.find(listener.agent);
    if (!agent) return;
    const left = agent.listeners?.filter((other) => other !== listener) ?? [];
    agent.listeners = left.length ? left : null;
  }
}
