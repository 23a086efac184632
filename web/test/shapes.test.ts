import { expect, test } from "vitest";
import { ball, coarseBall, coarseCube, cube, cylinder, grid, type Shape } from "../src/scene/shapes.ts";

/** Volume of a closed mesh whose triangles turn counter-clockwise seen from outside. */
function volume({ vertices, indices }: Shape): number {
  const at = (i: number, k: number) => vertices[4 * (indices[i] as number) + k] as number;
  let sum = 0;
  for (let t = 0; t < indices.length; t += 3) {
    for (let k = 0; k < 3; k++) {
      const [u, v] = [(k + 1) % 3, (k + 2) % 3];
      sum += at(t, k) * (at(t + 1, u) * at(t + 2, v) - at(t + 1, v) * at(t + 2, u));
    }
  }
  return sum / 6;
}

test.each([
  ["ball", ball(32, 8), (4 / 3) * Math.PI, 0.05],
  ["cylinder", cylinder(32), 2 * Math.PI, 0.05],
  ["cube", cube(), 8, 1e-6],
  ["lump", coarseCube(), 8, 1e-6],
])("a %s is closed and turned outwards", (_, shape, expected, share) => {
  expect(Math.abs(volume(shape) / expected - 1)).toBeLessThan(share);
});

test("a bead is near enough to a ball, of ten vertices", () => {
  expect(coarseBall().vertices.length / 4).toBe(10);
  expect(volume(coarseBall())).toBeGreaterThan(0.8);
});

test("normals have length 1 and point outwards", () => {
  for (const { vertices, normals } of [ball(12, 3), cylinder(12), cube(), coarseBall(), coarseCube()]) {
    for (let i = 0; i < normals.length / 3; i++) {
      const n = normals.subarray(3 * i, 3 * i + 3);
      const v = vertices.subarray(4 * i, 4 * i + 3);
      expect(Math.hypot(...n)).toBeCloseTo(1, 5);
      expect(n.reduce((s, x, k) => s + x * (v[k] as number), 0)).toBeGreaterThan(0);
    }
  }
});

test("a grid covers the unit square once and has a skirt around it", () => {
  const { vertices, indices } = grid(4, 3);
  let area = 0;
  const at = (i: number, k: number) => vertices[3 * (indices[i] as number) + k] as number;
  for (let t = 0; t < indices.length; t += 3) {
    if ([0, 1, 2].some((k) => at(t + k, 2) > 0)) continue;
    const along = (k: number, c: number) => at(t + k, c) - at(t, c);
    area += 0.5 * (along(1, 0) * along(2, 1) - along(2, 0) * along(1, 1));
  }
  expect(area).toBeCloseTo(1, 6);
  const rim = Array.from({ length: vertices.length / 3 }, (_, i) => vertices[3 * i + 2]).filter(
    (s) => s === 2,
  );
  expect(rim.length).toBe(2 * (4 + 3));
});
