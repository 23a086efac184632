/** Questions to several workers at once: each is answered when all of them have, or are gone. */

interface Open<T> {
  readonly waiting: Set<number>;
  readonly answers: T[];
  readonly resolve: (answers: readonly T[]) => void;
}

export class Tickets {
  private next = 1;
  private readonly open = new Map<number, Open<unknown>>();

  /** A question to some workers; `answers` holds what those said that answered. */
  ask<T>(workers: Iterable<number>): { ticket: number; answers: Promise<readonly T[]> } {
    const ticket = this.next++;
    const waiting = new Set(workers);
    const answers = new Promise<readonly T[]>((resolve) => {
      if (!waiting.size) resolve([]);
      else
        this.open.set(ticket, { waiting, answers: [], resolve: resolve as (a: readonly unknown[]) => void });
    });
    return { ticket, answers };
  }

  answer(ticket: number, worker: number, answer: unknown): void {
    const open = this.open.get(ticket);
    if (!open?.waiting.delete(worker)) return;
    open.answers.push(answer);
    this.settle(ticket, open);
  }

  /** A worker is gone: nothing waits for it. */
  lost(worker: number): void {
    for (const [ticket, open] of [...this.open]) if (open.waiting.delete(worker)) this.settle(ticket, open);
  }

  /** Nobody is asked any more. */
  close(): void {
    for (const [ticket, open] of [...this.open]) {
      open.waiting.clear();
      this.settle(ticket, open);
    }
  }

  private settle(ticket: number, open: Open<unknown>): void {
    if (open.waiting.size) return;
    this.open.delete(ticket);
    open.resolve(open.answers);
  }
}
