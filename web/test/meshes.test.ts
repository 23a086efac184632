import { MeshoptSimplifier } from "meshoptimizer/simplifier";
import { expect, test } from "vitest";
import { makeShape } from "../src/scene/meshes.ts";
import { ball } from "../src/scene/shapes.ts";

test("a mesh far away has few triangles, the same extent, and normals that point outwards", async () => {
  await MeshoptSimplifier.ready;
  const { vertices, normals, indices } = ball(64, 24);
  const full = {
    vertices: vertices.filter((_, i) => i % 4 < 3),
    faces: new Uint32Array(indices),
    normals,
  };
  const shape = makeShape(full, 200);
  expect(full.faces.length / 3).toBeGreaterThan(5000);
  expect(shape.indices.length / 3).toBeLessThanOrEqual(200);
  expect(shape.indices.length / 3).toBeGreaterThan(40);
  for (let v = 0; v < shape.normals.length / 3; v++) {
    const p = shape.vertices.subarray(4 * v, 4 * v + 3);
    const n = shape.normals.subarray(3 * v, 3 * v + 3);
    expect(Math.hypot(...n)).toBeCloseTo(1, 4);
    expect(p.reduce((sum, x, k) => sum + x * (n[k] as number), 0)).toBeGreaterThan(0.3);
  }
  // near, it is what it was
  expect(makeShape(full, 1e6).indices.length).toBe(full.faces.length);
});
