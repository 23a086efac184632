import { beforeEach, expect, test, vi } from "vitest";
import { StreamSocket } from "../src/net/socket.ts";
import type { JobRequest, SourceEvents } from "../src/net/source.ts";

/** A socket of which the test is the server. */
class Line {
  static OPEN = 1;
  static readonly all: Line[] = [];
  readyState = 1;
  readonly sent: Record<string, unknown>[] = [];
  onopen = () => {};
  onmessage = (_: { data: string }) => {};
  onclose = () => {};

  constructor() {
    Line.all.push(this);
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
    this.onclose();
  }

  say(kind: string, more: object = {}) {
    this.onmessage({ data: JSON.stringify({ kind, ...more }) });
  }

  /** What was sent of a kind. */
  of(kind: string) {
    return this.sent.filter((message) => message.kind === kind);
  }
}

const heard: string[] = [];
const events: SourceEvents = {
  welcome: () => heard.push("welcome"),
  started: (message, resumed) => heard.push(`started ${message.name}${resumed ? " again" : ""}`),
  frame: () => heard.push("frame"),
  progress: () => heard.push("progress"),
  done: (message) => heard.push(message.cancelled ? "cancelled" : "done"),
  failed: (message) => heard.push(`failed ${message.cause}`),
  connection: () => {},
  have: () => [[0, 41]],
};
const wanted = (prompt: string): JobRequest => ({
  source: { kind: "prompt", prompt },
  count: 60,
  seed: "0",
  difficulty: null,
});

function line(): Line {
  const last = Line.all[Line.all.length - 1];
  if (!last) throw new Error("no socket was opened");
  return last;
}

/** The server is there: it answers a hello. */
function greet(): Line {
  line().onopen();
  line().say("welcome");
  return line();
}

beforeEach(() => {
  heard.length = Line.all.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("WebSocket", Line);
});

test("a job that had begun goes on with what is missing", () => {
  const source = new StreamSocket("ws://x", "3", events);
  greet();
  source.start(wanted("ants"));
  line().say("started", { name: "ants" });
  line().close();
  vi.advanceTimersByTime(500);
  expect(greet().of("start")).toMatchObject([{ have: [[0, 41]] }]);
  line().say("started", { name: "ants" });
  expect(heard.filter((h) => h !== "welcome")).toEqual(["started ants", "started ants again"]);
});

test("what was asked for while the server was away is begun anew: what is there is of another job", () => {
  const source = new StreamSocket("ws://x", "3", events);
  greet();
  source.start(wanted("ants"));
  line().say("started", { name: "ants" });
  line().say("done", { cancelled: false });
  line().close();
  source.start(wanted("stairs"));
  vi.advanceTimersByTime(500);
  line().close(); // still away
  vi.advanceTimersByTime(1000);
  expect(greet().of("start")).toMatchObject([{ source: { prompt: "stairs" }, have: [] }]);
  line().say("started", { name: "stairs" });
  expect(heard[heard.length - 1]).toBe("started stairs");
});

test("the end of the job before is none of the one that was asked for", () => {
  const source = new StreamSocket("ws://x", "3", events);
  greet();
  source.start(wanted("ants"));
  line().say("started", { name: "ants" });
  source.cancel();
  source.start(wanted("stairs"));
  heard.length = 0;
  line().say("progress");
  line().say("done", { cancelled: true });
  line().say("started", { name: "stairs" });
  expect(heard).toEqual(["started stairs"]);
  source.cancel();
  expect(line().of("cancel").length).toBe(2);
});

test("what was cancelled before it began does not begin", () => {
  const source = new StreamSocket("ws://x", "3", events);
  greet();
  source.start(wanted("ants"));
  source.cancel();
  line().say("started", { name: "ants" });
  line().say("done", { cancelled: true });
  expect(heard).toEqual(["welcome", "cancelled"]);
});
