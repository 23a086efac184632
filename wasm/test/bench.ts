/**
 * `node wasm/dist/bench.mjs FRAMES [workers] [seconds]`: the pool beside a bare loop, in turn, in Node.
 *
 * Steps per second of processor time, of all threads of the process: others on the machine don't count.
 */

import { parseArgs } from "node:util";
import { openFrames, startPool } from "./support";

const { positionals } = parseArgs({ allowPositionals: true });
const [folder, workers = "2", seconds = "4"] = positionals;
if (!folder) throw new Error("give a folder of frames, as scripts/frames writes them");
const { task, frames } = openFrames(folder);
const pool = await startPool({ workers: Number(workers), task });
const policy = await pool.addPolicy({ kind: "random" });
let ready = 0;
const began = performance.now();
await new Promise<void>((resolve) => {
  pool.on("ready", () => {
    ready += 1;
    if (ready === frames.length) resolve();
  });
  for (const frame of frames) pool.add(frame, { policy: policy.id });
});
const loaded = (performance.now() - began) / 1000;
const look = setInterval(() => {
  for (let worker = 0; worker < pool.workers; worker++) pool.poses(worker);
}, 16);
/** Physics steps per second of processor time. */
async function measured(work: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const steps = await work();
  const { user, system } = process.cpuUsage(before);
  return steps / ((user + system) / 1e6);
}

const rounds: { pool: number; bare: number }[] = [];
const ms = Number(seconds) * 1000;
for (let i = 0; i < 6; i++) {
  pool.reset("all");
  const flat = await measured(async () => {
    const before = pool.stats().physicsSteps;
    pool.setMode({ kind: "flat" });
    await new Promise((resolve) => setTimeout(resolve, ms));
    pool.setMode({ kind: "paused" });
    await pool.step();
    return pool.stats().physicsSteps - before;
  });
  const bare = await measured(async () => (await pool.bare(Number(seconds))).physicsSteps);
  // the first round is of code that is still being compiled
  if (i) rounds.push({ pool: flat, bare });
}
clearInterval(look);
const stats = pool.stats();
const ratios = rounds.map((round) => round.pool / round.bare).sort((a, b) => a - b);
console.log(
  JSON.stringify({
    environments: frames.length,
    workers: pool.workers,
    load_s: loaded,
    mib_per_env: stats.heapBytes / frames.length / 2 ** 20,
    flagged: stats.flagged,
    episodes: stats.episodes,
    rounds: rounds.map((round) => ({ pool: Math.round(round.pool), bare: Math.round(round.bare) })),
    ratio: ratios[Math.floor(ratios.length / 2)],
  }),
);
pool.dispose();
