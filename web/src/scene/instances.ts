/** Instances of one shape, collected from the visible tiles and uploaded when these change. */

import * as THREE from "three";
import type { Shape } from "./shapes.ts";
import { STRIDE } from "./world.ts";

export class InstancePool {
  readonly mesh: THREE.Mesh;
  readonly shadow: THREE.Mesh | null;
  private buffer = new THREE.InstancedInterleavedBuffer(new Float32Array(STRIDE * 64), STRIDE);
  private used = 0;

  constructor(
    private readonly shape: Shape,
    material: THREE.Material,
    shadow: THREE.Material | null,
  ) {
    const geometry = this.geometry();
    this.mesh = makeMesh(geometry, material, 2);
    this.shadow = shadow ? makeMesh(geometry, shadow, 3) : null;
  }

  get objects(): THREE.Object3D[] {
    return this.shadow ? [this.mesh, this.shadow] : [this.mesh];
  }

  begin(): void {
    this.used = 0;
  }

  push(instances: Float32Array): void {
    if (instances.length === 0) return;
    const need = this.used + instances.length;
    if (need > this.buffer.array.length) this.grow(need);
    (this.buffer.array as Float32Array).set(instances, this.used);
    this.used = need;
  }

  end(): void {
    const geometry = this.mesh.geometry as THREE.InstancedBufferGeometry;
    geometry.instanceCount = this.used / STRIDE;
    for (const object of this.objects) object.visible = this.used > 0;
    if (this.used === 0) return;
    this.buffer.clearUpdateRanges();
    this.buffer.addUpdateRange(0, this.used);
    this.buffer.needsUpdate = true;
  }

  get count(): number {
    return this.used / STRIDE;
  }

  private grow(need: number): void {
    const array = new Float32Array(Math.ceil((need * 1.5) / STRIDE) * STRIDE);
    array.set((this.buffer.array as Float32Array).subarray(0, this.used));
    const old = this.mesh.geometry;
    this.buffer = new THREE.InstancedInterleavedBuffer(array, STRIDE);
    const geometry = this.geometry();
    this.mesh.geometry = geometry;
    if (this.shadow) this.shadow.geometry = geometry;
    old.dispose();
  }

  private geometry(): THREE.InstancedBufferGeometry {
    const geometry = new THREE.InstancedBufferGeometry();
    this.buffer.setUsage(THREE.DynamicDrawUsage);
    geometry.setIndex(new THREE.BufferAttribute(this.shape.indices, 1));
    geometry.setAttribute("vertex", new THREE.BufferAttribute(this.shape.vertices, 4));
    geometry.setAttribute("normal", new THREE.BufferAttribute(this.shape.normals, 3));
    ["iPlace", "iTurn", "iSize", "iColour"].forEach((name, i) => {
      geometry.setAttribute(name, new THREE.InterleavedBufferAttribute(this.buffer, 4, 4 * i));
    });
    geometry.instanceCount = 0;
    return geometry;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
  }
}

export function makeMesh(
  geometry: THREE.BufferGeometry,
  material: THREE.Material,
  order: number,
): THREE.Mesh {
  const mesh = new THREE.Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  mesh.renderOrder = order;
  mesh.visible = false;
  return mesh;
}
