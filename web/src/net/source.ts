/** Source of worlds: a server's stream, or the files of a static site. */

import type { Done, Failure, Progress, Start, Started, Welcome } from "../stream.gen.ts";

export interface SourceEvents {
  welcome(message: Welcome): void;
  started(message: Started, resumed: boolean): void;
  frame(data: ArrayBuffer): void;
  progress(message: Progress): void;
  done(message: Done): void;
  failed(message: Failure): void;
  connection(state: "connecting" | "open" | "lost" | "refused" | "site", why?: string): void;
  /** Return the indices that are present already, for a job that resumes after a lost connection. */
  have(): [number, number][];
}

export type JobRequest = Omit<Start, "kind" | "have" | "credits">;

export interface Source {
  start(wanted: JobRequest): void;
  cancel(): void;
  /** Grant the server as many further frames as the page has taken in. */
  taken(frames: number): void;
  dispose(): void;
}
