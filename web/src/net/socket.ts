/** WebSocket stream of a server. After a lost connection it reconnects and requests the missing variants. */

import { PROTOCOL } from "@envgen/wasm/protocol/wire.gen";
import type { Start, ToPage, ToServer } from "../stream.gen.ts";
import type { JobRequest, Source, SourceEvents } from "./source.ts";

const FIRST_WAIT = 400;
const LONGEST_WAIT = 8000;
/** Frames that the server may send ahead; few, so that cancelling takes effect at once. */
export const CREDITS = 64;

export class StreamSocket implements Source {
  private socket: WebSocket | null = null;
  private wanted: JobRequest | null = null;
  /** State of the job: none, requested, or begun by the server. */
  private phase: "none" | "asked" | "begun" = "none";
  private resuming = false;
  private greeted = false;
  private wait = FIRST_WAIT;
  private timer = 0;
  private over = false;
  private owed = 0;

  constructor(
    private readonly url: string,
    private readonly mujoco: string,
    private readonly events: SourceEvents,
  ) {
    this.connect();
  }

  start(wanted: JobRequest): void {
    this.wanted = wanted;
    this.phase = "asked";
    if (this.greeted) this.sendStart();
  }

  cancel(): void {
    if (this.phase === "none") return;
    this.phase = "none";
    this.wanted = null;
    this.send({ kind: "cancel" });
  }

  taken(frames: number): void {
    this.owed += frames;
    if (this.owed < CREDITS / 8 && this.phase !== "none") return;
    if (this.owed > 0 && this.greeted) this.send({ kind: "credit", frames: this.owed });
    this.owed = 0;
  }

  dispose(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** Drop the connection; for tests. */
  drop(): void {
    this.socket?.close();
  }

  private connect(): void {
    if (this.over) return;
    this.events.connection(this.wait === FIRST_WAIT ? "connecting" : "lost");
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.send({ kind: "hello", protocol: PROTOCOL, mujoco: this.mujoco });
    socket.onmessage = (e: MessageEvent<string | ArrayBuffer>) => {
      if (typeof e.data === "string") this.receive(JSON.parse(e.data) as ToPage);
      else this.events.frame(e.data);
    };
    socket.onclose = () => this.lost();
  }

  private receive(message: ToPage): void {
    switch (message.kind) {
      case "welcome":
        this.greeted = true;
        this.wait = FIRST_WAIT;
        this.events.connection("open");
        this.events.welcome(message);
        if (this.phase !== "none") this.sendStart();
        return;
      case "started":
        if (!this.wanted) return; // cancelled in the meantime
        this.phase = "begun";
        this.events.started(message, this.resuming);
        return;
      case "progress":
        if (this.phase !== "asked") this.events.progress(message);
        return;
      case "done":
        // before the job has begun, this ends the previous job
        if (this.phase === "asked") return;
        this.phase = "none";
        this.events.done(message);
        return;
      case "error":
        if (!this.greeted) {
          // the server has another protocol version: a retry would not help
          this.over = true;
          this.events.connection("refused", `${message.cause}\n${message.remedy}`);
          return;
        }
        this.phase = "none";
        this.events.failed(message);
    }
  }

  private sendStart(): void {
    if (!this.wanted) return;
    this.owed = 0;
    // until this job has begun, the worlds may belong to another one
    this.resuming = this.phase === "begun";
    const have = this.resuming ? this.events.have() : [];
    const start: Start = { kind: "start", ...this.wanted, have, credits: CREDITS };
    this.send(start);
  }

  private send(message: ToServer): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private lost(): void {
    this.greeted = false;
    this.socket = null;
    if (this.over) return;
    this.events.connection("lost");
    this.timer = window.setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }
}
