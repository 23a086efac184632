/** From frames to worlds on the wall: maps slots of the wall to environments of the pool. */

import type { EnvId } from "@envgen/wasm/protocol/agents";
import type { Env, PoolApi } from "@envgen/wasm/protocol/api";
import { decode, floats } from "@envgen/wasm/protocol/frame";
import type { MeshSpec, WorldSpec } from "@envgen/wasm/protocol/wire.gen";
import type { PoseSource } from "../scene/poses.ts";
import type { View } from "../scene/view.ts";
import { makeSceneWorld } from "../scene/world.ts";
import { problemOf, toast } from "../state/store.ts";

/** Maximum time in ms for decoding frames between two drawings. */
const BUDGET = 7;

export interface EngineEvents {
  /** A world was added; it is not loaded yet. */
  added(env: Env): void;
  /** A world runs. */
  ready(env: Env, slot: number): void;
  /** A frame was processed: the source may send another. */
  taken(): void;
}

export class Engine {
  /** Environment of each slot. */
  readonly slots: (EnvId | null)[] = [];
  private readonly slotOf = new Map<EnvId, number>();
  /** Indices of the variants that are here. */
  private readonly indicesPresent = new Set<number>();
  private readonly meshes = new Map<
    string,
    { vertices: Float32Array; faces: Uint32Array; normals: Float32Array }
  >();
  private view: View | null = null;
  private incoming: ArrayBuffer[] = [];
  private toShow: EnvId[] = [];
  private scheduled = false;
  private tileKnown = false;
  private readonly channel = new MessageChannel();

  constructor(
    private readonly pool: PoolApi,
    private readonly events: EngineEvents,
    /** Policy that an arriving environment gets. */
    private readonly policyFor: (spec: WorldSpec) => number | undefined,
  ) {
    this.channel.port1.onmessage = () => this.processQueue();
    pool.on("ready", ({ env }) => this.onReady(env));
    pool.on("refused", ({ env, index, why }) => {
      const slot = this.slotOf.get(env);
      if (slot !== undefined) this.slots[slot] = null;
      this.slotOf.delete(env);
      this.indicesPresent.delete(index);
      toast(`world ${index} could not be loaded: ${why}`, "It is left out; the others run.");
      this.events.taken();
    });
    pool.on("moved", ({ env }) => this.updatePoseRows(env));
  }

  /** Show the running worlds on a view. */
  show(view: View): void {
    this.view = view;
    view.poses = () => this.poses();
    view.start(Math.max(1, this.slots.length), [16, 16]);
    this.tileKnown = false;
    for (const [id, mesh] of this.meshes) void view.wall.meshes.add(id, mesh);
    this.toShow = [...this.slotOf.keys()];
    this.schedule();
  }

  /** Clear everything and allocate `count` slots. */
  begin(count: number): void {
    this.pool.remove("all");
    this.incoming = [];
    this.toShow = [];
    this.slotOf.clear();
    this.indicesPresent.clear();
    this.slots.length = 0;
    for (let i = 0; i < count; i++) this.slots.push(null);
    this.tileKnown = false;
    this.view?.start(count, [16, 16]);
  }

  push(frame: ArrayBuffer): void {
    this.incoming.push(frame);
    this.schedule();
  }

  /** Discard frames that were not processed yet. */
  forgetIncoming(): void {
    this.incoming = [];
  }

  /** Number of received frames that were not processed yet. */
  get waiting(): number {
    return this.incoming.length;
  }

  env(slot: number): Env | null {
    const id = this.slots[slot];
    return id === null || id === undefined ? null : (this.pool.envs.get(id) ?? null);
  }

  slot(env: EnvId): number | null {
    return this.slotOf.get(env) ?? null;
  }

  *running(): Generator<[number, Env]> {
    for (let slot = 0; slot < this.slots.length; slot++) {
      const env = this.env(slot);
      if (env) yield [slot, env];
    }
  }

  /** Indices of the variants that are here. */
  indices(): number[] {
    return [...this.indicesPresent];
  }

  private poses(): readonly PoseSource[] {
    return Array.from({ length: this.pool.workers }, (_, w) => this.pool.poses(w));
  }

  private schedule(): void {
    if (this.scheduled || (this.incoming.length === 0 && this.toShow.length === 0)) return;
    this.scheduled = true;
    this.channel.port2.postMessage(null);
  }

  private processQueue(): void {
    this.scheduled = false;
    const end = performance.now() + BUDGET;
    while (performance.now() < end) {
      const shown = this.toShow.shift();
      if (shown !== undefined) {
        this.showWorld(shown);
        continue;
      }
      const frame = this.incoming.shift();
      if (!frame) break;
      try {
        this.takeFrame(frame);
      } catch (error) {
        const { cause, remedy } = problemOf(error);
        toast(cause, remedy);
        this.events.taken();
      }
    }
    this.schedule();
  }

  private takeFrame(data: ArrayBuffer): void {
    const frame = decode(data);
    if (frame.header.kind === "mesh") {
      this.takeMesh(frame.header, (name) => frame.blob(name));
      this.events.taken();
      return;
    }
    const spec = frame.header;
    if (this.indicesPresent.has(spec.index)) {
      // a job that was begun again: it is here already
      this.events.taken();
      return;
    }
    const slot = this.slotFor(spec.index);
    const policy = this.policyFor(spec);
    const env = this.pool.add(data, policy === undefined ? {} : { policy });
    this.slots[slot] = env;
    this.slotOf.set(env, slot);
    this.indicesPresent.add(spec.index);
    const added = this.pool.envs.get(env);
    if (added) this.events.added(added);
  }

  /** Return slot i for variant i; the last free slot if that is taken or beyond the wall (a pack with gaps). */
  private slotFor(index: number): number {
    if (this.slots[index] === null) return index;
    const free = this.slots.lastIndexOf(null);
    return free < 0 ? this.slots.push(null) - 1 : free;
  }

  private takeMesh(header: MeshSpec, blob: (name: string) => Uint8Array<ArrayBufferLike>): void {
    const faces = floats(blob("faces"));
    const mesh = {
      vertices: floats(blob("vertices")) as Float32Array,
      faces: new Uint32Array(faces.buffer, faces.byteOffset, faces.length),
      normals: floats(blob("normals")) as Float32Array,
    };
    this.meshes.set(header.id, mesh);
    void this.view?.wall.meshes.add(header.id, mesh).then(() => this.view?.wall.refresh());
  }

  private onReady(id: EnvId): void {
    const env = this.pool.envs.get(id);
    const slot = this.slotOf.get(id);
    this.events.taken();
    if (!env || slot === undefined) return;
    this.events.ready(env, slot);
    if (!this.view) return;
    this.toShow.push(id);
    this.schedule();
  }

  private showWorld(id: EnvId): void {
    const env = this.pool.envs.get(id);
    const slot = this.slotOf.get(id);
    const view = this.view;
    if (!env || slot === undefined || !view || slot >= view.wall.count) return;
    if (!this.tileKnown) {
      this.tileKnown = true;
      view.resizeTiles(env.spec.arena as unknown as [number, number]);
    }
    const geoms = floats(env.blob("geoms")) as Float32Array;
    const heights = floats(env.blob("heights")) as Float32Array;
    view.wall.put(slot, makeSceneWorld(env.spec, geoms, heights), { worker: env.worker, row: env.pose });
    view.invalidate();
  }

  private updatePoseRows(id: EnvId): void {
    const env = this.pool.envs.get(id);
    const slot = this.slotOf.get(id);
    if (env && slot !== undefined && this.view?.wall.world(slot)) {
      this.view.wall.setPoseRows(slot, { worker: env.worker, row: env.pose });
    }
  }
}
