import { expect, test } from "vitest";
import { CameraRig, ELEVATION } from "../src/scene/camera.ts";
import { fit, layoutOf, makeLayout, tileAt, tileCentre, wallSize } from "../src/scene/layout.ts";

function rig(aspect: number): CameraRig {
  const made = new CameraRig();
  made.resize(aspect);
  made.limits = { near: 0.1, far: 1e5, x: 1e4, y: 1e4 };
  return made;
}

test("every tile is found at its own centre, and nothing beside the wall", () => {
  const layout = layoutOf(23, [16, 10], 5);
  for (let slot = 0; slot < 23; slot++) {
    const [x, y] = tileCentre(layout, slot);
    expect(tileAt(layout, x, y)).toBe(slot);
  }
  expect(tileAt(layout, ...tileCentre(layout, 23))).toBe(-1);
  const [width] = wallSize(layout);
  expect(tileAt(layout, width, 0)).toBe(-1);
});

test("rows are read from the far end, columns from the left", () => {
  const layout = layoutOf(4, [2, 2], 2);
  expect(tileCentre(layout, 0)[0]).toBeLessThan(tileCentre(layout, 1)[0]);
  expect(tileCentre(layout, 0)[1]).toBeGreaterThan(tileCentre(layout, 2)[1]);
});

test.each([
  [0.6, 500],
  [1.6, 500],
  [2.4, 37],
])("at aspect %f the wall of %i fills the view and stays in it", (aspect, count) => {
  const r = rig(aspect);
  const layout = makeLayout(count, [16, 16], (w, d) => r.frame(w, d, ELEVATION).distance);
  const [width, depth] = wallSize(layout);
  r.jump(r.frame(width, depth, ELEVATION));
  r.advance(0.016);
  let widest = 0;
  let tallest = 0;
  for (const x of [-width / 2, width / 2]) {
    for (const y of [-depth / 2, depth / 2]) {
      const p = r.camera.position.clone().set(x, y, 0).project(r.camera);
      widest = Math.max(widest, Math.abs(p.x));
      tallest = Math.max(tallest, Math.abs(p.y));
    }
  }
  expect(Math.max(widest, tallest)).toBeLessThanOrEqual(1);
  expect(Math.max(widest, tallest)).toBeGreaterThan(0.8);
});

test("a wide view gets more columns than a tall one", () => {
  const columns = (aspect: number) => {
    const r = rig(aspect);
    return makeLayout(100, [16, 16], (w, d) => r.frame(w, d, ELEVATION).distance).columns;
  };
  expect(columns(2)).toBeGreaterThan(columns(0.7));
});

test("larger worlds shrink into their tile, smaller ones keep their size", () => {
  const layout = layoutOf(1, [16, 16], 1);
  expect(fit(layout, [32, 16])).toBe(0.5);
  expect(fit(layout, [8, 8])).toBe(1);
});
