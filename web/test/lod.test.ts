import { expect, test } from "vitest";
import { CameraRig } from "../src/scene/camera.ts";
import { layoutOf, tileCentre } from "../src/scene/layout.ts";
import { ballVisible, frustumPlanes, HIDDEN, LEVELS, levelFor, selectLevels } from "../src/scene/lod.ts";

function look(distance: number, x = 0, y = 0) {
  const rig = new CameraRig();
  rig.resize(1.5);
  rig.limits = { near: 0.1, far: 1e5, x: 1e4, y: 1e4 };
  rig.jump({ x, y, distance });
  rig.advance(0.016);
  const { camera } = rig;
  const matrix = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse).elements;
  return { matrix, height: 800, focal: camera.projectionMatrix.elements[5] as number };
}

const layout = layoutOf(400, [16, 16], 20);
const centres = new Float32Array(1200);
for (let i = 0; i < 400; i++) centres.set([...tileCentre(layout, i), 0], 3 * i);

test("near, few tiles are drawn and finely; far, all of them and coarsely", () => {
  const levels = new Uint8Array(400).fill(HIDDEN);
  expect(selectLevels(look(40), centres, 400, 12, 16, 1, levels)).toBe(true);
  const near = [...levels].filter((l) => l !== HIDDEN);
  expect(near.length).toBeLessThan(20);
  expect(Math.min(...near)).toBe(0);
  selectLevels(look(4000), centres, 400, 12, 16, 1, levels);
  expect([...levels].every((l) => l === LEVELS - 1)).toBe(true);
});

test("the same view again changes nothing", () => {
  const levels = new Uint8Array(400).fill(HIDDEN);
  selectLevels(look(300), centres, 400, 12, 16, 1, levels);
  expect(selectLevels(look(300), centres, 400, 12, 16, 1, levels)).toBe(false);
});

test("what is in the middle of the view is visible, what is behind the camera is not", () => {
  const planes = frustumPlanes(look(40, 100, 50).matrix);
  expect(ballVisible(planes, 100, 50, 0, 1)).toBe(true);
  expect(ballVisible(planes, 100, -200, 0, 1)).toBe(false);
  expect(ballVisible(planes, 100, -200, 0, 500)).toBe(true);
});

test("a tile at the edge of a level stays in it; a bias above 1 draws coarser", () => {
  expect(levelFor(225, 1, 1)).toBe(1);
  expect(levelFor(225, 0, 1)).toBe(0);
  expect(levelFor(240, 1, 2)).toBe(1);
  expect(levelFor(1, 0, 1)).toBe(LEVELS - 1);
});
