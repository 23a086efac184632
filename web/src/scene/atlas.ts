/** Terrain of all tiles in two array textures: heights (with and without boxes, half floats) and shading. */

import * as THREE from "three";
import { type Relief, SAMPLES } from "./relief.ts";
import { ATLAS_SIDE } from "./shaders/common.ts";

const SIDE = ATLAS_SIDE * SAMPLES;
const CELLS = ATLAS_SIDE * ATLAS_SIDE;

export class HeightAtlas {
  readonly heights: THREE.DataArrayTexture;
  readonly shade: THREE.DataArrayTexture;
  private readonly half: Uint16Array;
  private readonly bytes: Uint8Array;

  constructor(tiles: number) {
    const layers = Math.max(1, Math.ceil(tiles / CELLS));
    this.half = new Uint16Array(SIDE * SIDE * 2 * layers);
    this.bytes = new Uint8Array(SIDE * SIDE * 4 * layers);
    this.heights = new THREE.DataArrayTexture(this.half, SIDE, SIDE, layers);
    this.heights.format = THREE.RGFormat;
    this.heights.type = THREE.HalfFloatType;
    this.shade = new THREE.DataArrayTexture(this.bytes, SIDE, SIDE, layers);
    for (const texture of [this.heights, this.shade]) {
      texture.minFilter = texture.magFilter = THREE.LinearFilter;
      texture.unpackAlignment = 4;
      texture.needsUpdate = true;
    }
  }

  /** Return the number of tiles that a context can hold. */
  static limit(renderer: THREE.WebGLRenderer): number {
    const gl = renderer.getContext() as WebGL2RenderingContext;
    return (gl.getParameter(gl.MAX_ARRAY_TEXTURE_LAYERS) as number) * CELLS;
  }

  put(slot: number, relief: Relief): void {
    const layer = Math.floor(slot / CELLS);
    const cell = slot % CELLS;
    const x = (cell % ATLAS_SIDE) * SAMPLES;
    const y = Math.floor(cell / ATLAS_SIDE) * SAMPLES;
    for (let j = 0; j < SAMPLES; j++) {
      const to = (layer * SIDE + y + j) * SIDE + x;
      const from = j * SAMPLES;
      for (let i = 0; i < SAMPLES * 2; i++) {
        this.half[to * 2 + i] = THREE.DataUtils.toHalfFloat(relief.heights[from * 2 + i] as number);
      }
      this.bytes.set(relief.shade.subarray(from * 4, (from + SAMPLES) * 4), to * 4);
    }
    for (const texture of [this.heights, this.shade]) {
      texture.addLayerUpdate(layer);
      texture.needsUpdate = true;
    }
  }

  dispose(): void {
    this.heights.dispose();
    this.shade.dispose();
  }
}
