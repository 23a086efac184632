/**
 * `npm run optimise --workspace wasm`: a smaller and faster MuJoCo module, from the package's own.
 *
 * wasm-opt (Binaryen) takes the names of functions out and optimises once more: 10.3 MB become 4.1 MB, and a physics
 * step takes 8 % less. Features are named one by one: with `--all-features` the result does not load. It takes two
 * minutes of one core, so a build does without if it was not run; `plugin.ts` takes the result if it is there.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BINARYEN = "binaryen@132.0.0";
const FEATURES = [
  "bulk-memory",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "multivalue",
  "reference-types",
  "exception-handling",
  "simd",
];

const source = createRequire(import.meta.url).resolve("@mujoco/mujoco/mujoco.wasm");
const folder = fileURLToPath(new URL("optimised", import.meta.url));
const [made, facts] = [join(folder, "mujoco.wasm"), join(folder, "source.sha256")];

mkdirSync(folder, { recursive: true });
rmSync(facts, { force: true });
const features = FEATURES.map((name) => `--enable-${name}`);
const command = [
  "--yes",
  `--package=${BINARYEN}`,
  "wasm-opt",
  "-O3",
  "--strip-debug",
  ...features,
  source,
  "-o",
  made,
];
execFileSync("npx", command, { stdio: "inherit" });

const before = readFileSync(source);
const after = readFileSync(made);
const names = (list) => list.map(({ module, name, kind }) => [module, name, kind].join(" ")).sort();
const [old, now] = [new WebAssembly.Module(before), new WebAssembly.Module(after)];
const given = new Set(names(WebAssembly.Module.imports(old)));
const whole = names(WebAssembly.Module.exports(old)).join() === names(WebAssembly.Module.exports(now)).join();
if (!whole || !names(WebAssembly.Module.imports(now)).every((name) => given.has(name))) {
  throw new Error("the optimised module has other imports or exports than the package's: it is not used");
}
writeFileSync(facts, createHash("sha256").update(before).digest("hex"));
console.log(`${made}: ${(before.length / 1e6).toFixed(1)} MB became ${(after.length / 1e6).toFixed(1)} MB`);
