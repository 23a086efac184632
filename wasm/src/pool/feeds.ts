/** Agents that are followed step by step, and their listeners. */

import type { AgentRef } from "../protocol/agents";
import type { Feed } from "../protocol/steps";
import type { EnvHandle } from "./env-handle";
import type { Workers } from "./workers";

export type FeedListener = (feed: Feed) => void;

export class Feeds {
  private readonly listeners = new Map<string, Set<FeedListener>>();

  constructor(private readonly workers: Workers) {}

  /** Follow an agent until the returned function is called. */
  follow(agent: AgentRef, listener: FeedListener): () => void {
    const key = keyOf(agent);
    const set = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, set);
    set.add(listener);
    if (set.size === 1) this.post(agent, true);
    return () => {
      if (!set.delete(listener) || set.size) return;
      this.listeners.delete(key);
      this.post(agent, false);
    };
  }

  /** Pass a feed on to its listeners. */
  deliver(feed: Feed): void {
    for (const listener of this.listeners.get(keyOf(feed.agent)) ?? []) listener(feed);
  }

  /** Follow the agents of an environment again, after another worker has loaded it. */
  resume(env: EnvHandle): void {
    for (const agent of env.spec.agents.keys()) {
      const ref = { env: env.id, agent };
      if (this.listeners.has(keyOf(ref))) this.post(ref, true);
    }
  }

  private post(agent: AgentRef, on: boolean): void {
    const env = this.workers.envs.get(agent.env);
    if (env) this.workers.handleOf(env).post({ kind: "focus", agent, on });
  }
}

const keyOf = ({ env, agent }: AgentRef): string => `${env}/${agent}`;
