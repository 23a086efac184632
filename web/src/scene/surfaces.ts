/** Terrain at each level of detail, plates, and the full terrain of the focused world. */

import * as THREE from "three";
import { makeMesh } from "./instances.ts";
import { FAR_LEVEL, GROUND_CELLS } from "./lod.ts";
import { withoutBoxes } from "./relief.ts";
import { GROUND_FRAGMENT, GROUND_VERTEX } from "./shaders/ground.ts";
import { PLATE_FRAGMENT, PLATE_VERTEX } from "./shaders/plate.ts";
import { grid } from "./shapes.ts";
import type { Uniforms } from "./uniforms.ts";
import type { SceneWorld } from "./world.ts";

/** Instances of one mesh with two attributes: tile and a flag. */
export class TileInstances {
  readonly mesh: THREE.Mesh;
  private readonly array: Float32Array;
  private readonly attribute: THREE.InstancedBufferAttribute;
  private used = 0;

  constructor(
    geometry: THREE.InstancedBufferGeometry,
    material: THREE.Material,
    order: number,
    private readonly size: 1 | 2,
    tiles: number,
  ) {
    this.array = new Float32Array(tiles * size);
    this.attribute = new THREE.InstancedBufferAttribute(this.array, size);
    this.attribute.setUsage(THREE.DynamicDrawUsage);
    geometry.setAttribute("iTile", this.attribute);
    this.mesh = makeMesh(geometry, material, order);
  }

  begin(): void {
    this.used = 0;
  }

  push(tile: number, flag = 0): void {
    const at = this.used++ * this.size;
    this.array[at] = tile;
    if (this.size === 2) this.array[at + 1] = flag;
  }

  end(): void {
    (this.mesh.geometry as THREE.InstancedBufferGeometry).instanceCount = this.used;
    this.mesh.visible = this.used > 0;
    if (this.used === 0) return;
    this.attribute.clearUpdateRanges();
    this.attribute.addUpdateRange(0, this.used * this.size);
    this.attribute.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
  }
}

export function makeGrounds(uniforms: Uniforms, tiles: number): TileInstances[] {
  const near = groundMaterial(uniforms, {});
  const far = groundMaterial(uniforms, { FAR: 1 });
  return GROUND_CELLS.map(
    (cells, level) =>
      new TileInstances(gridGeometry(cells, cells), level < FAR_LEVEL ? near : far, 0, 2, tiles),
  );
}

export function makePlates(uniforms: Uniforms, tiles: number): TileInstances {
  const geometry = new THREE.InstancedBufferGeometry();
  geometry.setAttribute(
    "vertex",
    new THREE.BufferAttribute(new Float32Array([-1, -1, 1, -1, 1, 1, -1, 1]), 2),
  );
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  const material = new THREE.RawShaderMaterial({
    glslVersion: THREE.GLSL3,
    vertexShader: PLATE_VERTEX,
    fragmentShader: PLATE_FRAGMENT,
    uniforms: uniforms as unknown as Record<string, THREE.IUniform>,
  });
  return new TileInstances(geometry, material, 1, 1, tiles);
}

/** Terrain of the focused world at full resolution; its boxes are drawn as boxes. */
export class FullGround {
  readonly mesh: THREE.Mesh;
  private texture: THREE.DataTexture | null = null;
  private shape = "";

  constructor(private readonly uniforms: Uniforms) {
    this.mesh = makeMesh(new THREE.BufferGeometry(), groundMaterial(uniforms, { FULL: 1 }), 0);
  }

  show(tile: number, world: SceneWorld): void {
    const { nrow, ncol } = world.spec.ground;
    this.texture?.dispose();
    const heights = withoutBoxes(world.heights, world.spec.ground, world.boxes);
    this.texture = new THREE.DataTexture(heights, ncol, nrow, THREE.RedFormat, THREE.FloatType);
    this.texture.minFilter = this.texture.magFilter = THREE.NearestFilter;
    this.texture.unpackAlignment = 4;
    this.texture.needsUpdate = true;
    this.uniforms.full.value = this.texture;
    this.uniforms.fullTile.value = tile;
    if (this.shape !== `${nrow} ${ncol}`) {
      this.mesh.geometry.dispose();
      this.mesh.geometry = gridGeometry(ncol - 1, nrow - 1);
      this.shape = `${nrow} ${ncol}`;
    }
    (this.mesh.geometry as THREE.InstancedBufferGeometry).instanceCount = 1;
    this.mesh.visible = true;
  }

  hide(): void {
    this.mesh.visible = false;
  }

  dispose(): void {
    this.texture?.dispose();
    this.mesh.geometry.dispose();
  }
}

function gridGeometry(columns: number, rows: number): THREE.InstancedBufferGeometry {
  const { vertices, indices } = grid(columns, rows);
  const geometry = new THREE.InstancedBufferGeometry();
  geometry.setAttribute("vertex", new THREE.BufferAttribute(vertices, 3));
  geometry.setIndex(new THREE.BufferAttribute(indices, 1));
  geometry.instanceCount = 0;
  return geometry;
}

function groundMaterial(uniforms: Uniforms, defines: Record<string, number>): THREE.RawShaderMaterial {
  return new THREE.RawShaderMaterial({
    glslVersion: THREE.GLSL3,
    vertexShader: GROUND_VERTEX,
    fragmentShader: GROUND_FRAGMENT,
    uniforms: uniforms as unknown as Record<string, THREE.IUniform>,
    defines,
  });
}
