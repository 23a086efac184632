/** Browser features that the page requires, with a remedy where one is missing. */

import type { Problem } from "../state/store.ts";
import { flags } from "./flags.ts";

const CURRENT = "Use a current Chrome, Edge, Firefox or Safari";

export function missingRequirement(): Problem | null {
  if (typeof WebAssembly === "undefined") {
    return {
      cause: "This browser does not support WebAssembly, which runs the physics",
      remedy: `${CURRENT}, and allow WebAssembly for this page (some company policies and “lockdown” modes forbid it).`,
    };
  }
  if (flags.draw && !hasWebGl2()) {
    return {
      cause: "This browser does not support WebGL 2, which draws the worlds",
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

/** Return advice if memory is not shared, where everything works, but slower. */
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
