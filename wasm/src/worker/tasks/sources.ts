/** Operations that copy numbers of the state from MuJoCo's memory into the scratch array. */

import type { Op } from "./ops";

type Where = "qpos" | "qvel" | "ctrl" | "sensordata";

/** Copy n consecutive numbers of a MuJoCo array. */
export function span(to: number, where: Where, first: number, n: number): Op {
  switch (where) {
    case "sensordata":
      return (s, heap, at) => {
        const from = at.sensordata + first;
        for (let i = 0; i < n; i++) s[to + i] = heap[from + i] as number;
      };
    case "qpos":
      return (s, heap, at) => {
        const from = at.qpos + first;
        for (let i = 0; i < n; i++) s[to + i] = heap[from + i] as number;
      };
    case "qvel":
      return (s, heap, at) => {
        const from = at.qvel + first;
        for (let i = 0; i < n; i++) s[to + i] = heap[from + i] as number;
      };
    case "ctrl":
      return (s, heap, at) => {
        const from = at.ctrl + first;
        for (let i = 0; i < n; i++) s[to + i] = heap[from + i] as number;
      };
  }
}

/** Copy numbers at any indices of a MuJoCo array, one span per run of indices. */
export function gather(to: number, where: Where, indices: readonly number[]): Op[] {
  const ops: Op[] = [];
  for (let i = 0; i < indices.length; ) {
    let n = 1;
    while (i + n < indices.length && indices[i + n] === (indices[i] as number) + n) n++;
    ops.push(span(to + i, where, indices[i] as number, n));
    i += n;
  }
  return ops;
}

/** Scale controls at `from` to [-1, 1] by their ctrlrange; `low` and `width` are places. */
export const action =
  (to: number, n: number, from: number, low: number, width: number): Op =>
  (s) => {
    for (let i = 0; i < n; i++) {
      s[to + i] = (2 * ((s[from + i] as number) - (s[low + i] as number))) / (s[width + i] as number) - 1;
    }
  };

/** Place of an object's centre of mass: `pos` is where its 7 numbers of qpos are, `centre` that in its own frame. */
export const objectPlace =
  (to: number, pos: number, centre: number): Op =>
  (s) => {
    rotate(s, to, pos + 3, s[centre] as number, s[centre + 1] as number, s[centre + 2] as number);
    for (let i = 0; i < 3; i++) s[to + i] = (s[pos + i] as number) + (s[to + i] as number);
  };

/** Velocity of that centre: MuJoCo has that of the origin, and turns in the frame of the body. */
export const objectVelocity =
  (to: number, pos: number, vel: number, centre: number): Op =>
  (s) => {
    const ax = s[vel + 3] as number;
    const ay = s[vel + 4] as number;
    const az = s[vel + 5] as number;
    const x = s[centre] as number;
    const y = s[centre + 1] as number;
    const z = s[centre + 2] as number;
    rotate(s, to, pos + 3, ay * z - az * y, az * x - ax * z, ax * y - ay * x);
    for (let i = 0; i < 3; i++) s[to + i] = (s[vel + i] as number) + (s[to + i] as number);
  };

/** mju_rotVecQuat: a vector turned by the orientation (w, x, y, z) at `quat`. */
function rotate(s: Float64Array, to: number, quat: number, vx: number, vy: number, vz: number): void {
  const w = s[quat] as number;
  const x = s[quat + 1] as number;
  const y = s[quat + 2] as number;
  const z = s[quat + 3] as number;
  const tx = w * vx + y * vz - z * vy;
  const ty = w * vy + z * vx - x * vz;
  const tz = w * vz + x * vy - y * vx;
  s[to] = vx + 2 * (y * tz - z * ty);
  s[to + 1] = vy + 2 * (z * tx - x * tz);
  s[to + 2] = vz + 2 * (x * ty - y * tx);
}
