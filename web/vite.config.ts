import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig } from "vite";
import { mujocoGlue } from "../wasm/plugin.ts";

const mujoco = join(dirname(createRequire(import.meta.url).resolve("@mujoco/mujoco")), "package.json");
const { version } = JSON.parse(readFileSync(mujoco, "utf8")) as { version: string };

/** Isolation, as the server of envgen sends it: shared memory needs it. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
/** Where `envgen serve` listens while `npm run dev` serves the page. */
const server = process.env.ENVGEN_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  // relative, so that a static site may lie in any folder
  base: "./",
  plugins: [mujocoGlue()],
  define: { __MUJOCO__: JSON.stringify(version) },
  build: { target: "es2022", chunkSizeWarningLimit: 900, assetsInlineLimit: 2048 },
  worker: { format: "es", plugins: () => [mujocoGlue()] },
  server: {
    headers: isolation,
    proxy: {
      "/api": { target: server, changeOrigin: true, ws: true, headers: { Origin: server } },
    },
  },
  preview: { headers: isolation },
});
