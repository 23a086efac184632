/** View of the wall on a canvas: drawing on change, picking, pushing and camera motion. */

import * as THREE from "three";
import { HeightAtlas } from "./atlas.ts";
import { BodyDrag, type BodyDragEvents } from "./body-drag.ts";
import { FrameLog, type FrameRates } from "./frames.ts";
import { listenPointer } from "./input.ts";
import { tileAt } from "./layout.ts";
import { bodyPose, type Vec3 } from "./pick.ts";
import type { PoseSource } from "./poses.ts";
import { isSoftware, probeSoftware, QualityControl } from "./quality.ts";
import type { Theme } from "./uniforms.ts";
import { Wall } from "./wall.ts";

export interface ViewEvents extends BodyDragEvents {
  hover(tile: number | null, x: number, y: number): void;
  pick(tile: number | null, more: boolean): void;
}

/** Pixels at the bottom that legend and tabs cover; more in narrow windows. */
const BOTTOM_MARGIN = { wide: 62, narrow: 124 };
const NARROW = 680;

export interface FrameTimes extends FrameRates {
  readonly drawCalls: number;
  readonly triangles: number;
  readonly software: boolean;
  readonly ratio: number;
}

export class View {
  readonly wall = new Wall();
  /** Source of the poses. */
  poses: () => readonly PoseSource[] = () => [];
  /** Time constant (s) of smoothing; 0 shows the poses unsmoothed. */
  smoothing = 0;
  /** Body of the focused world that the camera follows, or null. */
  follow: number | null = null;
  readonly software: boolean;
  readonly mostTiles: number;
  private readonly renderer: THREE.WebGLRenderer;
  private readonly control: QualityControl;
  private readonly stopListening: () => void;
  private readonly resizing: ResizeObserver;
  private focused: number | null = null;
  private hovered: number | null = null;
  private selected: ReadonlySet<number> = new Set();
  private readonly bodyDrag: BodyDrag;
  private dirty = true;
  private drawing = true;
  private handle = 0;
  private last = 0;
  /** Minimum ms between two frames in software rendering; 0 for no limit. */
  minFrameGap = 0;
  /** The next frame ignores `minFrameGap`. */
  private urgent = false;
  private lastDrawn = 0;
  private idleUntil = 0;
  private readonly log = new FrameLog();
  private home = true;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: ViewEvents,
    /** Draw at full quality regardless of frame time; for pictures. */
    fine = false,
  ) {
    const context = canvas.getContext("webgl2", {
      antialias: fine || !probeSoftware(),
      stencil: true,
      alpha: false,
      powerPreference: "high-performance",
    }) as WebGL2RenderingContext | null;
    if (!context) throw new Error("WebGL2");
    this.renderer = new THREE.WebGLRenderer({ canvas, context });
    this.renderer.info.autoReset = true;
    this.software = isSoftware(context);
    this.mostTiles = HeightAtlas.limit(this.renderer);
    this.control = new QualityControl(this.software, window.devicePixelRatio, fine);
    this.wall.rig.eased = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.bodyDrag = new BodyDrag(this.wall, canvas, events);
    this.stopListening = listenPointer(canvas, this.wall.rig, {
      focused: () => this.focused !== null,
      grab: (p) => this.focused !== null && this.bodyDrag.grab(this.focused, p),
      pull: (p) => this.bodyDrag.pull(p),
      release: () => this.bodyDrag.release(),
      hover: (p) => this.hover(p),
      click: (p, more) => this.events.pick(this.tileUnder(p), more),
      moved: () => {
        this.home = false;
        this.follow = null;
      },
    });
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(canvas);
    canvas.addEventListener("webglcontextrestored", () => this.invalidate());
    this.resize();
    this.handle = requestAnimationFrame(this.frame);
  }

  setTheme(theme: Theme): void {
    this.renderer.setClearColor(this.wall.setTheme(theme));
    this.invalidate();
  }

  invalidate(): void {
    this.dirty = true;
  }

  /** Turn drawing on or off; while off, poses are not read. */
  setDrawing(on: boolean): void {
    this.drawing = on;
    this.dirty = true;
  }

  /** Start an empty wall of `count` tiles of a size (m). */
  start(count: number, tile: readonly [number, number]): void {
    this.unfocus(false);
    this.wall.start(Math.min(count, this.mostTiles), tile);
    this.wall.rig.jump(this.wall.overview());
    this.home = true;
    this.invalidate();
  }

  /** Change the tile size, which is known with the first world, and draw at once. */
  resizeTiles(tile: readonly [number, number]): void {
    this.urgent = true;
    this.wall.layOut(this.wall.count, tile);
    if (this.home) this.wall.rig.jump(this.wall.overview());
    this.invalidate();
  }

  focus(tile: number, at: Vec3 | null): void {
    const world = this.wall.world(tile);
    if (!world) return;
    if (this.focused !== null) this.unmark(this.focused);
    this.focused = tile;
    this.home = false;
    this.wall.focus(tile);
    this.wall.mark(tile, 3);
    const frame = this.wall.frameOf(tile);
    const [x, y, z] = at ?? [0, 0, world.relief.low];
    this.wall.rig.fly(
      {
        x: frame.x + x * frame.scale,
        y: frame.y + y * frame.scale,
        z: (z + frame.lift) * frame.scale,
        distance: Math.max(6, world.robotRadius * 14) * frame.scale,
        elevation: 0.55,
        azimuth: 0.45,
      },
      5,
    );
    this.invalidate();
  }

  unfocus(fly = true): void {
    if (this.focused !== null) this.unmark(this.focused);
    this.focused = null;
    this.follow = null;
    this.bodyDrag.release();
    this.wall.unfocus();
    if (fly) this.goHome();
    this.invalidate();
  }

  goHome(): void {
    this.home = true;
    this.wall.rig.fly(this.wall.overview(), 5);
  }

  /** Move the camera by keys: right, up, and zoom in if `closer` is above 1. */
  nudge(right: number, up: number, closer: number): void {
    const { rig } = this.wall;
    this.home = false;
    const step = rig.goal.distance * 0.12;
    const [s, c] = [Math.sin(rig.goal.azimuth), Math.cos(rig.goal.azimuth)];
    rig.fly({ x: rig.goal.x + step * (right * c + up * s), y: rig.goal.y + step * (up * c - right * s) }, 12);
    if (closer !== 1) rig.zoom(1 / closer, new THREE.Vector2(0, 0));
  }

  /** Set the selected tiles, which stay marked. */
  setSelected(tiles: ReadonlySet<number>): void {
    for (const tile of this.selected) if (!tiles.has(tile)) this.wall.mark(tile, 1);
    this.selected = tiles;
    for (const tile of tiles) this.wall.mark(tile, 3);
  }

  private unmark(tile: number): void {
    this.wall.mark(tile, this.selected.has(tile) ? 3 : 1);
  }

  /** Return frame times since a time (`performance.now()`), or of the recent span. */
  frameTimes(since?: number): FrameTimes {
    return {
      ...this.log.rates(performance.now(), since),
      drawCalls: this.renderer.info.render.calls,
      triangles: this.renderer.info.render.triangles,
      software: this.software,
      ratio: this.control.quality.ratio,
    };
  }

  dispose(): void {
    cancelAnimationFrame(this.handle);
    this.stopListening();
    this.resizing.disconnect();
    this.wall.dispose();
    this.renderer.dispose();
  }

  private get aspect(): number {
    return Math.max(0.2, this.canvas.clientWidth / Math.max(1, this.canvas.clientHeight));
  }

  private resize(): void {
    const { ratio, bias } = this.control.quality;
    this.wall.bias = bias;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(Math.max(1, this.canvas.clientWidth), Math.max(1, this.canvas.clientHeight), false);
    const height = Math.max(1, this.canvas.clientHeight);
    const below = this.canvas.clientWidth < NARROW ? BOTTOM_MARGIN.narrow : BOTTOM_MARGIN.wide;
    this.wall.rig.margins = { top: 14 / height, bottom: Math.min(0.3, below / height), side: 0.02 };
    this.wall.rig.resize(this.aspect);
    if (this.home) {
      this.wall.layOut(this.wall.count, this.wall.layout.tile);
      this.wall.rig.jump(this.wall.overview());
    }
    this.draw(performance.now());
  }

  private readonly frame = (now: number): void => {
    this.handle = requestAnimationFrame(this.frame);
    const seconds = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    if (!this.drawing || now < this.idleUntil) return;
    if (this.software && !this.urgent && now - this.lastDrawn < this.minFrameGap) return;
    const begin = performance.now();
    const ease = this.smoothing > 0 && !this.software ? 1 - Math.exp(-seconds / this.smoothing) : 1;
    const fresh = this.wall.take(this.poses(), ease) || this.wall.tilesChanged();
    this.followBody();
    const moved = this.wall.rig.advance(seconds);
    if (!fresh && !moved && !this.dirty) {
      this.lastDrawn = 0;
      return;
    }
    this.draw(begin);
    if (this.lastDrawn > 0) {
      const gap = now - this.lastDrawn;
      // frames that are delayed on purpose say nothing about the time that a frame takes
      if ((!this.software || this.minFrameGap === 0) && this.control.frame(gap)) this.resize();
      // in software rendering, leave processor time to physics
      if (this.software) this.idleUntil = now + Math.min(400, gap * 0.2);
    }
    this.lastDrawn = now;
  };

  private draw(begin: number): void {
    this.dirty = this.urgent = false;
    this.wall.prepare(this.renderer.domElement.height);
    this.renderer.render(this.wall.scene, this.wall.rig.camera);
    this.log.add(begin, performance.now());
  }

  private followBody(): void {
    if (this.focused === null || this.follow === null || this.bodyDrag.held) return;
    const frame = this.wall.frameOf(this.focused);
    const { place } = bodyPose(this.wall.poses.data, frame.row + this.follow);
    const { rig } = this.wall;
    rig.goal.x = frame.x + place[0] * frame.scale;
    rig.goal.y = frame.y + place[1] * frame.scale;
    rig.goal.z = (place[2] + frame.lift) * frame.scale;
  }

  private tileUnder(pointer: THREE.Vector2): number | null {
    const at = this.wall.rig.onPlane(pointer, 0);
    if (!at) return null;
    const tile = tileAt(this.wall.layout, at.x, at.y);
    return tile < 0 ? null : tile;
  }

  private hover(pointer: THREE.Vector2 | null): void {
    const tile = pointer ? this.tileUnder(pointer) : null;
    if (tile !== this.hovered) {
      if (this.hovered !== null && this.hovered !== this.focused) this.unmark(this.hovered);
      if (tile !== null && tile !== this.focused && !this.selected.has(tile)) this.wall.mark(tile, 2);
      this.hovered = tile;
      this.invalidate();
    }
    const box = this.canvas.getBoundingClientRect();
    const x = pointer ? ((pointer.x + 1) / 2) * box.width : 0;
    const y = pointer ? ((1 - pointer.y) / 2) * box.height : 0;
    this.events.hover(tile, x, y);
  }
}
