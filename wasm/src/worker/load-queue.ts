/** Queue of environments to load, a few at a time between steps. */

import type { EnvId } from "../protocol/agents";
import type { AddEnv } from "../protocol/messages";
import type { PolicyId } from "../protocol/policy";

export class LoadQueue {
  private readonly waiting = new Map<EnvId, AddEnv>();

  get size(): number {
    return this.waiting.size;
  }

  add(message: AddEnv): void {
    this.waiting.set(message.id, message);
  }

  get(id: EnvId): AddEnv | undefined {
    return this.waiting.get(id);
  }

  remove(id: EnvId): void {
    this.waiting.delete(id);
  }

  /** Remove and return the oldest message. */
  shift(): AddEnv | undefined {
    for (const [id, message] of this.waiting) {
      this.waiting.delete(id);
      return message;
    }
    return undefined;
  }

  /** Set the first episode of queued environments; null for all. */
  seek(ids: readonly EnvId[] | null, episode: number): void {
    for (const [id, message] of this.waiting) {
      if (!ids || ids.includes(id)) this.waiting.set(id, { ...message, episode });
    }
  }

  assign(id: EnvId, agent: number, policy: PolicyId): void {
    const message = this.waiting.get(id);
    if (!message) return;
    const policies = message.policies.map((old, i) => (i === agent ? policy : old));
    this.waiting.set(id, { ...message, policies });
  }
}
