/** Allocation of rows in a worker's buffers. */

/** First-fit allocator of consecutive rows; adjacent free runs are merged. */
export class RowAllocator {
  private free: { at: number; n: number }[];
  private top = 0;

  constructor(private room: number) {
    this.free = room ? [{ at: 0, n: room }] : [];
  }

  get capacity(): number {
    return this.room;
  }

  /** Rows from 0 to the last one taken. */
  get used(): number {
    return this.top;
  }

  /** Take n consecutive rows; return the first, or -1 if there is no room. */
  take(n: number): number {
    const i = this.free.findIndex((run) => run.n >= n);
    const run = this.free[i];
    if (!run) return -1;
    if (run.n === n) this.free.splice(i, 1);
    else this.free[i] = { at: run.at + n, n: run.n - n };
    this.top = Math.max(this.top, run.at + n);
    return run.at;
  }

  /** Free rows that `take` returned. */
  give(at: number, n: number): void {
    let i = this.free.findIndex((run) => run.at > at);
    if (i < 0) i = this.free.length;
    this.free.splice(i, 0, { at, n });
    this.join(i);
    this.join(i - 1);
    const last = this.free.at(-1);
    this.top = last && last.at + last.n === this.room ? last.at : this.room;
  }

  /** Extend the capacity to `room` rows. */
  extend(room: number): void {
    if (room <= this.room) return;
    const at = this.room;
    const top = this.top;
    this.room = room;
    this.free.push({ at, n: room - at });
    this.join(this.free.length - 2);
    this.top = top;
  }

  private join(i: number): void {
    const [run, next] = [this.free[i], this.free[i + 1]];
    if (run && next && run.at + run.n === next.at) this.free.splice(i, 2, { at: run.at, n: run.n + next.n });
  }
}
