import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { decodeWorld, type Frame } from "../src/protocol/frame";
import type { WorldSpec } from "../src/protocol/wire.gen";
import { type ModelSource, MujocoModule, SimError } from "../src/worker/mujoco-module";
import { Sim } from "../src/worker/sim";
import { mujoco, openFrames } from "./support";

let physics: MujocoModule;
let frame: Frame<WorldSpec>;
let source: ModelSource;

beforeAll(async () => {
  physics = await MujocoModule.create(mujoco());
  const { frames } = openFrames(join(inject("frames"), "ants"));
  frame = decodeWorld(frames[0] as Uint8Array);
  source = { format: "mjb", model: frame.blob("model"), files: new Map() };
});

describe("a model", () => {
  it("is loaded from MJB and steps", () => {
    const sim = Sim.load(physics, source);
    expect(sim.nbody).toBe(frame.header.nbody);
    sim.reset();
    sim.forward();
    sim.advance(frame.header.frame_skip, frame.header.rk4);
    expect(sim.time).toBeCloseTo(frame.header.timestep * frame.header.frame_skip, 12);
    expect(physics.f64[sim.qpos + 2]).toBeGreaterThan(0);
    sim.delete();
  });

  it("is refused with what MuJoCo says, and the module goes on", () => {
    const text = (xml: string): ModelSource => ({
      format: "xml",
      model: new TextEncoder().encode(xml),
      files: new Map(),
    });
    expect(() => Sim.load(physics, text("<mujoco><worldbody><geom size='x'/></worldbody></mujoco>"))).toThrow(
      SimError,
    );
    expect(() => Sim.load(physics, { ...source, model: source.model.slice(0, 1000) })).toThrow(SimError);
    const sim = Sim.load(
      physics,
      text("<mujoco><worldbody><body><freejoint/><geom size='1'/></body></worldbody></mujoco>"),
    );
    expect(sim.nq).toBe(7);
    sim.delete();
  });

  it("takes the files of an XML, and no way out of their folder", () => {
    const vertices = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
    const xml =
      "<mujoco><asset><mesh name='m' file='a/m.obj'/></asset>" +
      "<worldbody><geom type='mesh' mesh='m'/></worldbody></mujoco>";
    const model = new TextEncoder().encode(xml);
    const file = new TextEncoder().encode(vertices);
    Sim.load(physics, { format: "xml", model, files: new Map([["a/m.obj", file]]) }).delete();
    const way = new Map([["../m.obj", file]]);
    expect(() => Sim.load(physics, { format: "xml", model, files: way })).toThrow("is not allowed");
  });
});

describe("memory", () => {
  it("is read rightly after it has grown", () => {
    const first = Sim.load(physics, source);
    first.reset();
    first.forward();
    const height = physics.f64[first.qpos + 2];
    const before = physics.f64;
    const others = [];
    while (physics.f64 === before) others.push(Sim.load(physics, source));
    expect(before.length).toBe(0);
    expect(physics.f64[first.qpos + 2]).toBe(height);
    first.advance(frame.header.frame_skip, frame.header.rk4);
    expect(physics.f64[first.qpos + 2]).not.toBe(height);
    for (const sim of [first, ...others]) sim.delete();
  });

  it("is given back: 2,000 models come and go in the room of one", () => {
    Sim.load(physics, source).delete();
    const before = physics.bytes;
    for (let i = 0; i < 2000; i++) Sim.load(physics, source).delete();
    expect(physics.bytes).toBe(before);
  });

  it("holds an ant of the default size in half a MiB", () => {
    const sims = Array.from({ length: 50 }, () => Sim.load(physics, source));
    const before = physics.bytes;
    let n = 0;
    for (; n < 100; n++) sims.push(Sim.load(physics, source));
    expect((physics.bytes - before) / n / 2 ** 20).toBeLessThanOrEqual(0.5);
    for (const sim of sims) sim.delete();
  });
});
