/** Connects canvas and pool, whichever is ready first. */

import { View, type ViewEvents } from "../scene/view.ts";
import * as store from "../state/store.ts";
import { app } from "./app.ts";
import { flags } from "./flags.ts";
import { focusOn, pullBody } from "./focusing.ts";

let canvas: HTMLCanvasElement | null = null;
let view: View | null = null;

const light = window.matchMedia("(prefers-color-scheme: light)");

/** Mount the view on the page's canvas; returns a function that unmounts it. */
export function mountView(element: HTMLCanvasElement): () => void {
  canvas = element;
  connectView();
  return () => {
    view?.dispose();
    view = null;
    canvas = null;
    const a = app();
    if (a) a.view = null;
  };
}

export function connectView(): void {
  const a = app();
  if (!a || !canvas || view || !flags.draw) return;
  const events: ViewEvents = {
    hover(slot, x, y) {
      const env = slot === null ? null : a.engine.env(slot);
      const here = env && slot !== store.focus.value?.slot;
      store.hovered.value =
        here && slot !== null ? { slot, index: env.spec.index, x, y, text: a.painter.describe(env) } : null;
    },
    pick(slot, more) {
      if (slot === null || !a.engine.env(slot)) return;
      if (more) toggle(slot);
      else if (store.focus.value?.slot !== slot) {
        store.hovered.value = null; // the tip is of worlds that are not in focus
        focusOn(slot);
      }
    },
    push: (slot, body, by) => pullBody(slot, body, by),
    arrow(line) {
      store.arrow.value = line;
    },
  };
  view = new View(canvas, events, flags.fine);
  const theme = () => view?.setTheme(light.matches ? "light" : "dark");
  theme();
  light.addEventListener("change", theme);
  canvas.addEventListener("webglcontextrestored", theme); // the renderer has forgotten its background
  canvas.addEventListener("webglcontextlost", (e) => {
    e.preventDefault();
    store.toast(
      "the graphics card dropped the page",
      "It is drawn again as soon as the browser gives it back; the worlds go on.",
    );
  });
  a.view = view;
  a.engine.show(view);
}

function toggle(slot: number): void {
  const next = new Set(store.selected.value);
  if (!next.delete(slot)) next.add(slot);
  store.selected.value = next;
  view?.setSelected(next);
}
