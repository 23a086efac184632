import { describe, expect, it } from "vitest";
import { FrameLog } from "../src/scene/frames.ts";

/** A log of frames that ended every so many ms, from `every` on. */
function log(count: number, every: number, script = 2): FrameLog {
  const made = new FrameLog();
  for (let i = 1; i <= count; i++) made.add(i * every - script, i * every);
  return made;
}

describe("the rate of frames", () => {
  it("is that of the last seconds", () => {
    const made = log(300, 20);
    expect(made.rates(6000).fps).toBeCloseTo(50, 0);
    expect(made.rates(6000).frames).toBe(300);
  });

  it("is right where frames are seconds apart", () => {
    expect(log(10, 2500).rates(25_000).fps).toBeCloseTo(0.4, 1);
  });

  it("ends with the frames, and is 0 before the first", () => {
    expect(log(300, 20).rates(30_000).fps).toBe(0);
    expect(new FrameLog().rates(100).fps).toBe(0);
  });

  it("of a span counts no frames before it", () => {
    const made = log(10, 100, 40);
    for (let i = 1; i <= 20; i++) made.add(1000 + i * 100 - 3, 1000 + i * 100);
    const rates = made.rates(3000, 1000);
    expect(rates.fps).toBeCloseTo(10);
    expect([rates.scriptMs, rates.longestMs]).toEqual([3, 3]);
    expect(made.rates(3000, 500).longestMs).toBe(40);
  });
});
