/** `node wasm/dist/bench.mjs FRAMES [workers] [seconds]`: the pool beside a bare loop, in turn, in Node. */

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
const rounds: { pool: number; bare: number }[] = [];
for (let i = 0; i < 4; i++) {
  pool.reset("all");
  pool.setMode({ kind: "flat" });
  pool.stats();
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  const stats = pool.stats();
  pool.setMode({ kind: "paused" });
  const bare = await pool.bare(Number(seconds));
  rounds.push({ pool: stats.physicsStepsPerSecond, bare: bare.physicsStepsPerSecond });
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
