/** Source of a static site: frames are files beside the page, listed in `site.json`. */

import type { Started } from "../stream.gen.ts";
import type { JobRequest, Source, SourceEvents } from "./source.ts";

export interface SiteFile {
  readonly protocol: number;
  readonly envgen: string;
  readonly started: Started;
  /** Paths of frames; meshes come before the worlds that need them. */
  readonly frames: readonly string[];
  readonly policies?: readonly { readonly name: string; readonly robot: string; readonly url: string }[];
}

/** Return the list of a static site, or null if the page comes from a server. */
export async function findSite(): Promise<SiteFile | null> {
  try {
    const answer = await fetch("./site.json", { cache: "no-cache" });
    if (!answer.ok || !(answer.headers.get("content-type") ?? "").includes("json")) return null;
    return (await answer.json()) as SiteFile;
  } catch {
    return null;
  }
}

const AHEAD = 8;

export class SiteSource implements Source {
  private next = 0;
  private under = 0;
  private room = 64;
  private begun = 0;
  private cancelled = false;

  constructor(
    private readonly site: SiteFile,
    private readonly events: SourceEvents,
  ) {
    queueMicrotask(() => {
      events.connection("site");
      this.start({
        source: { kind: "pack", pack: site.started.name },
        count: null,
        seed: site.started.seed,
        difficulty: null,
      });
    });
  }

  start(_wanted: JobRequest): void {
    this.next = 0;
    this.cancelled = false;
    this.begun = performance.now();
    this.events.started(this.site.started, false);
    this.fill();
  }

  cancel(): void {
    this.cancelled = true;
    this.finish();
  }

  taken(frames: number): void {
    this.room += frames;
    this.fill();
  }

  dispose(): void {
    this.cancelled = true;
  }

  private fill(): void {
    while (!this.cancelled && this.room > 0 && this.under < AHEAD && this.next < this.site.frames.length) {
      const path = this.site.frames[this.next++] as string;
      this.room--;
      this.under++;
      void this.fetch(path);
    }
  }

  private async fetch(path: string): Promise<void> {
    try {
      const answer = await fetch(path);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      this.events.frame(await answer.arrayBuffer());
    } catch (error) {
      this.cancelled = true;
      const cause = `${path} of this site can't be read: ${error instanceof Error ? error.message : error}`;
      this.events.failed({
        kind: "error",
        cause,
        remedy: "Publish the whole folder that `envgen export` wrote.",
      });
      return;
    }
    this.under--;
    this.fill();
    if (this.under === 0 && this.next === this.site.frames.length) this.finish();
  }

  private finish(): void {
    this.events.done({
      kind: "done",
      count: this.site.started.count,
      made: this.next,
      refused: {},
      given_up: [],
      elapsed: (performance.now() - this.begun) / 1000,
      cancelled: this.cancelled,
    });
  }
}
