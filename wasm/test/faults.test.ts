import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import type { Pool } from "../src/pool/pool";
import type { AgentRef } from "../src/protocol/agents";
import type { PoolOptions } from "../src/protocol/api";
import { decode } from "../src/protocol/frame";
import { NO_POLICY } from "../src/protocol/policy";
import { addAll, mujoco, next, onnxRuntime, openFrames, startPool, until } from "./support";

const pools: Pool[] = [];
const module = mujoco();
const ants = () => openFrames(join(inject("frames"), "ants"));
const agent = (env: number): AgentRef => ({ env, agent: 0 });

/** A frame whose header says something else; its blobs lie behind the header, at multiples of 8. */
function changed(frame: Uint8Array, change: object): Uint8Array {
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(frame.slice(8, 8 + length)));
  const text = new TextEncoder().encode(JSON.stringify({ ...header, ...change }));
  const blobs = frame.subarray(Math.ceil((8 + length) / 8) * 8);
  const first = Math.ceil((8 + text.length) / 8) * 8;
  const made = new Uint8Array(first + blobs.length);
  made.set(frame.subarray(0, 4));
  new DataView(made.buffer).setUint32(4, text.length, true);
  made.set(text, 8);
  made.set(blobs, first);
  return made;
}

afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});

async function start(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const pool = await startPool({ mujoco: module, onnx: onnxRuntime(), task: ants().task, ...options });
  pools.push(pool);
  return pool;
}

describe("an environment", () => {
  it("that becomes unstable is reset and flagged, and goes on", async () => {
    const pool = await start({ mode: { kind: "flat" } });
    const [id, other] = (await addAll(pool, ants().frames)) as [number, number];
    const root = pool.envs.get(id)?.spec.agents[0]?.root as number;
    const told = next(pool, "flagged");
    pool.push(id, { body: root, force: [1e30, 0, 0] });
    const { env, why } = await told;
    expect(env).toBe(id);
    expect(why).toBe("the simulation is unstable");
    expect(pool.envs.get(id)?.flagged).toBe(1);
    const { episodes, ending, episode } = pool.counters(agent(id));
    expect([episodes, pool.endings[ending], episode]).toEqual([1, "unstable", 1]);
    await until(() => pool.counters(agent(id)).steps > 3);
    expect(pool.counters(agent(other)).episodes).toBe(0);
  });

  it("whose policy gives NaN is flagged with that reason", async () => {
    const pool = await start();
    const [id] = (await addAll(pool, ants().frames)) as [number];
    const keyboard = await pool.addPolicy({ kind: "keyboard" });
    pool.assign(keyboard.id, { envs: [id] });
    pool.drive(agent(id), { action: [Number.NaN] });
    const told = next(pool, "flagged");
    await pool.step();
    expect((await told).why).toBe("the policy of ant_0 gave an action that is not finite");
  });

  it("whose model is damaged is refused, and others load", async () => {
    const pool = await start();
    const frame = (ants().frames[0] as Uint8Array).slice();
    const blob = decode(frame).blob("model");
    blob.fill(7, 0, 64);
    const refused = next(pool, "refused");
    pool.add(frame);
    expect((await refused).why).toContain("Failed to load from mjb");
    expect(await addAll(pool, ants().frames)).toHaveLength(12);
    expect(pool.envs.size).toBe(12);
  });

  it("is pushed for as long as was asked", async () => {
    const pool = await start();
    const [a, b] = (await addAll(pool, ants().frames)) as [number, number];
    const body = pool.envs.get(a)?.spec.agents[0]?.root as number;
    const place = (id: number) => {
      const at = ((pool.envs.get(id)?.pose ?? 0) + body) * 8;
      return [...pool.poses(0).rows.subarray(at, at + 3)];
    };
    const before = place(a);
    pool.push(a, { body, impulse: [0, 0, 30] });
    for (let i = 0; i < 4; i++) await pool.step();
    await until(() => (place(a)[2] as number) > (before[2] as number) + 0.1);
    expect(Math.abs((place(b)[2] as number) - (before[2] as number))).toBeLessThan(1);
  });
});

describe("a worker that dies", () => {
  for (const shared of [true, false]) {
    it(`is replaced, ${shared ? "with" : "without"} shared memory; all go on from their last reset`, async () => {
      const pool = await start({ workers: 2, shared, mode: { kind: "flat" } });
      const ids = await addAll(pool, ants().frames);
      const random = await pool.addPolicy({ kind: "random" });
      pool.assign(random.id);
      pool.seek("all", 7);
      await until(() => ids.every((id) => pool.counters(agent(id)).episode === 7));
      const dead = next(pool, "worker");
      pool.kill(0);
      const { worker, environments } = await dead;
      expect(worker).toBe(0);
      expect(environments).toBeGreaterThan(0);
      const mine = ids.filter((id) => pool.envs.get(id)?.worker === 0);
      expect(mine).toHaveLength(environments);
      await until(() => mine.every((id) => pool.envs.get(id)?.status === "running"));
      await until(() => mine.every((id) => pool.counters(agent(id)).steps > 3));
      for (const id of mine) {
        expect(pool.counters(agent(id)).episode).toBe(7);
        expect(pool.counters(agent(id)).policy).toBe(random.id);
      }
    });
  }

  it("of a step without end is replaced; the one to blame is given up, the others go on", async () => {
    const pool = await start({ workers: 2, patience: 2000, mode: { kind: "flat" } });
    const ids = await addAll(pool, ants().frames);
    const endless = changed(ants().frames[0] as Uint8Array, { frame_skip: 1e9 });
    const refused = next(pool, "refused");
    const deaths: string[] = [];
    pool.on("worker", ({ why }) => deaths.push(why));
    const bad = pool.add(endless);
    expect(await refused).toMatchObject({ env: bad, why: "the worker has not answered for 2 s" });
    expect(deaths.length).toBe(2);
    expect(pool.envs.has(bad)).toBe(false);
    await until(() => ids.every((id) => pool.envs.get(id)?.status === "running"));
    const before = ids.map((id) => pool.counters(agent(id)).steps);
    await until(() => ids.every((id, i) => pool.counters(agent(id)).steps !== before[i]));
  });

  for (const shared of [true, false]) {
    it(`${shared ? "with" : "without"} shared memory by a network without end costs that network its place, no world`, async () => {
      const pool = await start({ workers: 2, shared, patience: 2000, mode: { kind: "flat" } });
      const ids = await addAll(pool, ants().frames);
      const random = await pool.addPolicy({ kind: "random" });
      pool.assign(random.id);
      const model = Uint8Array.from(readFileSync(join(inject("frames"), "network-endless.onnx"))).buffer;
      const endless = await pool.addPolicy({ kind: "onnx", model }, "endless");
      const refused: string[] = [];
      pool.on("refused", ({ why }) => refused.push(why));
      const retired: string[] = [];
      pool.on("retired", ({ name, why }) => retired.push(`${name}: ${why}`));
      pool.assign(endless.id, { share: 0.5 });
      const stands = ids.filter((id) => pool.policyOf(agent(id)) === endless.id);
      expect(stands).toHaveLength(6);
      await until(() => retired.length > 0);
      expect(retired).toEqual(["endless: the worker has not answered for 2 s"]);
      expect(pool.policies.has(endless.id)).toBe(false);
      expect(stands.map((id) => pool.policyOf(agent(id)))).toEqual(stands.map(() => NO_POLICY));
      // both workers hung, and all of their worlds go on
      await until(() => ids.every((id) => pool.envs.get(id)?.status === "running"));
      const before = ids.map((id) => pool.counters(agent(id)).steps);
      await until(() => ids.every((id, i) => pool.counters(agent(id)).steps !== before[i]));
      expect(refused).toEqual([]);
      expect(pool.envs.size).toBe(ids.length);
      expect(pool.assign(endless.id, { envs: [ids[0] as number] }).refused).toHaveLength(1);
    });
  }

  it("is not one that works hard, or rests", async () => {
    const pool = await start({ workers: 1, patience: 2000, mode: { kind: "flat" } });
    await addAll(pool, ants().frames);
    let deaths = 0;
    pool.on("worker", () => deaths++);
    await new Promise((done) => setTimeout(done, 2500));
    pool.setMode({ kind: "paused" });
    await new Promise((done) => setTimeout(done, 2500));
    expect(deaths).toBe(0);
  });

  it("at every start is not started for ever", async () => {
    const pool = await start({
      spawn: () => {
        const port = {
          postMessage() {},
          onmessage: null,
          onerror: null as ((why: string) => void) | null,
          terminate() {},
        };
        setTimeout(() => port.onerror?.("no script"), 1);
        return port;
      },
    });
    expect((await next(pool, "error")).why).toContain("workers crash at their start (no script)");
  });
});

/** What episodes draw, so that all of it is at work when an environment moves. */
const DRAWN = {
  settings: {
    motor_scale: [0.8, 1.2],
    latency: 3,
    start_noise: 0.1,
    push: 0.5,
    push_interval: 0.2,
    observation_noise: 0.1,
  },
};

describe("an environment that moves", () => {
  it.each([{}, DRAWN])("goes on in the middle of its episode: %j", async (drawn) => {
    const [still, moving] = [await start({ workers: 2 }), await start({ workers: 2 })];
    const ends: number[][] = [];
    const seen: number[][] = [];
    for (const pool of [still, moving]) {
      const plain = ants().frames[0] as Uint8Array;
      const { randomize } = decode(plain).header as { randomize: object };
      const frame = changed(plain, { randomize: { ...randomize, ...drawn } });
      const [id] = (await addAll(pool, [frame])) as [number];
      const observed: number[] = [];
      pool.assign((await pool.addPolicy({ kind: "random", seed: 3 })).id);
      for (let i = 0; i < 8; i++) await pool.step();
      if (pool === moving) {
        const from = pool.envs.get(id)?.worker as number;
        const moved = next(pool, "moved");
        pool.move(id, 1 - from);
        await moved;
        expect(pool.envs.get(id)?.worker).toBe(1 - from);
      }
      const stop = pool.focus(agent(id), (feed) => observed.push(...feed.observation));
      for (let i = 0; i < 8; i++) await pool.step();
      await until(() => observed.length > 0);
      await pool.step();
      stop();
      seen.push(observed);
      const { steps, episode_reward, reward } = pool.counters(agent(id));
      ends.push([steps, episode_reward, reward]);
    }
    expect(ends[1]?.[0]).toBe(17);
    const common = Math.min(...seen.map((rows) => rows.length));
    expect(common).toBeGreaterThan(0);
    seen[1]?.slice(0, common).forEach((value, i) => {
      expect(value).toBeCloseTo(seen[0]?.[i] as number, 5);
    });
    expect(ends[1]?.[1]).toBeCloseTo(ends[0]?.[1] as number, 9);
    expect(ends[1]?.[2]).toBeCloseTo(ends[0]?.[2] as number, 9);
  });
});

describe("what is wrong in the call", () => {
  it("is told with a remedy", async () => {
    const pool = await start();
    expect(() => pool.add(new Uint8Array(3))).toThrow("at least 8 bytes");
    expect(() => pool.add(new Uint8Array(100))).toThrow("a frame must begin with envgen");
    expect(() => pool.setMode({ kind: "realtime", speed: 0 })).toThrow("speed must be above 0, got 0");
    expect(() => pool.seek("all", -1)).toThrow("episode must be an integer from 0 on, got -1");
    expect(() => pool.assign(0, { share: 2 })).toThrow("share must be between 0 and 1, got 2");
    await addAll(pool, ants().frames);
    expect(() => pool.setTask(ants().task)).toThrow("Remove them first");
  });

  it("is told for a task that does not fit", async () => {
    const task = {
      ...ants().task,
      success: { name: "x", expr: ["sensor", "nothing"], weight: null, per: "step", at: "once" } as const,
    };
    const pool = await start({ task });
    const refused = next(pool, "refused");
    pool.add(ants().frames[0] as Uint8Array);
    expect((await refused).why).toContain('ant_0 has no sensor "nothing"');
  });
});
