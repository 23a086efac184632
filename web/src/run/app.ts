/** Singletons of the page, set once at the start; tests of parts don't need them. */

import type { Pool } from "@envgen/wasm/pool/pool";
import type { SiteFile } from "../net/site.ts";
import type { Source } from "../net/source.ts";
import type { View } from "../scene/view.ts";
import type { Engine } from "./engine.ts";
import type { Painter } from "./paint.ts";
import type { Policies } from "./policies.ts";

export interface App {
  readonly pool: Pool;
  readonly engine: Engine;
  readonly policies: Policies;
  readonly painter: Painter;
  source: Source;
  site: SiteFile | null;
  view: View | null;
}

let current: App | null = null;

export function setApp(app: App): void {
  current = app;
}

/** Return the singletons; null until the page has started. */
export function app(): App | null {
  return current;
}
