/** Event listeners of a pool. */

import type { PoolEvent, PoolEvents } from "../protocol/api";

type Listener = (detail: never) => void;

export class Events {
  private readonly listeners = new Map<PoolEvent, Set<Listener>>();

  on<E extends PoolEvent>(event: E, listener: (detail: PoolEvents[E]) => void): () => void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set);
    set.add(listener as Listener);
    return () => set.delete(listener as Listener);
  }

  emit<E extends PoolEvent>(event: E, detail: PoolEvents[E]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      (listener as (d: PoolEvents[E]) => void)(detail);
    }
  }

  clear(): void {
    this.listeners.clear();
  }
}
