import { expect, test } from "vitest";

const sources: Record<string, string> = import.meta.glob("../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Strings that name a file of the worker, in an import or in `new URL(…)`, which biome can't check. */
const ofWorker = (text: string) =>
  text.match(/["'`](?:@envgen\/wasm\/worker|[^"'`\s]*wasm\/src)\/[^"'`]*["'`]/g);

test("the page names no file of the worker, not in a URL either", () => {
  const found = Object.keys(sources).filter((path) => ofWorker(sources[path] as string));
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});

test.each([
  'new URL("@envgen/wasm/worker/worker.ts", import.meta.url)',
  "import('@envgen/wasm/worker/host')",
  "new URL(`../../wasm/src/worker/worker.ts`, import.meta.url)",
])("%s is found", (line) => expect(ofWorker(line)).toHaveLength(1));
