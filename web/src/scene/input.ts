/** Pointer and wheel on the wall: drag pans (or orbits in focus), the wheel zooms to the pointer, a click picks. */

import * as THREE from "three";
import type { CameraRig } from "./camera.ts";

export interface Gestures {
  /** True if a world is in focus: a drag then orbits, and a drag on a body pushes it. */
  focused(): boolean;
  /** Handle a press that may begin a push; returns true if it does. */
  grab(pointer: THREE.Vector2): boolean;
  pull(pointer: THREE.Vector2): void;
  release(): void;
  hover(pointer: THREE.Vector2 | null): void;
  click(pointer: THREE.Vector2, more: boolean): void;
  /** Called when the user moved the camera. */
  moved(): void;
}

const DRAG_THRESHOLD = 5;

export function listenPointer(canvas: HTMLCanvasElement, rig: CameraRig, g: Gestures): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let start: { x: number; y: number; button: number } | null = null;
  let dragged = false;
  let pushing = false;
  let pinch = 0;
  const abort = new AbortController();
  const options = { signal: abort.signal };

  const at = (x: number, y: number): THREE.Vector2 => {
    const box = canvas.getBoundingClientRect();
    return new THREE.Vector2(((x - box.left) / box.width) * 2 - 1, 1 - ((y - box.top) / box.height) * 2);
  };

  canvas.addEventListener(
    "pointerdown",
    (e) => {
      canvas.setPointerCapture(e.pointerId);
      pointers.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (pointers.size === 1) {
        start = { x: e.clientX, y: e.clientY, button: e.button };
        dragged = false;
        pushing = e.button === 0 && g.focused() && g.grab(at(e.clientX, e.clientY));
      } else {
        dragged = true;
        pinch = spread(pointers);
      }
    },
    options,
  );

  canvas.addEventListener(
    "pointermove",
    (e) => {
      const last = pointers.get(e.pointerId);
      if (!last || !start) {
        g.hover(at(e.clientX, e.clientY));
        return;
      }
      const before = at(last.x, last.y);
      const now = at(e.clientX, e.clientY);
      pointers.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (pointers.size === 2) {
        const wide = spread(pointers);
        rig.zoom(pinch / Math.max(wide, 1), now);
        rig.pan(before.multiplyScalar(0.5), now.multiplyScalar(0.5));
        pinch = wide;
        g.moved();
        return;
      }
      if (!dragged && Math.hypot(e.clientX - start.x, e.clientY - start.y) < DRAG_THRESHOLD) return;
      dragged = true;
      if (pushing) {
        g.pull(now);
        return;
      }
      const second = start.button === 2 || start.button === 1 || e.shiftKey || e.ctrlKey;
      if (second === g.focused()) rig.pan(before, now);
      else rig.orbit(now.x - before.x, before.y - now.y);
      g.moved();
    },
    options,
  );

  const end = (e: PointerEvent) => {
    pointers.delete(e.pointerId);
    if (pointers.size > 0 || !start) return;
    if (pushing) g.release();
    if (!dragged && start.button === 0 && e.type === "pointerup") {
      g.click(at(e.clientX, e.clientY), e.shiftKey || e.ctrlKey || e.metaKey);
    }
    start = null;
    pushing = false;
  };
  canvas.addEventListener("pointerup", end, options);
  canvas.addEventListener("pointercancel", end, options);
  canvas.addEventListener("pointerleave", () => g.hover(null), options);
  canvas.addEventListener("contextmenu", (e) => e.preventDefault(), options);
  canvas.addEventListener(
    "wheel",
    (e) => {
      e.preventDefault();
      const unit = e.deltaMode === 1 ? 24 : e.deltaMode === 2 ? 400 : 1;
      rig.zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY * unit * 0.0016))), at(e.clientX, e.clientY));
      g.moved();
    },
    { signal: abort.signal, passive: false },
  );
  return () => abort.abort();
}

function spread(pointers: Map<number, { x: number; y: number }>): number {
  const [a, b] = [...pointers.values()];
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 1;
}
