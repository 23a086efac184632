/** What tests in Node share: frames from disk, and a pool of worker threads. */

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawner } from "../src/pool/node";
import { Pool } from "../src/pool/pool";
import type { PoolEvent, PoolEvents, PoolOptions } from "../src/protocol/api";
import type { TaskSpec } from "../src/protocol/wire.gen";

const require = createRequire(import.meta.url);

export interface Frames {
  readonly task: TaskSpec;
  readonly frames: readonly Uint8Array[];
}

/** A folder as `scripts/frames` writes it. */
export function openFrames(folder: string): Frames {
  const started = JSON.parse(readFileSync(join(folder, "started.json"), "utf8")) as { task: TaskSpec };
  const names = readdirSync(folder).filter((name) => /^\d+\.frame$/.test(name));
  return {
    task: started.task,
    frames: names.sort().map((name) => new Uint8Array(readFileSync(join(folder, name)))),
  };
}

/** The compiled module of the installed package. */
export function mujoco(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(require.resolve("@mujoco/mujoco/mujoco.wasm")));
}

/** The bytes of the ONNX runtime: Node has no address for it. */
export function onnxRuntime(): ArrayBuffer {
  const bytes = readFileSync(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** The bundled script of a worker thread. */
export const WORKER = fileURLToPath(new URL("../dist/worker.mjs", import.meta.url));

export function startPool(options: Partial<PoolOptions> = {}): Promise<Pool> {
  return Pool.create({ workers: 1, mujoco: mujoco(), spawn: spawner(WORKER), ...options });
}

/** Add frames and wait until all of them step. */
export async function addAll(pool: Pool, frames: readonly Uint8Array[], policy = -1): Promise<number[]> {
  const ids: number[] = [];
  const missing = new Set<number>();
  await new Promise<void>((resolve, reject) => {
    const stop = [
      pool.on("ready", ({ env }) => {
        if (missing.delete(env) && !missing.size) finish();
      }),
      pool.on("refused", ({ why }) => reject(new Error(why))),
    ];
    const finish = () => {
      for (const off of stop) off();
      resolve();
    };
    for (const frame of frames) {
      const id = pool.add(frame, { policy });
      ids.push(id);
      missing.add(id);
    }
  });
  return ids;
}

/** Wait for an event. */
export function next<E extends PoolEvent>(pool: Pool, event: E): Promise<PoolEvents[E]> {
  return new Promise((resolve) => {
    const off = pool.on(event, (detail) => {
      off();
      resolve(detail);
    });
  });
}

/** Wait until something holds. */
export async function until(holds: () => boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${holds} did not come true within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
