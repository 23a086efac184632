/** Poses of all bodies of all worlds as one texture: two texels per body, one worker after another. */

import * as THREE from "three";
import { POSE_WIDTH } from "./shaders/common.ts";

const BODIES_A_ROW = POSE_WIDTH / 2;
const FLOATS = 8;

export interface PoseSource {
  readonly rows: Float32Array;
  readonly used: number;
  readonly epoch: number;
}

export class PoseTexture {
  texture = makeTexture(1);
  /** First body of each worker. */
  readonly bases: number[] = [];
  private room: number[] = [];
  private epochs: number[] = [];

  /** Array that is uploaded: the poses now on screen. */
  get data(): Float32Array {
    return this.texture.image.data as unknown as Float32Array;
  }

  /**
   * Take the newest poses of all workers. Returns whether anything is new. If a worker has outgrown its region,
   * regions are allocated anew: `bases` change and `onLayout` is called.
   */
  update(sources: readonly PoseSource[], ease: number, onLayout: () => void): boolean {
    const grown = sources.length !== this.room.length || sources.some((s, i) => s.used > (this.room[i] ?? 0));
    if (grown) {
      this.layout(sources);
      onLayout();
    }
    let changed = grown;
    const data = this.data;
    sources.forEach((source, i) => {
      if (source.epoch === this.epochs[i] && !grown && ease >= 1) return;
      this.epochs[i] = source.epoch;
      const start = (this.bases[i] as number) * FLOATS;
      const length = source.used * FLOATS;
      if (ease >= 1) data.set(source.rows.subarray(0, length), start);
      else if (!blend(data, start, source.rows, length, ease)) return;
      changed = true;
    });
    if (changed) this.texture.needsUpdate = true;
    return changed;
  }

  /** Regions grow by a third, so that adding worlds one by one does not reallocate each time. */
  private layout(sources: readonly PoseSource[]): void {
    this.room = sources.map((s, i) => {
      const had = this.room[i] ?? 0;
      return s.used <= had && 4 * s.used > had ? had : Math.ceil(Math.max(s.used * 1.3, 512));
    });
    this.bases.length = 0;
    this.epochs = sources.map(() => -1);
    let total = 0;
    for (const room of this.room) {
      this.bases.push(total);
      total += room;
    }
    // the whole texture is uploaded with each frame: keep it small
    const rows = Math.ceil(total / BODIES_A_ROW);
    if (rows > this.texture.image.height || 2 * rows < this.texture.image.height) {
      this.texture.dispose();
      this.texture = makeTexture(rows);
    }
  }

  dispose(): void {
    this.texture.dispose();
  }
}

/**
 * Move the shown poses towards the newest ones, so that robots move smoothly between control steps; a jump
 * (a reset) is not smoothed. Returns whether anything moved.
 */
export function blend(
  shown: Float32Array,
  start: number,
  target: Float32Array,
  length: number,
  ease: number,
): boolean {
  let moved = false;
  for (let i = 0; i < length; i += FLOATS) {
    const o = start + i;
    const dx = (target[i] as number) - (shown[o] as number);
    const dy = (target[i + 1] as number) - (shown[o + 1] as number);
    const dz = (target[i + 2] as number) - (shown[o + 2] as number);
    const a = target[i + 4] as number;
    const b = target[i + 5] as number;
    const c = target[i + 6] as number;
    const d = target[i + 7] as number;
    const sw = shown[o + 4] as number;
    const sx = shown[o + 5] as number;
    const sy = shown[o + 6] as number;
    const sz = shown[o + 7] as number;
    const dot = a * sw + b * sx + c * sy + d * sz;
    const far = dx * dx + dy * dy + dz * dz;
    if (far < 1e-10 && dot > 0.9999999) continue;
    moved = true;
    const k = far > 0.6 ? 1 : ease;
    const sign = dot < 0 ? -1 : 1;
    shown[o] = (shown[o] as number) + k * dx;
    shown[o + 1] = (shown[o + 1] as number) + k * dy;
    shown[o + 2] = (shown[o + 2] as number) + k * dz;
    shown[o + 4] = sw + k * (sign * a - sw);
    shown[o + 5] = sx + k * (sign * b - sx);
    shown[o + 6] = sy + k * (sign * c - sy);
    shown[o + 7] = sz + k * (sign * d - sz);
  }
  return moved;
}

function makeTexture(rows: number): THREE.DataTexture {
  const texture = new THREE.DataTexture(
    new Float32Array(POSE_WIDTH * rows * 4),
    POSE_WIDTH,
    rows,
    THREE.RGBAFormat,
    THREE.FloatType,
  );
  texture.minFilter = texture.magFilter = THREE.NearestFilter;
  texture.needsUpdate = true;
  return texture;
}
