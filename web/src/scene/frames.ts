/** Frame rate and frame times of recent frames. */

/** Number of frames kept. */
const KEPT = 600;
/** Length (ms) of the recent span; longer if frames are rarer than that. */
const LATELY = 2000;
/** Frames needed for a rate, if they are no older than `OLD` ms. */
const FEW = 3;
const OLD = 12_000;

export interface FrameRates {
  /** Frames drawn since the start, and frames per second in the span. */
  readonly frames: number;
  readonly fps: number;
  /** Script time of a frame in ms: median and maximum in the span. */
  readonly scriptMs: number;
  readonly longestMs: number;
}

export class FrameLog {
  private frames = 0;
  private log: { readonly end: number; readonly script: number }[] = [];

  add(begin: number, end: number): void {
    this.frames++;
    this.log.push({ end, script: end - begin });
    if (this.log.length > KEPT) this.log.splice(0, KEPT / 2);
  }

  /** Return the rates since a time (`performance.now()`), or of the recent span. */
  rates(now: number, since?: number): FrameRates {
    const begun = since ?? this.lately(now);
    const recent = this.log.filter(({ end }) => end > begun);
    const script = recent.map((frame) => frame.script).sort((a, b) => a - b);
    return {
      frames: this.frames,
      fps: now > begun ? (1000 * recent.length) / (now - begun) : 0,
      scriptMs: script[script.length >> 1] ?? 0,
      longestMs: script.at(-1) ?? 0,
    };
  }

  /** Return the start of the span: the time of a frame, so that the rate of few frames is right. */
  private lately(now: number): number {
    const first = this.log.findIndex(({ end }) => now - end < LATELY);
    const at = Math.max(0, Math.min(first < 0 ? this.log.length : first, this.log.length - FEW) - 1);
    const end = this.log[at]?.end ?? now;
    return now - end < OLD ? end : now - LATELY;
  }
}
