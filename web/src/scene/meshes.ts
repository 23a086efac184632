/** Meshes of real robots: instances of each at two levels of detail. */

import { MeshoptSimplifier } from "meshoptimizer/simplifier";
import * as THREE from "three";
import { InstancePool } from "./instances.ts";
import type { Shape } from "./shapes.ts";
import type { SceneWorld } from "./world.ts";

/** Triangles of a mesh far away, and near. */
const FAR = 120;
const NEAR = 4000;

export interface MeshData {
  /** (n, 3) m */
  readonly vertices: Float32Array;
  /** (m, 3) */
  readonly faces: Uint32Array;
  /** (n, 3) */
  readonly normals: Float32Array;
}

export class RobotMeshes {
  readonly group = new THREE.Group();
  /** Near and far, by id of the mesh. */
  private readonly pools = new Map<string, [InstancePool, InstancePool]>();

  constructor(
    private readonly material: THREE.Material,
    private readonly shadow: THREE.Material,
  ) {}

  has(id: string): boolean {
    return this.pools.has(id);
  }

  async add(id: string, mesh: MeshData): Promise<void> {
    if (this.pools.has(id)) return;
    await MeshoptSimplifier.ready;
    if (this.pools.has(id)) return;
    const near = new InstancePool(makeShape(mesh, NEAR), this.material, this.shadow);
    const far = new InstancePool(makeShape(mesh, FAR), this.material, null);
    this.pools.set(id, [near, far]);
    this.group.add(...near.objects, ...far.objects);
  }

  begin(): void {
    for (const pair of this.pools.values()) for (const pool of pair) pool.begin();
  }

  push(world: SceneWorld, level: number): void {
    for (const [index, instances] of world.meshes) {
      const pair = this.pools.get(world.spec.meshes[index] ?? "");
      pair?.[level === 0 ? 0 : 1].push(instances);
    }
  }

  end(): void {
    for (const pair of this.pools.values()) for (const pool of pair) pool.end();
  }

  dispose(): void {
    for (const pair of this.pools.values()) for (const pool of pair) pool.dispose();
    this.pools.clear();
    this.group.clear();
  }
}

/** A mesh with about so many triangles at most; normals are kept, vertices that nothing uses are dropped. */
export function makeShape(mesh: MeshData, triangles: number): Shape {
  let faces = mesh.faces;
  if (faces.length / 3 > triangles) {
    const [less] = MeshoptSimplifier.simplifySloppy(faces, mesh.vertices, 3, null, triangles * 3, 1);
    faces = less;
  }
  const index = new Map<number, number>();
  const vertices: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  for (const v of faces) {
    let at = index.get(v);
    if (at === undefined) {
      at = index.size;
      index.set(v, at);
      for (let i = 0; i < 3; i++) vertices.push(mesh.vertices[3 * v + i] as number);
      vertices.push(0);
      for (let i = 0; i < 3; i++) normals.push(mesh.normals[3 * v + i] as number);
    }
    indices.push(at);
  }
  return {
    vertices: new Float32Array(vertices),
    normals: new Float32Array(normals),
    indices: new Uint16Array(indices),
  };
}
