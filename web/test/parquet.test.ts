import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { makeColumns, type Part, writeParquet } from "../src/lib/parquet.ts";

const part = (over: Partial<Part>): Part => ({
  env: 0,
  index: 4,
  agent: "ant_0",
  drawn: { "physics.friction": 0.5, "terrain.kind": "rough" },
  rows: 2,
  observation: new Float32Array([1, 2, 3, 4, 5, 6]),
  action: new Float32Array([0.5, -0.5]),
  reward: new Float32Array([0.25, 1]),
  terminated: new Uint8Array([0, 1]),
  truncated: new Uint8Array([0, 0]),
  episode: new Int32Array([3, 3]),
  step: new Int32Array([0, 1]),
  policy: ["gait", "random"],
  ending: [null, "fallen"],
  ...over,
});

test("a recording reads back row by row, with the documented columns", async () => {
  const other = part({
    env: 1,
    index: 7,
    agent: "hopper_0",
    drawn: { "physics.friction": 2, "terrain.kind": 3 },
  });
  const file = writeParquet(makeColumns([part({}), other]), { task: "walk" });
  const rows = await parquetReadObjects({ file });
  expect(rows.length).toBe(4);
  expect(Object.keys(rows[0] ?? {})).toEqual([
    "env",
    "index",
    "agent",
    "step",
    "episode",
    "policy",
    "observation",
    "action",
    "reward",
    "terminated",
    "truncated",
    "ending",
    "drawn.physics.friction",
    "drawn.terrain.kind",
  ]);
  expect(rows[1]).toMatchObject({
    env: 0n,
    index: 4n,
    agent: "ant_0",
    step: 1n,
    episode: 3n,
    policy: "random",
    observation: [4, 5, 6],
    action: [-0.5],
    reward: 1,
    terminated: true,
    truncated: false,
    ending: "fallen",
    "drawn.physics.friction": 0.5,
    "drawn.terrain.kind": "rough",
  });
  // one variant has a number there, the other a word: the column is text
  expect(rows[2]).toMatchObject({ ending: null, "drawn.terrain.kind": "3" });
  const meta = await parquetMetadataAsync(file);
  expect(meta.key_value_metadata?.find((kv) => kv.key === "envgen")?.value).toBe('{"task":"walk"}');
});
