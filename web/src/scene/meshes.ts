/** Meshes of real robots: instances of each at two levels of detail. */

import { MeshoptSimplifier } from "meshoptimizer/simplifier";
import * as THREE from "three";
import { InstancePool } from "./instances.ts";
import type { Shape } from "./shapes.ts";
import type { SceneWorld } from "./world.ts";

/** Maximum triangles of a mesh far away, and near. */
const FAR = 240;
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
  /** Near and far geometry by mesh id. */
  private readonly pools = new Map<string, [InstancePool, InstancePool]>();

  constructor(
    private readonly material: THREE.Material,
    /** Material of far meshes: double-sided, as simplification may flip triangles. */
    private readonly coarse: THREE.Material,
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
    const far = new InstancePool(makeShape(mesh, FAR), this.coarse, null);
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

/** Simplify a mesh to about a number of triangles; normals are kept, unused vertices dropped. */
export function makeShape(mesh: MeshData, triangles: number): Shape {
  let faces = mesh.faces;
  const less = faces.length / 3 > triangles;
  if (less) faces = MeshoptSimplifier.simplifySloppy(faces, mesh.vertices, 3, null, triangles * 3, 1)[0];
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
    normals: less ? smooth(vertices, indices, normals) : new Float32Array(normals),
    indices: new Uint16Array(indices),
  };
}

/** Return vertex normals from the adjacent triangles, on the side of the full mesh's normals. */
function smooth(
  vertices: readonly number[],
  indices: readonly number[],
  full: readonly number[],
): Float32Array {
  const sums = new Float32Array(full.length);
  const at = (v: number, k: number) => vertices[4 * v + k] as number;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = indices.slice(t, t + 3) as [number, number, number];
    const edge = (v: number, k: number) => at(v, k) - at(a, k);
    const n = [0, 1, 2].map((k) => {
      const [u, w] = [(k + 1) % 3, (k + 2) % 3];
      return edge(b, u) * edge(c, w) - edge(b, w) * edge(c, u);
    });
    for (const v of [a, b, c]) {
      const side = n.reduce((sum, x, k) => sum + x * (full[3 * v + k] as number), 0) < 0 ? -1 : 1;
      n.forEach((x, k) => {
        sums[3 * v + k] = (sums[3 * v + k] as number) + side * x;
      });
    }
  }
  for (let v = 0; v < sums.length; v += 3) {
    const length = Math.hypot(...sums.subarray(v, v + 3));
    for (let k = 0; k < 3; k++)
      sums[v + k] = length > 0 ? (sums[v + k] as number) / length : (full[v + k] as number);
  }
  return sums;
}
