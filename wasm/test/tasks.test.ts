import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { endings } from "../src/protocol/endings";
import { decodeWorld, floats } from "../src/protocol/frame";
import type { TaskSpec, WorldSpec } from "../src/protocol/wire.gen";
import { MujocoModule } from "../src/worker/mujoco-module";
import { Sim } from "../src/worker/sim";
import { Compiler } from "../src/worker/tasks/compile";
import { Programs } from "../src/worker/tasks/program";
import { contextCapacity, TaskContext } from "../src/worker/tasks/task-context";
import { mujoco, openFrames } from "./support";

let physics: MujocoModule;
let sim: Sim;
let spec: WorldSpec;
let task: TaskSpec;
let heights: Float32Array<ArrayBufferLike>;

beforeAll(async () => {
  physics = await MujocoModule.create(mujoco());
  const opened = openFrames(join(inject("frames"), "sumo"));
  const frame = decodeWorld(opened.frames[0] as Uint8Array);
  [spec, task, heights] = [frame.header, opened.task, floats(frame.blob("heights"))];
  sim = Sim.load(physics, { format: "mjb", model: frame.blob("model"), files: new Map() });
  sim.reset();
  sim.forward();
});

/** The value of an expression for an agent, in the state of the start; `over` agents are out. */
function value(expr: unknown, agent = 0, over: readonly number[] = []): number[] {
  const facts = new TaskContext(contextCapacity(spec));
  const compiler = new Compiler(spec, facts);
  const plays = spec.agents.map((_, i) => compiler.play(i));
  const { at, width } = compiler.term(expr, agent);
  const s = compiler.scratch();
  const given = facts.values(spec);
  for (const i of over) given[plays[i] as number] = 0;
  s.set(given);
  for (const op of compiler.ops) op(s, physics.f64, { ...sim, heights });
  return [...s.subarray(at, at + width)];
}

const POS = ["sensor", "root_pos"];

describe("expressions", () => {
  it("are evaluated as docs/tasks.md says", () => {
    expect(value(["div", 3, 0])).toEqual([0]);
    expect(value(["sqrt", -4])).toEqual([0]);
    expect(value(["exp", 1000])).toEqual([Math.exp(50)]);
    expect(value(["mean", ["sensors", "nothing_"]])).toEqual([0]);
    expect(value(["slice", ["concat", 1, 2, 3, 4], 1, 3])).toEqual([2, 3]);
    expect(value(["add", ["concat", 1, 2], 10])).toEqual([11, 12]);
    expect(value(["not", ["and", 2, ["lt", 1, 1]]])).toEqual([1]);
    expect(
      value(["to_body", ["concat", Math.SQRT1_2, 0, 0, Math.SQRT1_2], ["concat", 1, 0, 0]])[1],
    ).toBeCloseTo(-1);
    expect(value(["norm", ["concat", 2, 3, 6]])).toEqual([7]);
  });

  it("see the others, and themselves through them", () => {
    const [mine, other] = [value(POS, 0), value(POS, 1)];
    const away = ["nearest", "opponents", ["sub", POS, ["me", POS]]];
    expect(value(away, 0)).toEqual(mine.map((x, i) => (other[i] as number) - x));
    expect(value(away, 1)).toEqual(mine.map((x, i) => x - (other[i] as number)));
    // who is looked at looks back: it is I whom it sees
    expect(value(["nearest", "opponents", ["nearest", "opponents", POS]], 0)).toEqual(mine);
    expect(value(["nearest", "opponents", ["nearest", "opponents", ["me", POS]]], 0)).toEqual(other);
    expect(value(["me", POS], 1)).toEqual(other);
  });

  it("leave out who is out", () => {
    expect(value(["nearest", "opponents", POS], 0, [1])).toEqual([0, 0, 0]);
    expect(value(["any", "opponents", 1], 0, [1])).toEqual([0]);
    expect(value(["all", "opponents", 0], 0, [1])).toEqual([1]);
    expect(value(["all", "teammates", 0])).toEqual([1]);
    expect(value(["any", "others", 1])).toEqual([1]);
  });

  it("that are none are refused with the reason", () => {
    const cases: [unknown, string][] = [
      [["frobnicate", 1], 'unknown operator "frobnicate"'],
      ["text", "an expression must be an array"],
      [["add", 1], "it has 1 arguments, not 2"],
      [["add", ["concat", 1, 2], ["concat", 1, 2, 3]], "2 and 3 columns don't go together"],
      [["sensor", "nose"], 'has no sensor "nose"'],
      [["param", "nothing"], "the task has no parameter nothing"],
      [["any", "friends", 1], 'unknown group "friends"'],
      [["object", 3], "there is no such object"],
      [["to_body", 1, 2], "to_body takes 4 and 3 columns"],
    ];
    for (const [expr, why] of cases) expect(() => value(expr)).toThrow(why);
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i++) deep = ["neg", deep];
    expect(() => value(deep)).toThrow("nested more than 200 deep");
  });
});

describe("a program", () => {
  it("is shared by worlds of one layout, and has a part once", () => {
    const programs = new Programs(task);
    const { frames } = openFrames(join(inject("frames"), "sumo"));
    const [a, b] = frames.map((data) => programs.of(decodeWorld(data).header));
    expect(a).toBe(b);
    const facts = new TaskContext(contextCapacity(spec));
    const compiler = new Compiler(spec, facts);
    compiler.term(["norm", POS], 0);
    const { length } = compiler.ops;
    compiler.term(["norm", ["sensor", "root_pos"]], 0);
    compiler.term(["any", "opponents", ["norm", POS]], 1);
    expect(compiler.ops.length).toBe(length + 1);
  });

  it("of another pack than the frame is refused", () => {
    const short = { ...task, observation: task.observation.slice(1) };
    expect(() => new Programs(short).of(spec)).toThrow("Task and frames are of different packs");
    expect(endings(task).slice(-2)).toEqual(["time", "unstable"]);
  });
});
