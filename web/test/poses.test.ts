import { expect, test } from "vitest";
import { bodyPose, pickBody, rotate } from "../src/scene/pick.ts";
import { blend, PoseTexture } from "../src/scene/poses.ts";
import { makeSceneWorld } from "../src/scene/world.ts";

const row = (x: number) => [x, 0, 0, 0, 1, 0, 0, 0];

test("workers lie one after another, and are laid out anew only when one outgrows its room", () => {
  const poses = new PoseTexture();
  let layouts = 0;
  const sources = (n: number, epoch: number) => [
    { rows: new Float32Array(Array.from({ length: n }, (_, i) => row(i)).flat()), used: n, epoch },
    { rows: new Float32Array(row(7)), used: 1, epoch },
  ];
  expect(poses.update(sources(3, 1), 1, () => layouts++)).toBe(true);
  expect(layouts).toBe(1);
  expect(poses.data[(poses.bases[1] as number) * 8]).toBe(7);
  expect(poses.update(sources(3, 1), 1, () => layouts++)).toBe(false); // nothing new
  expect(poses.update(sources(400, 2), 1, () => layouts++)).toBe(true);
  expect(layouts).toBe(1);
  poses.update(sources(4000, 3), 1, () => layouts++);
  expect(layouts).toBe(2);
  expect(poses.data[3999 * 8]).toBe(3999);
  expect(poses.data[(poses.bases[1] as number) * 8]).toBe(7);
});

test("what is shown glides to the newest pose, but jumps with a reset", () => {
  const shown = new Float32Array(row(0));
  expect(blend(shown, 0, new Float32Array(row(0.1)), 8, 0.5)).toBe(true);
  expect(shown[0]).toBeCloseTo(0.05, 6);
  blend(shown, 0, new Float32Array(row(5)), 8, 0.5);
  expect(shown[0]).toBe(5);
  expect(blend(shown, 0, new Float32Array(row(5)), 8, 0.5)).toBe(false);
});

test("turns go the short way, whatever the sign of the quaternion", () => {
  const shown = new Float32Array(row(0));
  blend(shown, 0, new Float32Array([0, 0, 0, 0, -0.995, 0, 0, -0.0998]), 8, 0.5);
  expect(Math.abs(shown[4] as number)).toBeGreaterThan(0.99);
});

test("a ray picks the nearest body that can move", () => {
  // a fixed ball at x = 0, a moving one at x = 2, another at x = 4; type 2 is a sphere
  const geom = (body: number, x: number) => [body, 2, 2, -1, -1, 0.3, 0, 0, x, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1];
  const spec = {
    index: 0,
    nbody: 3,
    arena: [4, 4],
    meshes: [],
    agents: [],
    ground: { nrow: 2, ncol: 2, cell: [4, 4], origin: [-2, -2] },
  };
  const geoms = new Float32Array([geom(0, 0), geom(1, 0), geom(2, 0)].flat());
  const world = makeSceneWorld(spec, geoms, new Float32Array(4));
  const poses = new Float32Array([row(0), row(2), row(4)].flat());
  expect(pickBody(world, poses, 0, [-5, 0, 0], [1, 0, 0])?.body).toBe(1);
  expect(pickBody(world, poses, 0, [9, 0, 0], [-1, 0, 0])?.body).toBe(2);
  expect(pickBody(world, poses, 0, [-5, 3, 0], [1, 0, 0])).toBeNull();
  expect(bodyPose(poses, 2).place).toEqual([4, 0, 0]);
});

test("rotating by a quarter turn about z takes x to y", () => {
  const turned = rotate([Math.SQRT1_2, 0, 0, Math.SQRT1_2], [1, 0, 0]);
  for (const [i, expected] of [0, 1, 0].entries()) expect(turned[i]).toBeCloseTo(expected, 6);
});
