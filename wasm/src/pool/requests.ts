/** Requests to several workers at once, resolved when all of them have answered or are gone. */

interface Pending<T> {
  readonly waiting: Set<number>;
  readonly answers: T[];
  readonly resolve: (answers: readonly T[]) => void;
}

export class Requests {
  private next = 1;
  private readonly pending = new Map<number, Pending<unknown>>();

  /**
   * Open a request to workers; the caller posts its number to them.
   *
   * @returns the number, and the answers of the workers that answered.
   */
  open<T>(workers: Iterable<number>): { request: number; answers: Promise<readonly T[]> } {
    const request = this.next++;
    const waiting = new Set(workers);
    const answers = new Promise<readonly T[]>((resolve) => {
      if (!waiting.size) {
        resolve([]);
        return;
      }
      this.pending.set(request, {
        waiting,
        answers: [],
        resolve: resolve as (answers: readonly unknown[]) => void,
      });
    });
    return { request, answers };
  }

  /** Record the answer of a worker. */
  answer(request: number, worker: number, answer: unknown): void {
    const pending = this.pending.get(request);
    if (!pending?.waiting.delete(worker)) return;
    pending.answers.push(answer);
    this.resolveIfComplete(request, pending);
  }

  /** Stop waiting for a worker that has died. */
  workerLost(worker: number): void {
    for (const [request, pending] of [...this.pending]) {
      if (pending.waiting.delete(worker)) this.resolveIfComplete(request, pending);
    }
  }

  /** Resolve all requests with the answers that are there. */
  close(): void {
    for (const [request, pending] of [...this.pending]) {
      pending.waiting.clear();
      this.resolveIfComplete(request, pending);
    }
  }

  private resolveIfComplete(request: number, pending: Pending<unknown>): void {
    if (pending.waiting.size) return;
    this.pending.delete(request);
    pending.resolve(pending.answers);
  }
}
