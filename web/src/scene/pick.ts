/** Ray casting on bodies: primitives as slightly enlarged ellipsoids, so that thin legs can be hit. */

import { MAX_BODIES, type SceneWorld, STRIDE } from "./world.ts";

export type Vec3 = readonly [number, number, number];
type Quat = readonly [number, number, number, number];

const LARGER = 1.25;
const LEAST = 0.04;

export interface Hit {
  readonly body: number;
  /** Distance along the ray, in lengths of its direction. */
  readonly distance: number;
}

export function rotate(q: Quat, v: Vec3): Vec3 {
  const [w, x, y, z] = q;
  const tx = 2 * (y * v[2] - z * v[1]);
  const ty = 2 * (z * v[0] - x * v[2]);
  const tz = 2 * (x * v[1] - y * v[0]);
  return [v[0] + w * tx + y * tz - z * ty, v[1] + w * ty + z * tx - x * tz, v[2] + w * tz + x * ty - y * tx];
}

const back = (q: Quat, v: Vec3): Vec3 => rotate([q[0], -q[1], -q[2], -q[3]], v);

/** Return a body's position and rotation from a row of eight numbers. */
export function bodyPose(poses: Float32Array, row: number): { place: Vec3; turn: Quat } {
  const o = row * 8;
  const at = (i: number) => poses[o + i] as number;
  return { place: [at(0), at(1), at(2)], turn: [at(4), at(5), at(6), at(7)] };
}

/**
 * Return the nearest body that is not fixed.
 *
 * @param origin in the frame of the world, m
 * @param poses rows of the pose buffer
 * @param first row of the world's body 0
 */
export function pickBody(
  world: SceneWorld,
  poses: Float32Array,
  first: number,
  origin: Vec3,
  direction: Vec3,
): Hit | null {
  let best: Hit | null = null;
  const lists = [
    world.instances.round,
    world.instances.cylinder,
    world.instances.box,
    ...world.meshes.values(),
  ];
  const meshesFrom = 3;
  lists.forEach((list, kind) => {
    for (let g = 0; g < list.length; g += STRIDE) {
      const at = (i: number) => list[g + i] as number;
      const body = at(3) % MAX_BODIES;
      if (body === 0) continue;
      const { place, turn } = bodyPose(poses, first + body);
      const size: Vec3 = kind >= meshesFrom ? [0.1, 0.1, 0.1] : [at(8), at(9), at(10) + at(11)];
      const offset = rotate(turn, [at(0), at(1), at(2)]);
      const local: Quat = [at(4), at(5), at(6), at(7)];
      const from = back(
        local,
        back(turn, [
          origin[0] - place[0] - offset[0],
          origin[1] - place[1] - offset[1],
          origin[2] - place[2] - offset[2],
        ]),
      );
      const along = back(local, back(turn, direction));
      const distance = hitEllipsoid(from, along, size);
      if (distance !== null && (best === null || distance < best.distance)) best = { body, distance };
    }
  });
  return best;
}

function hitEllipsoid(from: Vec3, along: Vec3, size: Vec3): number | null {
  let a = 0;
  let b = 0;
  let c = -1;
  for (let i = 0; i < 3; i++) {
    const r = Math.max(LEAST, (size[i] as number) * LARGER);
    const p = (from[i] as number) / r;
    const d = (along[i] as number) / r;
    a += d * d;
    b += p * d;
    c += p * p;
  }
  const under = b * b - a * c;
  if (under < 0) return null;
  const t = (-b - Math.sqrt(under)) / a;
  return t > 0 ? t : null;
}
