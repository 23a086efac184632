/** Bundles what runs in Node into wasm/dist: the worker's script and the command that parity tests call. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { mujocoGlue } from "./plugin.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("."),
  logLevel: "warn",
  plugins: [mujocoGlue()],
  // the builds for browsers run in Node too, and are what is to be tested
  ssr: { noExternal: true, resolve: { conditions: ["import", "default"] } },
  build: {
    outDir: at("dist"),
    emptyOutDir: true,
    minify: false,
    target: "node20",
    ssr: true,
    rolldownOptions: {
      input: {
        worker: at("src/worker/worker.node.ts"),
        parity: at("test/parity.ts"),
        bench: at("test/bench.ts"),
      },
      output: { format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
    },
  },
});
