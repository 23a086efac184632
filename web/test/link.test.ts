import { expect, test } from "vitest";
import { EMPTY, fromHash, toHash, unreadable } from "../src/lib/link.ts";
import { toRanges } from "../src/lib/ranges.ts";

test("a link says what runs and comes back as it was", () => {
  const recipe = {
    ...EMPTY,
    prompt: "stairs & gravel # for a robot dog, 12°",
    count: 200,
    seed: "9007199254740993",
    difficulty: [0.2, 0.75] as const,
  };
  expect(fromHash(toHash(recipe))).toEqual(recipe);
  const edited = { ...EMPTY, cfg: { physics: { gravity: [1, 2] } } };
  expect(fromHash(toHash(edited))).toEqual(edited);
});

test.each([
  ["", null],
  ["#", null],
  ["#count=5", null],
  ["#cfg={broken", null],
])("%j names nothing to run", (hash, is) => {
  expect(fromHash(hash)).toBe(is);
});

test("what can't be read is left out", () => {
  const read = fromHash("#prompt=ants&count=-3&seed=x&difficulty=0.9-0.1");
  expect(read).toEqual({ ...EMPTY, prompt: "ants" });
});

test("indices become ranges", () => {
  expect(toRanges([5, 1, 2, 3, 9, 8])).toEqual([
    [1, 3],
    [5, 5],
    [8, 9],
  ]);
  expect(toRanges([])).toEqual([]);
});

test("what can't be read of a link is named, with what is allowed", () => {
  expect(unreadable("#prompt=ants&count=-3&seed=x&difficulty=0.9-0.1")).toEqual([
    "count=-3 (a whole number from 1 on)",
    "seed=x (a whole number from 0 on)",
    "difficulty=0.9-0.1 (least and greatest, as 0.2-0.8)",
  ]);
  expect(unreadable("#cfg={oh")).toEqual(["cfg={oh (an EnvCfg as JSON)"]);
  expect(unreadable("#prompt=ants&count=3&seed=7&difficulty=0.1-0.9")).toEqual([]);
  expect(unreadable("")).toEqual([]);
});
