import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { leastLoaded, planMoves } from "../src/pool/balance";
import type { EnvHandle } from "../src/pool/env-handle";
import type { Pool } from "../src/pool/pool";
import type { WorkerHandle } from "../src/pool/worker-handle";
import { addAll, mujoco, openFrames, startPool } from "./support";

const pools: Pool[] = [];
const module = mujoco();

afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});

async function start(folder: string, workers = 1) {
  const { task, frames } = openFrames(join(inject("frames"), folder));
  const pool = await startPool({ mujoco: module, task, workers });
  pools.push(pool);
  return { pool, frames, ids: await addAll(pool, frames) };
}

describe("a model as XML", () => {
  it("steps as the same one does as MJB", async () => {
    const rewards = [];
    for (const folder of ["ants", "xml"]) {
      const { pool, ids } = await start(folder);
      const agent = { env: ids[0] as number, agent: 0 };
      pool.assign((await pool.addPolicy({ kind: "random", seed: 9 })).id);
      for (let i = 0; i < 20; i++) await pool.step();
      rewards.push(pool.counters(agent).episode_reward);
    }
    expect(rewards[1]).toBeCloseTo(rewards[0] as number, 6);
  });
});

describe("the bare loop", () => {
  it("ends although environments move to another worker and are taken away meanwhile", async () => {
    const { pool, ids } = await start("ants", 2);
    const [moved, gone] = ids as [number, number];
    const measured = pool.bare(0.5);
    const env = pool.envs.get(moved) as EnvHandle;
    pool.move(moved, env.worker === 0 ? 1 : 0);
    pool.remove([gone]);
    const { physicsStepsPerSecond } = await measured;
    expect(physicsStepsPerSecond).toBeGreaterThan(0);
    await pool.step();
    expect(pool.envs.get(moved)?.status).toBe("running");
  });
});

describe("the keyboard", () => {
  it("turns a rover to the side that is wished, and drives it ahead", async () => {
    const { pool, ids } = await start("rover");
    const agent = { env: ids[0] as number, agent: 0 };
    const { root } = pool.envs.get(agent.env)?.spec.agents[0] ?? { root: 0 };
    pool.assign((await pool.addPolicy({ kind: "keyboard" })).id);
    /** How far it gets ahead (m) and turns (rad) in 20 control steps. */
    const drive = async (forward: number, turn: number) => {
      pool.seek("all", 0);
      pool.drive(agent, { forward, turn });
      const ahead: number[] = [];
      const rows: number[] = [];
      const stop = pool.focus(agent, (feed) => {
        for (let i = 0; i < feed.steps; i++) {
          const width = feed.observation.length / feed.steps;
          rows.push(...feed.observation.subarray(i * width, (i + 1) * width));
          ahead.push(width);
        }
      });
      for (let i = 0; i < 20; i++) await pool.step();
      await new Promise((resolve) => setTimeout(resolve, 60));
      await pool.step();
      stop();
      const terms = pool.envs.get(agent.env)?.spec.agents[0]?.observation ?? [];
      const at = (name: string) => {
        let first = 0;
        for (const term of terms) {
          if (term.name === name) return first;
          first += term.size;
        }
        throw new Error(`no term ${name}`);
      };
      const width = ahead[0] as number;
      const mean = (k: number) =>
        ahead.reduce((sum, _, i) => sum + (rows[i * width + k] as number), 0) / ahead.length;
      return { forward: mean(at("linear_velocity")), turn: mean(at("angular_velocity") + 2) };
    };
    expect(root).toBeGreaterThan(0);
    expect((await drive(1, 0)).forward).toBeGreaterThan(0.1);
    expect((await drive(-1, 0)).forward).toBeLessThan(-0.1);
    expect((await drive(0, 1)).turn).toBeGreaterThan(0.1);
    expect((await drive(0, -1)).turn).toBeLessThan(-0.1);
  });
});

describe("the balance", () => {
  const worker = (index: number, costs: readonly number[]): WorkerHandle => {
    const envs = costs.map((cost, i) => ({
      id: 100 * index + i,
      loadMs: cost,
      status: "running",
      destination: -1,
      pins: 0,
      movedAt: -1e9,
    }));
    const set = new Set(envs as unknown as EnvHandle[]);
    return { index, envs: set, load: costs.reduce((a, b) => a + b, 0) } as unknown as WorkerHandle;
  };

  it("puts a new environment where there is the least to do", () => {
    expect(leastLoaded([worker(0, [5, 5]), worker(1, [1, 2, 3])]).index).toBe(1);
    expect(leastLoaded([worker(0, [0, 0]), worker(1, [0])]).index).toBe(1);
  });

  it("moves as many as even out the load, and none for little", () => {
    const [busy, idle] = [worker(0, [4, 4, 4, 4]), worker(1, [4])];
    expect(planMoves([busy, idle], 0).map(({ to }) => to.index)).toEqual([1]);
    expect(planMoves([worker(0, [10, 1]), worker(1, [10])], 0)).toEqual([]);
    const pinned = [...worker(0, [4, 4, 4, 4]).envs].map((env) => Object.assign(env, { pins: 1 }));
    expect(planMoves([{ ...busy, envs: new Set(pinned) } as unknown as WorkerHandle, idle], 0)).toEqual([]);
  });
});
