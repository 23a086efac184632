import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import type { Pool } from "../src/pool/pool";
import type { PoolOptions } from "../src/protocol/api";
import type { Recording } from "../src/protocol/steps";
import { addAll, mujoco, onnxRuntime, openFrames, startPool, until } from "./support";

const pools: Pool[] = [];
const module = mujoco();
const file = (name: string) => readFileSync(join(inject("frames"), name));
const bytes = (name: string): ArrayBuffer => Uint8Array.from(file(name)).buffer;

afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});

async function start(game = "ants", options: Partial<PoolOptions> = {}) {
  const { task, frames } = openFrames(join(inject("frames"), game));
  const pool = await startPool({ mujoco: module, onnx: onnxRuntime(), task, ...options });
  pools.push(pool);
  return { pool, ids: await addAll(pool, frames) };
}

const { cut, linear } = {
  cut: (x: number, most: number) => Math.min(Math.max(x, -most), most),
  /** What the network of tests/parity/network.py computes. */
  linear(numbers: { weight: number[][]; bias: number[] }, observation: Float32Array): number[] {
    return numbers.bias.map((bias, j) =>
      cut(
        numbers.weight.reduce(
          (sum, row, i) => sum + cut(observation[i] as number, 10) * (row[j] as number),
          bias,
        ),
        1,
      ),
    );
  },
};

/** The greatest difference between a recording's actions and the network's, over the rows of a policy. */
function away(recording: Recording, policy: number): number {
  const numbers = JSON.parse(file("network.json").toString());
  const { rows, observation, action } = recording;
  const [k, n] = [observation.length / rows, action.length / rows];
  let most = 0;
  for (let i = 0; i < rows; i++) {
    if (recording.policy[i] !== policy) continue;
    const wanted = linear(numbers, observation.subarray(i * k, (i + 1) * k));
    wanted.forEach((x, j) => {
      most = Math.max(most, Math.abs(x - (action[i * n + j] as number)));
    });
  }
  return most;
}

describe("a network", () => {
  it("drives each agent by what that one sees, many in a batch", async () => {
    const { pool, ids } = await start("ants", { workers: 2, mode: { kind: "flat" } });
    const policy = await pool.addPolicy({ kind: "onnx", model: bytes("network.onnx") }, "linear.onnx");
    expect(policy.onnx).toMatchObject({ robot: "ant", task: "walk", action: 8 });
    expect(pool.assign(policy.id)).toEqual({ agents: ids.length, refused: [] });
    await until(() => ids.every((env) => pool.counters({ env, agent: 0 }).policy === policy.id));
    const recordings = await pool.record(
      ids.map((env) => ({ env, agent: 0 })),
      30,
    ).done;
    for (const recording of recordings) {
      expect(recording.rows).toBe(30);
      expect(away(recording, policy.id)).toBeLessThan(1e-5);
    }
  });

  it("shares the agents with others, each acting as itself", async () => {
    const { pool, ids } = await start();
    const network = await pool.addPolicy({ kind: "onnx", model: bytes("network.onnx") });
    const zero = await pool.addPolicy({ kind: "zero" });
    pool.assign(zero.id);
    pool.assign(network.id, { share: 0.5 });
    const job = pool.record(
      ids.map((env) => ({ env, agent: 0 })),
      4,
    );
    for (let i = 0; i < 4; i++) await pool.step();
    const recordings = await job.done;
    const driven = recordings.filter((recording) => recording.policy.every((id) => id === network.id));
    expect(driven).toHaveLength(ids.length / 2);
    for (const recording of recordings) {
      if (driven.includes(recording)) expect(away(recording, network.id)).toBeLessThan(1e-5);
      else expect(recording.action.every((x) => x === 0)).toBe(true);
    }
  });

  it("is refused by agents that see something else", async () => {
    const { pool } = await start("sumo");
    const { id } = await pool.addPolicy({ kind: "onnx", model: bytes("network.onnx") }, "linear.onnx");
    const { agents, refused } = pool.assign(id);
    expect(agents).toBe(0);
    expect(refused[0]?.why).toBe("linear.onnx is for the task 'walk', this one is 'sumo'");
  });

  it("that is damaged behind its header is refused by the runtime", async () => {
    const { pool } = await start();
    const model = bytes("network.onnx");
    // the operator's name, of the same length: a header that is sound and a graph that is not
    const text = new Uint8Array(model);
    const at =
      Buffer.from(model).indexOf("Gemm") >= 0
        ? Buffer.from(model).indexOf("Gemm")
        : Buffer.from(model).indexOf("MatMul");
    text.set(
      [..."Qxyz"].map((letter) => letter.charCodeAt(0)),
      at,
    );
    await expect(pool.addPolicy({ kind: "onnx", model }, "bad.onnx")).rejects.toThrow(
      "bad.onnx can't be loaded",
    );
    expect(pool.policies.size).toBe(0);
  });

  it("needs to know where the runtime is", async () => {
    const { task } = openFrames(join(inject("frames"), "ants"));
    const pool = await startPool({ mujoco: module, task });
    pools.push(pool);
    const model = bytes("network.onnx");
    await expect(pool.addPolicy({ kind: "onnx", model })).rejects.toThrow(
      "need the `onnx` option of the pool",
    );
  });
});
