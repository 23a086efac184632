/** Wall with the elements over it. */

import { useEffect, useRef } from "preact/hooks";
import { mountView } from "../run/mount.ts";
import * as store from "../state/store.ts";
import { Arrow } from "./Arrow.tsx";
import { Blocked } from "./Blocked.tsx";
import { Examples } from "./Examples.tsx";
import { Legend } from "./Legend.tsx";
import { Tip } from "./Tip.tsx";
import { ViewportButtons } from "./ViewportButtons.tsx";

export function Viewport() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current ? mountView(canvas.current) : undefined), []);
  const idle = store.job.value.state === "idle" && store.connection.value !== "site";
  return (
    <main class="viewport">
      <canvas
        ref={canvas}
        tabIndex={0}
        aria-label="Wall with one tile per world. Arrow keys pan, plus and minus zoom, Enter focuses a world, Escape goes back."
      />
      <Arrow />
      <div class="overlay bottom-left">
        <Legend />
      </div>
      <div class="overlay top-right">
        <ViewportButtons />
      </div>
      <Tip />
      {idle && <Examples />}
      <Blocked />
    </main>
  );
}
