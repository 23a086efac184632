import { expect, test } from "vitest";
import { category, scale, spanOf } from "../src/lib/colours.ts";
import { count, duration, percent, short, value } from "../src/lib/format.ts";
import { Rates } from "../src/lib/rates.ts";
import { heights, Scores } from "../src/lib/scores.ts";
import { QualityControl } from "../src/scene/quality.ts";
import { contourStep } from "../src/scene/tiles.ts";

test("numbers as people read them", () => {
  expect([count(52310), short(0.02), short(4.905), short(123.4), short(0)]).toEqual([
    "52,310",
    "0.02",
    "4.91",
    "123",
    "0",
  ]);
  expect(percent(0.256)).toContain("26");
  expect(duration(125)).toContain("2");
  expect(value([0.02, 0.06])).toBe("0.02 to 0.06");
  expect(value({ choice: [1, 2] })).toBe("1 or 2");
  expect(value(null)).toBe("–");
  expect(value([])).toBe("none");
});

test("episodes are counted for the policy that played them and by difficulty", () => {
  const scores = new Scores();
  scores.add({ policy: 1, difficulty: 0.34, reward: 4, steps: 10, success: true });
  scores.add({ policy: 1, difficulty: 1, reward: 2, steps: 10, success: false });
  expect(scores.row(1)).toMatchObject({ episodes: 2, successes: 1, reward: 6 });
  expect(scores.bins[3]).toEqual({ episodes: 1, successes: 1, reward: 4 });
  expect(scores.bins[9]).toEqual({ episodes: 1, successes: 0, reward: 2 });
});

test("bars are successes, or rewards where a task has no success", () => {
  const bin = (episodes: number, successes: number, reward: number) => ({ episodes, successes, reward });
  const bins = [bin(4, 1, 40), bin(0, 0, 0), bin(2, 2, 10)];
  expect(heights(bins, "success")).toEqual([0.25, null, 1]);
  expect(heights(bins, "reward")).toEqual([1, null, 0.5]);
  expect(heights([bin(1, 0, -3), bin(1, 0, 1)], "reward")).toEqual([0, 1]);
  expect(heights([bin(1, 0, 0)], "reward")).toEqual([0]);
});

test("rates are what came in since the last look; after a new start there is none", () => {
  const rates = new Rates();
  const sums = (n: number) => ({
    physicsSteps: n,
    controlSteps: n / 5,
    simulated: n / 100,
    environments: 10,
  });
  rates.look(sums(0), 1000);
  expect(rates.look(sums(5000), 2000)).toMatchObject({ physicsSteps: 5000, controlSteps: 1000, realtime: 5 });
  expect(rates.look(sums(100), 3000).physicsSteps).toBe(0);
});

test("scales do not stretch for outliers and stay within their ends", () => {
  const [low, high] = spanOf([...Array.from({ length: 99 }, (_, i) => i / 99), 1e6]);
  expect(high).toBeLessThan(1);
  expect(low).toBeGreaterThanOrEqual(0);
  expect(scale(9)).toEqual(scale(1));
  expect(scale(Number.NaN)).toEqual(scale(0));
  expect(category(-1)).not.toEqual(category(0));
  expect(spanOf([])).toEqual([0, 1]);
});

test("drawing gets coarser when frames are slow, finer again when they are fast, and does not swing", () => {
  const control = new QualityControl(true, 1);
  const before = control.quality.ratio;
  for (let i = 0; i < 30; i++) control.frame(400);
  expect(control.quality.ratio).toBeLessThan(before);
  const low = control.quality.ratio;
  for (let i = 0; i < 200; i++) control.frame(30);
  expect(control.quality.ratio).toBeGreaterThan(low);
});

test("contour lines are few and at round heights", () => {
  expect(contourStep(0.2)).toBe(0.05);
  expect(contourStep(4)).toBe(0.5);
  expect(contourStep(1000)).toBe(10);
});
