/** Before all tests: the worker's script is bundled, and frames are made by the very code that serves them. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";

const ROOT = fileURLToPath(new URL("../../.", import.meta.url));
/** Prompt and count by name of the folder. */
const FRAMES: Readonly<Record<string, readonly [string, number, ("mjb" | "xml")?]>> = {
  ants: ["rough terrain for ants", 12],
  xml: ["rough terrain for ants", 1, "xml"],
  sumo: ["two ants in sumo on flat ground", 2],
  rover: ["a rover on flat ground", 1],
};

declare module "vitest" {
  interface ProvidedContext {
    frames: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  await build({ configFile: join(ROOT, "wasm/vite.node.config.ts"), logLevel: "error" });
  const folder = mkdtempSync(join(tmpdir(), "envgen-frames-"));
  const own = join(ROOT, ".venv/bin/python");
  const python = process.env.PYTHON ?? (existsSync(own) ? own : "python3");
  for (const [name, [prompt, count, format]] of Object.entries(FRAMES)) {
    const out = join(folder, name);
    const options = ["--count", String(count), "--format", format ?? "mjb", "--out", out];
    execFileSync(python, ["scripts/frames", prompt, ...options], { cwd: ROOT });
  }
  const network = ["tests/parity/network.py", join(folder, "ants/00000.frame"), join(folder, "network")];
  execFileSync(python, network, { cwd: ROOT });
  project.provide("frames", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
