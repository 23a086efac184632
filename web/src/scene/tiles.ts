/** Data of each tile for the shaders, four texels per tile; see the columns below. */

import * as THREE from "three";
import { TILE_TEXELS, TILE_WIDTH } from "./shaders/common.ts";

/** Offsets of a tile's floats. */
const X = 0; // centre on the wall, m
const Y = 1;
const SCALE = 2; // world to wall
const ROW = 3; // first row of its poses
const LIFT = 4; // added to z, so that its lowest ground lies on the plate, m
const SLOT = 5; // in the height atlas
const HALF_X = 6; // half extent of its arena, m
const HALF_Y = 7;
const COLOUR = 8; // of its state, linear
const TINT = 11; // share of that colour in the ground
const LOW = 12; // lowest and highest ground, m
const HIGH = 13;
const CONTOUR = 14; // between contour lines, m
const MARK = 15; // 0 waits, 1 has its world, 2 under the pointer, 3 selected
const FLOATS = TILE_TEXELS * 4;

export type Mark = 0 | 1 | 2 | 3;

export class TileTexture {
  texture: THREE.DataTexture;
  /** True if anything was written since the last read. */
  changed = true;
  private values: Float32Array;

  constructor(count: number) {
    const rows = Math.max(1, Math.ceil((count * TILE_TEXELS) / TILE_WIDTH));
    this.values = new Float32Array(rows * TILE_WIDTH * 4);
    this.texture = new THREE.DataTexture(this.values, TILE_WIDTH, rows, THREE.RGBAFormat, THREE.FloatType);
    this.texture.minFilter = this.texture.magFilter = THREE.NearestFilter;
    for (let i = 0; i < count; i++) this.values[i * FLOATS + SCALE] = 1;
    this.texture.needsUpdate = true;
  }

  place(tile: number, x: number, y: number): void {
    this.put(tile, X, x);
    this.put(tile, Y, y);
  }

  world(
    tile: number,
    world: { scale: number; slot: number; arena: readonly number[]; low: number; high: number; lift: number },
  ): void {
    this.put(tile, SCALE, world.scale);
    this.put(tile, LIFT, world.lift);
    this.put(tile, SLOT, world.slot);
    this.put(tile, HALF_X, (world.arena[0] as number) / 2);
    this.put(tile, HALF_Y, (world.arena[1] as number) / 2);
    this.put(tile, LOW, world.low);
    this.put(tile, HIGH, world.high);
    this.put(tile, CONTOUR, contourStep(world.high - world.low));
  }

  row(tile: number, row: number): void {
    this.put(tile, ROW, row);
  }

  mark(tile: number, mark: Mark): void {
    this.put(tile, MARK, mark);
  }

  marked(tile: number): Mark {
    return this.values[tile * FLOATS + MARK] as Mark;
  }

  colour(tile: number, r: number, g: number, b: number, tint: number): void {
    this.put(tile, COLOUR, r);
    this.put(tile, COLOUR + 1, g);
    this.put(tile, COLOUR + 2, b);
    this.put(tile, TINT, tint);
  }

  /** (x, y, scale, lift) */
  frame(tile: number): { x: number; y: number; scale: number; lift: number; row: number } {
    const at = (i: number) => this.values[tile * FLOATS + i] as number;
    return { x: at(X), y: at(Y), scale: at(SCALE), lift: at(LIFT), row: at(ROW) };
  }

  private put(tile: number, column: number, value: number): void {
    const at = tile * FLOATS + column;
    if (this.values[at] === Math.fround(value)) return;
    this.values[at] = value;
    this.texture.needsUpdate = true;
    this.changed = true;
  }

  dispose(): void {
    this.texture.dispose();
  }
}

/** Return a round distance (m) for about eight contour lines; at least 5 cm. */
export function contourStep(range: number): number {
  for (const step of [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]) if (range / step <= 10) return step;
  return 10;
}
