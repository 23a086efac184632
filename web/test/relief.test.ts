import { expect, test } from "vitest";
import { makeRelief, SAMPLES, withoutBoxes } from "../src/scene/relief.ts";

const ground = { nrow: 41, ncol: 41, cell: [0.1, 0.1], origin: [-2, -2] };
const box = { x: 0, y: 0, hx: 0.5, hy: 0.5, cos: 1, sin: 0 };

function map(height: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: 41 * 41 }, (_, k) =>
    height(-2 + 0.1 * (k % 41), -2 + 0.1 * Math.floor(k / 41)),
  );
}

test("what a box covers is filled in from around", () => {
  const heights = map((x, y) => (Math.abs(x) <= 0.5 && Math.abs(y) <= 0.5 ? 2 : 0.3));
  const bare = withoutBoxes(heights, ground, [box]);
  expect(Math.max(...bare)).toBeCloseTo(0.3, 5);
  expect(Math.max(...heights)).toBe(2); // the map itself stays
});

test("a box that is turned covers what lies under it, not what lies in its frame's box", () => {
  const turned = { ...box, hx: 1, hy: 0.1, cos: Math.SQRT1_2, sin: Math.SQRT1_2 };
  const heights = map((x, y) => x * x + 3 * y);
  const bare = withoutBoxes(heights, ground, [turned]);
  const at = (x: number, y: number) => Math.round((y + 2) / 0.1) * 41 + Math.round((x + 2) / 0.1);
  expect(bare[at(0.7, -0.7)]).toBe(heights[at(0.7, -0.7)]);
  expect(bare[at(0.5, 0.5)]).not.toBe(heights[at(0.5, 0.5)]);
});

test("a ground that is all boxes comes out flat at its lowest", () => {
  const bare = withoutBoxes(
    map((x) => x),
    ground,
    [{ ...box, hx: 9, hy: 9 }],
  );
  expect(new Set(bare).size).toBe(1);
  expect(bare[0]).toBeCloseTo(-2, 5);
});

test("samples span the map, shading leans against the slope", () => {
  const relief = makeRelief(
    map((x) => 0.5 * x),
    ground,
    [],
    [4, 4],
  );
  expect(relief.low).toBeCloseTo(-1, 5);
  expect(relief.high).toBeCloseTo(1, 5);
  const middle = (SAMPLES / 2) * SAMPLES + SAMPLES / 2;
  const nx = ((relief.shade[4 * middle] as number) / 255) * 2 - 1;
  const nz = (relief.shade[4 * middle + 3] as number) / 255;
  expect(nx / nz).toBeCloseTo(-0.5, 1);
});
