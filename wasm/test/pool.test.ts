import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { Pool } from "../src/pool/pool";
import type { AgentRef } from "../src/protocol/agents";
import type { PoolOptions } from "../src/protocol/api";
import { NO_POLICY } from "../src/protocol/policy";
import type { Recording } from "../src/protocol/steps";
import { addAll, type Frames, mujoco, next, openFrames, startPool, until } from "./support";

let ants: Frames;
let sumo: Frames;
const pools: Pool[] = [];
const module = mujoco();

beforeEach(() => {
  ants = openFrames(join(inject("frames"), "ants"));
  sumo = openFrames(join(inject("frames"), "sumo"));
});
afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});

async function start(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const pool = await startPool({ mujoco: module, task: ants.task, ...options });
  pools.push(pool);
  return pool;
}

const agent = (env: number, index = 0): AgentRef => ({ env, agent: index });
const share = (ids: readonly number[], n: number) => ids.slice(0, n);

describe("stepping", () => {
  for (const shared of [true, false]) {
    const memory = `${shared ? "with" : "without"} shared memory`;

    it(`makes one control step of every environment when paused, ${memory}`, async () => {
      const pool = await start({ workers: 2, shared });
      const ids = await addAll(pool, ants.frames);
      for (let steps = 1; steps <= 3; steps++) {
        await pool.step();
        // an awaited step is in the counters, at once
        expect(ids.map((id) => pool.counters(agent(id)).steps)).toEqual(ids.map(() => steps));
        const { controlSteps, physicsSteps } = pool.stats();
        expect(controlSteps).toBe(steps * ids.length);
        expect(physicsSteps).toBe(steps * ids.length * 5);
      }
    });

    it(`has done what it was told once it is in sync, ${memory}`, async () => {
      const pool = await start({ workers: 2, shared, mode: { kind: "flat" } });
      const ids = await addAll(pool, ants.frames);
      const ended: number[] = [];
      pool.on("episode", ({ episode }) => ended.push(episode));
      pool.seek("all", 5);
      pool.setMode({ kind: "paused" });
      await pool.sync();
      const first = pool.stats();
      expect(first.episodes).toBe(ended.length);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await pool.sync();
      expect(pool.stats().controlSteps).toBe(first.controlSteps);
      pool.seek("all", 9);
      await pool.sync();
      expect(ids.map((id) => pool.counters(agent(id)).episode)).toEqual(ids.map(() => 9));
    });
  }

  it("follows the clock, times the speed", async () => {
    const pool = await start();
    await addAll(pool, share(ants.frames as never, 2) as never);
    pool.setMode({ kind: "realtime", speed: 2 });
    pool.stats();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { realtimeFactor, late } = pool.stats();
    // what the machine has no time for is left out, and told
    expect(realtimeFactor).toBeLessThan(2.2);
    expect(realtimeFactor + late / 2 / 1.5).toBeGreaterThan(1.6);
  });

  it("gives each environment its turn when flat out", async () => {
    const pool = await start();
    const ids = await addAll(pool, ants.frames);
    pool.setMode({ kind: "flat" });
    await until(() => pool.stats().controlSteps > 600);
    pool.setMode({ kind: "paused" });
    await pool.step();
    const steps = ids.map((id) => pool.counters(agent(id)).steps + 400 * pool.counters(agent(id)).episodes);
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(400);
  });

  it("adds and removes while others run", async () => {
    const pool = await start({ mode: { kind: "flat" } });
    const first = await addAll(pool, ants.frames);
    const removed = next(pool, "removed");
    pool.remove(first.slice(0, 6));
    await removed;
    expect(pool.envs.size).toBe(6);
    const again = await addAll(pool, ants.frames);
    expect(new Set([...first, ...again]).size).toBe(first.length + again.length);
    const before = pool.stats().controlSteps;
    await until(() => pool.stats().controlSteps > before + 50);
    const rows = [...pool.envs.values()].map((env) => [env.pose, env.pose + env.spec.nbody] as const);
    for (const [from, to] of rows) {
      expect(rows.filter(([a, b]) => a < to && from < b)).toHaveLength(1);
    }
  });

  it("plays the same episode when it is sought again", async () => {
    const pool = await start();
    const [id] = (await addAll(pool, [ants.frames[0] as Uint8Array])) as [number];
    const random = await pool.addPolicy({ kind: "random", seed: 5 });
    pool.assign(random.id);
    const play = async (episode: number) => {
      pool.seek([id], episode);
      for (let i = 0; i < 10; i++) await pool.step();
      const { episode_reward, episode: number } = pool.counters(agent(id));
      expect(number).toBe(episode);
      return episode_reward;
    };
    const once = await play(3);
    expect(await play(4)).not.toBe(once);
    expect(await play(3)).toBe(once);
  });
});

describe("poses", () => {
  for (const shared of [true, false]) {
    it(`are whole and new, ${shared ? "with" : "without"} shared memory`, async () => {
      const pool = await start({ shared });
      const ids = await addAll(pool, ants.frames);
      const first = pool.poses(0).epoch;
      pool.setMode({ kind: "flat" });
      await until(() => pool.poses(0).epoch > first + 3);
      const { rows, used } = pool.poses(0);
      expect(used).toBe(ids.length * (pool.envs.get(ids[0] as number)?.spec.nbody ?? 0));
      for (const id of ids) {
        const env = pool.envs.get(id);
        const at = ((env?.pose ?? 0) + (env?.spec.agents[0]?.root ?? 0)) * 8;
        expect(Math.hypot(...rows.subarray(at + 4, at + 8))).toBeCloseTo(1, 5);
        expect(Math.abs(rows[at + 2] as number)).toBeLessThan(3);
      }
      await until(() => pool.counters(agent(ids[0] as number)).steps > 0);
    });
  }

  it("are not written while nobody takes them", async () => {
    const pool = await start({ mode: { kind: "flat" } });
    await addAll(pool, ants.frames);
    await until(() => pool.poses(0).epoch > 2);
    const taken = pool.poses(0).epoch;
    const before = pool.stats().controlSteps;
    await until(() => pool.stats().controlSteps > before + 200);
    expect(pool.poses(0).epoch - taken).toBeLessThanOrEqual(2);
  });
});

describe("policies", () => {
  it("act from the very next control step on, for exactly the agents chosen", async () => {
    const pool = await start({ workers: 2 });
    const ids = await addAll(pool, ants.frames);
    const [zero, random] = [await pool.addPolicy({ kind: "zero" }), await pool.addPolicy({ kind: "random" })];
    pool.assign(zero.id);
    const all = ids.map((id) => agent(id));
    const job = pool.record(all, 6);
    for (let i = 0; i < 3; i++) await pool.step();
    const chosen = new Set(pool.assign(random.id, { share: 0.3 }).agents ? picked(pool, ids, random.id) : []);
    expect(chosen.size).toBe(Math.floor(0.3 * ids.length));
    for (let i = 0; i < 3; i++) await pool.step();
    for (const { agent: who, policy, action, rows } of await job.done) {
      expect(rows).toBe(6);
      const second = chosen.has(who.env) ? random.id : zero.id;
      expect([...policy]).toEqual([zero.id, zero.id, zero.id, second, second, second]);
      const moved = moves(action, rows);
      expect(moved).toEqual([false, false, false, ...new Array(3).fill(chosen.has(who.env))]);
    }
  });

  it("switch in the middle of a run with no step of anything else", async () => {
    const pool = await start({ workers: 2, mode: { kind: "flat" } });
    const ids = await addAll(pool, ants.frames);
    const [zero, random] = [await pool.addPolicy({ kind: "zero" }), await pool.addPolicy({ kind: "random" })];
    pool.assign(zero.id);
    const job = pool.record(
      ids.map((id) => agent(id)),
      150,
    );
    await until(() => job.progress() > 0.2);
    pool.assign(random.id);
    for (const { policy, action, rows } of await job.done) {
      const at = policy.indexOf(random.id);
      const from = policy.indexOf(zero.id);
      expect(at).toBeGreaterThan(from);
      expect([...policy.subarray(at)].every((id) => id === random.id)).toBe(true);
      const moved = moves(action, rows);
      expect(moved.slice(from, at).some(Boolean)).toBe(false);
      expect(moved.slice(at).every(Boolean)).toBe(true);
    }
  });

  it("are refused where they don't fit, with the reason", async () => {
    const pool = await start();
    const ids = await addAll(pool, ants.frames);
    const short = await pool.addPolicy({
      kind: "gait",
      gait: { frequency: 1, offset: [0, 0], cos: [], sin: [] },
    });
    const { agents, refused } = pool.assign(short.id);
    expect(agents).toBe(0);
    expect(refused).toHaveLength(ids.length);
    expect(refused[0]?.why).toBe("the gait is for 2 actuators, ant_0 has 8");
    expect(pool.policyOf(agent(ids[0] as number))).toBe(NO_POLICY);
    const model = new TextEncoder().encode("no network").buffer as ArrayBuffer;
    await expect(pool.addPolicy({ kind: "onnx", model }, "x.onnx")).rejects.toThrow(
      "a policy must be a whole ONNX file, got x.onnx",
    );
  });

  it("take the keyboard's commands for one agent", async () => {
    const pool = await start();
    const [a, b] = (await addAll(pool, ants.frames)) as [number, number];
    const keyboard = await pool.addPolicy({ kind: "keyboard" });
    pool.assign(keyboard.id);
    const action = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -2];
    pool.drive(agent(a), { action });
    const job = pool.record([agent(a), agent(b)], 1);
    await pool.step();
    const [mine, other] = (await job.done) as [Recording, Recording];
    expect([...mine.action]).toEqual([...action.slice(0, 7), -1].map(Math.fround));
    const gait = pool.envs.get(b)?.spec.agents[0]?.gait;
    expect([...other.action]).toEqual(gait?.offset.map((x) => Math.fround(Math.min(Math.max(x, -1), 1))));
  });
});

const picked = (pool: Pool, ids: readonly number[], policy: number) =>
  ids.filter((id) => pool.policyOf(agent(id)) === policy);

/** By row, whether an action differs from 0. */
function moves(action: Float32Array, rows: number): boolean[] {
  const width = action.length / rows;
  return Array.from({ length: rows }, (_, i) =>
    action.subarray(i * width, (i + 1) * width).some((x) => x !== 0),
  );
}

describe("several agents", () => {
  it("have a reward each, and end each for itself", async () => {
    const pool = await start({ task: sumo.task });
    const [id] = (await addAll(pool, sumo.frames)) as [number];
    const random = await pool.addPolicy({ kind: "random" });
    pool.assign(random.id, { agents: [0] });
    for (let i = 0; i < 6; i++) await pool.step();
    const { policy, episode_reward } = pool.counters(agent(id, 0));
    expect(policy).toBe(random.id);
    expect(pool.counters(agent(id, 1)).policy).toBe(NO_POLICY);
    expect(episode_reward).not.toBe(pool.counters(agent(id, 1)).episode_reward);
    expect(pool.endings).toEqual(["", "out", "fallen", "outside", "won", "time", "unstable"]);
  });

  it("are followed one at a time", async () => {
    const pool = await start({ task: sumo.task });
    const [id] = (await addAll(pool, sumo.frames)) as [number];
    const rows: number[] = [];
    const stop = pool.focus(agent(id, 1), (feed) => {
      expect(feed.agent).toEqual(agent(id, 1));
      expect(feed.observation.length).toBe(feed.steps * sizeOf(pool, id, 1));
      expect(feed.terms.length).toBe(feed.steps * sumo.task.reward.length);
      rows.push(...feed.time);
    });
    for (let i = 0; i < 4; i++) await pool.step();
    await until(() => {
      void pool.step();
      return rows.length >= 4;
    });
    expect(rows[1]).toBeCloseTo(2 * (rows[0] as number), 10);
    stop();
  });
});

const sizeOf = (pool: Pool, id: number, index: number): number =>
  pool.envs.get(id)?.spec.agents[index]?.observation.reduce((sum, term) => sum + term.size, 0) ?? 0;
