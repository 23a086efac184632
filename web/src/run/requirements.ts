/** What the page needs of a browser, and what to do where it is missing. */

import type { Problem } from "../state/store.ts";
import { flags } from "./flags.ts";

const CURRENT = "Use a current Chrome, Edge, Firefox or Safari";

export function missingRequirement(): Problem | null {
  if (typeof WebAssembly === "undefined") {
    return {
      cause: "This browser has no WebAssembly, in which the physics run",
      remedy: `${CURRENT}, and allow WebAssembly for this page (some company policies and “lockdown” modes forbid it).`,
    };
  }
  if (flags.draw && !hasWebGl2()) {
    return {
      cause: "This browser shows no WebGL 2, with which the worlds are drawn",
      remedy: `${CURRENT} with hardware acceleration turned on (Chrome: chrome://settings/system), or add ?draw=0 to the address to run without drawing.`,
    };
  }
  return null;
}

function hasWebGl2(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return gl !== null;
}

/** Without shared memory everything works, slower. */
export function sharingAdvice(shared: boolean): Problem | null {
  if (shared) return null;
  return window.isSecureContext
    ? {
        cause: "Memory is not shared with the workers: drawing costs more",
        remedy:
          "The page is not isolated: its host should send the headers COOP same-origin and COEP require-corp.",
      }
    : {
        cause: "Memory is not shared with the workers: drawing costs more",
        remedy: "Browsers share memory on https or on localhost only: open the page by one of these.",
      };
}
