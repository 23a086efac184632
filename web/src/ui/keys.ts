/** Keyboard: shortcuts of the page, and control of the focused agent if its policy is `keyboard`. */

import type { ColourBy } from "../lib/colours.ts";
import { app } from "../run/app.ts";
import { focusNext, focusOn, following, setFollowing } from "../run/focusing.ts";
import * as store from "../state/store.ts";

const DRIVE = new Set(["w", "a", "s", "d", "q", "e"]);
const ORDER: readonly ColourBy[] = ["status", "reward", "difficulty", "policy"];
const held = new Set<string>();

function typing(e: KeyboardEvent): boolean {
  const el = e.target as HTMLElement | null;
  return !!el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}

/** Send the command of the held keys to the focused agent. Returns whether keys drive it. */
function drive(): boolean {
  const a = app();
  const f = store.focus.value;
  const env = f ? a?.engine.slots[f.slot] : null;
  if (!a || !f || env == null) return false;
  const agent = { env, agent: f.agent };
  if (a.policies.key(a.pool.policyOf(agent)) !== "keyboard") return false;
  const on = (key: string) => (held.has(key) ? 1 : 0);
  a.pool.drive(agent, { forward: on("w") - on("s"), turn: on("a") - on("d"), up: on("e") - on("q") });
  return true;
}

function act(key: string): boolean {
  const a = app();
  const focus = store.focus.value;
  const { view } = a ?? {};
  switch (key) {
    case "/":
      document.getElementById("prompt")?.focus();
      return true;
    case " ":
      store.togglePause();
      return true;
    case ".":
      if (store.pace.value === "paused") void a?.pool.step();
      return true;
    case "r": {
      const env = focus ? a?.engine.slots[focus.slot] : null;
      a?.pool.reset(env == null ? "all" : [env]);
      return true;
    }
    case "c":
      store.colourBy.value = ORDER[(ORDER.indexOf(store.colourBy.value) + 1) % ORDER.length] as ColourBy;
      return true;
    case "f":
      if (focus) setFollowing(!following.value);
      return focus !== null;
    case "Enter": {
      if (!a || focus) return false;
      const [chosen] = store.selected.value;
      const [first] = a.engine.running();
      const slot = store.hovered.value?.slot ?? chosen ?? first?.[0];
      if (slot !== undefined) focusOn(slot);
      return slot !== undefined;
    }
    case "Escape":
      if (focus) focusOn(null);
      else if (store.selected.value.size > 0) store.selected.value = new Set();
      else view?.goHome();
      return true;
    case "ArrowLeft":
    case "ArrowRight": {
      const by = key === "ArrowLeft" ? -1 : 1;
      if (focus) focusNext(by);
      else view?.nudge(by, 0, 1);
      return true;
    }
    case "ArrowUp":
    case "ArrowDown":
      view?.nudge(0, key === "ArrowUp" ? 1 : -1, 1);
      return true;
    case "+":
    case "=":
      view?.nudge(0, 0, 1.3);
      return true;
    case "-":
      view?.nudge(0, 0, 1 / 1.3);
      return true;
    default:
      return false;
  }
}

export function listenKeys(): () => void {
  const down = (e: KeyboardEvent) => {
    if (typing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    const pressed = (e.target as HTMLElement | null)?.closest?.("button, summary, a, [role=button]");
    if (pressed && (e.key === " " || e.key === "Enter")) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (DRIVE.has(key)) {
      held.add(key);
      if (drive()) {
        e.preventDefault();
        return;
      }
    }
    if (act(key)) e.preventDefault();
  };
  const up = (e: KeyboardEvent) => {
    if (held.delete(e.key.toLowerCase())) drive();
  };
  const blur = () => {
    held.clear();
    drive();
  };
  window.addEventListener("keydown", down);
  window.addEventListener("keyup", up);
  window.addEventListener("blur", blur);
  return () => {
    window.removeEventListener("keydown", down);
    window.removeEventListener("keyup", up);
    window.removeEventListener("blur", blur);
  };
}
