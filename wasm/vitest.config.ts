import { defineConfig } from "vitest/config";
import { mujocoGlue } from "./plugin.ts";

export default defineConfig({
  plugins: [mujocoGlue()],
  test: {
    name: "wasm",
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup.ts"],
    testTimeout: 60_000,
    // the changed glue of MuJoCo is what is to be tested, not the package's own
    server: { deps: { inline: [/@mujoco\/mujoco/] } },
  },
});
