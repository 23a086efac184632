import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["wasm/vitest.config.ts", { test: { name: "web", include: ["web/test/**/*.test.ts"] } }],
  },
});
