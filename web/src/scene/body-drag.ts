/** Dragging of a body of the focused world by the pointer. */

import * as THREE from "three";
import { bodyPose, pickBody, rotate, type Vec3 } from "./pick.ts";
import type { Wall } from "./wall.ts";

export interface BodyDragEvents {
  /** Pull on a body: vector (m, world frame) from the point held to the pointer. */
  push(tile: number, body: number, pull: Vec3): void;
  /** End points of the arrow on the page; null when released. */
  arrow(line: { x0: number; y0: number; x1: number; y1: number } | null): void;
}

interface Held {
  readonly tile: number;
  readonly body: number;
  /** Point held, in the frame of the body. */
  readonly point: Vec3;
  /** Distance of the plane in which the pointer pulls. */
  readonly depth: number;
}

const along = (from: Vec3, direction: Vec3, by: number): Vec3 => [
  from[0] + direction[0] * by,
  from[1] + direction[1] * by,
  from[2] + direction[2] * by,
];
const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export class BodyDrag {
  held: Held | null = null;

  constructor(
    private readonly wall: Wall,
    private readonly canvas: HTMLCanvasElement,
    private readonly events: BodyDragEvents,
  ) {}

  /** Grab the body under the pointer. Returns whether there is one. */
  grab(tile: number, pointer: THREE.Vector2): boolean {
    const world = this.wall.world(tile);
    if (!world) return false;
    const first = this.wall.frameOf(tile).row;
    const { origin, direction } = this.ray(pointer, tile);
    const hit = pickBody(world, this.wall.poses.data, first, origin, direction);
    if (!hit) return false;
    const { place, turn } = bodyPose(this.wall.poses.data, first + hit.body);
    const point = rotate(
      [turn[0], -turn[1], -turn[2], -turn[3]],
      minus(along(origin, direction, hit.distance), place),
    );
    this.held = { tile, body: hit.body, point, depth: hit.distance };
    return true;
  }

  pull(pointer: THREE.Vector2): void {
    const { held } = this;
    if (!held) return;
    const { origin, direction } = this.ray(pointer, held.tile);
    const frame = this.wall.frameOf(held.tile);
    const { place, turn } = bodyPose(this.wall.poses.data, frame.row + held.body);
    const at = along(place, rotate(turn, held.point), 1);
    this.events.push(held.tile, held.body, minus(along(origin, direction, held.depth), at));
    const seen = new THREE.Vector3(
      frame.x + at[0] * frame.scale,
      frame.y + at[1] * frame.scale,
      (at[2] + frame.lift) * frame.scale,
    ).project(this.wall.rig.camera);
    const { clientWidth: w, clientHeight: h } = this.canvas;
    this.events.arrow({
      x0: ((seen.x + 1) / 2) * w,
      y0: ((1 - seen.y) / 2) * h,
      x1: ((pointer.x + 1) / 2) * w,
      y1: ((1 - pointer.y) / 2) * h,
    });
  }

  release(): void {
    if (!this.held) return;
    this.held = null;
    this.events.arrow(null);
  }

  /** Return a ray in the frame of a tile's world. */
  private ray(pointer: THREE.Vector2, tile: number): { origin: Vec3; direction: Vec3 } {
    const caster = new THREE.Raycaster();
    caster.setFromCamera(pointer, this.wall.rig.camera);
    const { origin: o, direction: d } = caster.ray;
    const f = this.wall.frameOf(tile);
    return {
      origin: [(o.x - f.x) / f.scale, (o.y - f.y) / f.scale, o.z / f.scale - f.lift],
      direction: [d.x, d.y, d.z],
    };
  }
}
