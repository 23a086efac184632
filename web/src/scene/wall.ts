/** Wall of tiles with one world each, drawn in a few draw calls. Poses come from the caller. */

import * as THREE from "three";
import { HeightAtlas } from "./atlas.ts";
import { type CameraPose, CameraRig, ELEVATION } from "./camera.ts";
import { InstancePool } from "./instances.ts";
import { fit, type Layout, layoutOf, makeLayout, tileCentre, wallSize } from "./layout.ts";
import { FAR_LEVEL, GROUND_CELLS, HIDDEN, selectLevels } from "./lod.ts";
import { blockMaterial, bodyMaterial, coarseMaterial, shadowMaterial } from "./materials.ts";
import { RobotMeshes } from "./meshes.ts";
import { type PoseSource, PoseTexture } from "./poses.ts";
import { ball, coarseBall, coarseCube, cube, cylinder } from "./shapes.ts";
import { FullGround, makeGrounds, makePlates, type TileInstances } from "./surfaces.ts";
import { type Mark, TileTexture } from "./tiles.ts";
import { applyTheme, makeUniforms, type Theme } from "./uniforms.ts";
import { type SceneWorld, STRIDE } from "./world.ts";

/** Height of the lowest ground above the plate, as a share of the tile. */
const GROUND_CLEARANCE = 0.025;

export interface PoseRows {
  /** Worker, and row of the world's poses. */
  readonly worker: number;
  readonly row: number;
}

export class Wall {
  readonly rig = new CameraRig();
  readonly scene = new THREE.Scene();
  readonly uniforms = makeUniforms();
  readonly poses = new PoseTexture();
  layout: Layout = layoutOf(1, [16, 16], 1);
  /** Values above 1 draw coarser. */
  bias = 1;
  enlargeFar = true;
  private worlds: (SceneWorld | null)[] = [];
  private poseRows: (PoseRows | null)[] = [];
  private tiles = new TileTexture(1);
  private atlas = new HeightAtlas(1);
  private levels = new Uint8Array(1);
  private centres = new Float32Array(3);
  private stale = true;
  private focused = -1;
  private readonly body = bodyMaterial(this.uniforms);
  private readonly shadow = shadowMaterial(this.uniforms);
  private readonly far = bodyMaterial(this.uniforms, true);
  private readonly rounds = [ball(20, 5), ball(12, 3)].map(
    (shape) => new InstancePool(shape, this.body, this.shadow),
  );
  private readonly cylinders = new InstancePool(cylinder(36), this.body, this.shadow);
  private readonly boxes = new InstancePool(cube(), this.body, this.shadow);
  private readonly farRounds = new InstancePool(coarseBall(), this.far, null);
  private readonly farBoxes = new InstancePool(coarseCube(), this.far, null);
  private readonly block = blockMaterial(this.uniforms);
  private readonly blocks = new InstancePool(cube(), this.block, null);
  private readonly coarse = coarseMaterial(this.uniforms);
  readonly meshes = new RobotMeshes(this.body, this.coarse, this.shadow);
  private grounds: TileInstances[] = [];
  private plates: TileInstances | null = null;
  private readonly full = new FullGround(this.uniforms);

  constructor() {
    this.uniforms.poses.value = this.poses.texture;
    for (const pool of this.pools()) this.scene.add(...pool.objects);
    this.scene.add(this.full.mesh, this.meshes.group);
    this.start(1, [16, 16]);
  }

  setTheme(theme: Theme): string {
    return applyTheme(this.uniforms, theme);
  }

  get count(): number {
    return this.layout.count;
  }

  world(tile: number): SceneWorld | null {
    return this.worlds[tile] ?? null;
  }

  /** Start an empty wall of `count` tiles. */
  start(count: number, tile: readonly [number, number]): void {
    this.unfocus();
    this.tiles.dispose();
    this.atlas.dispose();
    for (const surface of [...this.grounds, ...(this.plates ? [this.plates] : [])]) {
      this.scene.remove(surface.mesh);
      surface.dispose();
    }
    this.worlds = new Array<SceneWorld | null>(count).fill(null);
    this.poseRows = new Array<PoseRows | null>(count).fill(null);
    this.levels = new Uint8Array(count).fill(HIDDEN);
    this.centres = new Float32Array(count * 3);
    this.tiles = new TileTexture(count);
    this.atlas = new HeightAtlas(count);
    this.grounds = makeGrounds(this.uniforms, count);
    this.plates = makePlates(this.uniforms, count);
    this.scene.add(...this.grounds.map((g) => g.mesh), this.plates.mesh);
    this.uniforms.tiles.value = this.tiles.texture;
    this.uniforms.heights.value = this.atlas.heights;
    this.uniforms.shade.value = this.atlas.shade;
    this.layOut(count, tile);
  }

  /** Lay the tiles out for the current view. */
  layOut(count: number, tile: readonly [number, number]): void {
    this.layout = makeLayout(count, tile, (w, d) => this.rig.frame(w, d, ELEVATION).distance);
    for (let i = 0; i < count; i++) {
      const [x, y] = tileCentre(this.layout, i);
      this.tiles.place(i, x, y);
      this.centres.set([x, y, 0], i * 3);
      const world = this.worlds[i];
      if (world) this.writeTile(i, world);
    }
    const [w, h] = this.layout.pitch;
    const gap = w - this.layout.tile[0];
    this.uniforms.plate.value.set((w - gap * 0.35) / 2, (h - gap * 0.35) / 2);
    const [width, depth] = wallSize(this.layout);
    this.rig.limits = { near: 0.9, far: 1e4, x: width / 2, y: depth / 2 };
    this.rig.limits.far = this.overview().distance * 1.6;
    this.stale = true;
  }

  /** Return the camera pose that shows all tiles. */
  overview(): CameraPose {
    const [width, depth] = wallSize(this.layout);
    return this.rig.frame(width, depth, ELEVATION);
  }

  put(tile: number, world: SceneWorld, hold: PoseRows): void {
    for (const list of [...Object.values(world.instances), ...world.meshes.values()]) {
      for (let i = STRIDE - 1; i < list.length; i += STRIDE) list[i] = tile;
    }
    this.worlds[tile] = world;
    this.atlas.put(tile, world.relief);
    this.writeTile(tile, world);
    this.tiles.mark(tile, 1);
    this.setPoseRows(tile, hold);
    this.stale = true;
  }

  remove(tile: number): void {
    if (this.focused === tile) this.unfocus();
    this.worlds[tile] = null;
    this.poseRows[tile] = null;
    this.tiles.mark(tile, 0);
    this.stale = true;
  }

  /** Set the rows of a tile's poses. */
  setPoseRows(tile: number, hold: PoseRows): void {
    this.poseRows[tile] = hold;
    this.tiles.row(tile, (this.poses.bases[hold.worker] ?? 0) + hold.row);
  }

  colour(tile: number, rgb: readonly [number, number, number], tint: number): void {
    this.tiles.colour(tile, rgb[0] ** 2.2, rgb[1] ** 2.2, rgb[2] ** 2.2, tint);
  }

  /** Return whether a tile changed its look since the last call. */
  tilesChanged(): boolean {
    const changed = this.tiles.changed;
    this.tiles.changed = false;
    return changed;
  }

  mark(tile: number, mark: Mark): void {
    if (this.worlds[tile]) this.tiles.mark(tile, mark);
  }

  frameOf(tile: number): { x: number; y: number; scale: number; lift: number; row: number } {
    return this.tiles.frame(tile);
  }

  focus(tile: number): void {
    const world = this.worlds[tile];
    if (!world) return;
    this.focused = tile;
    this.full.show(tile, world);
    this.stale = true;
  }

  unfocus(): void {
    this.focused = -1;
    this.full.hide();
    this.stale = true;
  }

  /** Collect the instances again at the next frame. */
  refresh(): void {
    this.stale = true;
  }

  /** Take the newest poses. Returns whether there is anything new to draw. */
  take(sources: readonly PoseSource[], ease: number): boolean {
    const changed = this.poses.update(sources, ease, () => {
      this.poseRows.forEach((hold, tile) => {
        if (hold) this.setPoseRows(tile, hold);
      });
    });
    this.uniforms.poses.value = this.poses.texture;
    return changed;
  }

  /** Select levels of detail and collect the instances that the camera sees. */
  prepare(height: number): void {
    const camera = this.rig.camera;
    const focal = camera.projectionMatrix.elements[5] as number;
    const matrix = new THREE.Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    const size = Math.max(...this.layout.tile);
    this.uniforms.eye.value.copy(camera.position);
    const view = { matrix: matrix.elements, height, focal };
    const radius = Math.hypot(...this.layout.tile) * 0.56;
    const changed = selectLevels(view, this.centres, this.count, radius, size, this.bias, this.levels);
    const pixels = (height * focal * size) / 2 / Math.max(this.rig.now.distance, 1e-3);
    this.uniforms.enlarge.value = this.enlargement(pixels / size);
    if (changed || this.stale) this.collectInstances();
    this.stale = false;
  }

  /** Return the factor by which distant robots are enlarged, so that their motion is visible. */
  private enlargement(pixelsAMetre: number): number {
    if (!this.enlargeFar) return 1;
    const first = this.worlds.find((w) => w !== null);
    const robot = first?.robotRadius ?? 0.5;
    this.uniforms.stand.value = first?.rootHeight ?? 0.5;
    return Math.min(3, Math.max(1, 20 / Math.max(2 * robot * pixelsAMetre, 1e-3)));
  }

  private collectInstances(): void {
    const pools = this.pools();
    for (const pool of pools) pool.begin();
    this.meshes.begin();
    for (const ground of this.grounds) ground.begin();
    this.plates?.begin();
    const coarsest = GROUND_CELLS.length - 1;
    for (let tile = 0; tile < this.count; tile++) {
      const level = this.levels[tile] as number;
      if (level === HIDDEN) continue;
      const world = this.worlds[tile];
      // from afar the rim of a plate is thinner than a pixel: the ground alone shows the state
      if (!world || level < coarsest) this.plates?.push(tile);
      if (!world) continue;
      const focused = tile === this.focused;
      const blocks = focused || (world.boxesOnWall && level < FAR_LEVEL);
      if (!focused) this.grounds[Math.min(level, coarsest)]?.push(tile, blocks ? 1 : 0);
      const { round, cylinder, box, terrain } = world.instances;
      if (focused || level < FAR_LEVEL) {
        this.rounds[focused ? 0 : level]?.push(round);
        this.cylinders.push(cylinder);
        this.boxes.push(box);
      } else {
        this.farRounds.push(round);
        this.farBoxes.push(cylinder);
        this.farBoxes.push(box);
      }
      if (blocks) this.blocks.push(terrain);
      this.meshes.push(world, focused ? 0 : level);
    }
    for (const pool of pools) pool.end();
    this.meshes.end();
    for (const ground of this.grounds) ground.end();
    this.plates?.end();
  }

  private writeTile(tile: number, world: SceneWorld): void {
    const arena = world.spec.arena as [number, number];
    const scale = fit(this.layout, arena);
    const { low, high } = world.relief;
    const lift = -low + (GROUND_CLEARANCE * Math.min(...this.layout.tile)) / scale;
    this.tiles.world(tile, { scale, slot: tile, arena, low, high, lift });
  }

  private pools(): InstancePool[] {
    return [...this.rounds, this.cylinders, this.boxes, this.farRounds, this.farBoxes, this.blocks];
  }

  dispose(): void {
    for (const pool of this.pools()) pool.dispose();
    for (const surface of this.grounds) surface.dispose();
    this.plates?.dispose();
    this.full.dispose();
    this.meshes.dispose();
    this.tiles.dispose();
    this.atlas.dispose();
    this.poses.dispose();
    this.body.dispose();
    this.far.dispose();
    this.coarse.dispose();
    this.block.dispose();
    this.shadow.dispose();
  }
}
