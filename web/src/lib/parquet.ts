/** A recording as a Parquet file with the columns of `envgen/rollout/columns.py`. */

import type { SchemaElement } from "hyparquet";
import { ByteWriter, parquetWrite } from "hyparquet-writer";

/** Recording of one agent, one row for each control step. */
export interface Part {
  readonly env: number;
  readonly index: number;
  readonly agent: string;
  readonly drawn: Readonly<Record<string, unknown>>;
  readonly rows: number;
  /** [rows][size] */
  readonly observation: Float32Array;
  readonly action: Float32Array;
  readonly reward: ArrayLike<number>;
  readonly terminated: ArrayLike<number>;
  readonly truncated: ArrayLike<number>;
  readonly episode: ArrayLike<number>;
  readonly step: ArrayLike<number>;
  /** Policy names, one for each row. */
  readonly policy: readonly string[];
  readonly ending: readonly (string | null)[];
}

type Kind = "int64" | "float64" | "bool" | "string" | "list<float32>";

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly data: unknown[];
}

/** Return the columns of all parts, one part after another. */
export function makeColumns(parts: readonly Part[]): Column[] {
  const columns: Column[] = [];
  const add = (
    name: string,
    kind: Kind,
    of: (part: Part, row: number) => unknown,
    nullable = false,
  ): void => {
    const data: unknown[] = [];
    for (const part of parts) for (let row = 0; row < part.rows; row++) data.push(of(part, row));
    columns.push({ name, kind, nullable, data });
  };
  const whole = (x: number | undefined) => BigInt(x ?? 0);
  const slice = (values: Float32Array, rows: number, row: number) => {
    const size = rows ? values.length / rows : 0;
    return Array.from(values.subarray(row * size, (row + 1) * size));
  };
  add("env", "int64", (p) => whole(p.env));
  add("index", "int64", (p) => whole(p.index));
  add("agent", "string", (p) => p.agent);
  add("step", "int64", (p, i) => whole(p.step[i]));
  add("episode", "int64", (p, i) => whole(p.episode[i]));
  add("policy", "string", (p, i) => p.policy[i] ?? "none");
  add("observation", "list<float32>", (p, i) => slice(p.observation, p.rows, i));
  add("action", "list<float32>", (p, i) => slice(p.action, p.rows, i));
  add("reward", "float64", (p, i) => p.reward[i] ?? 0);
  add("terminated", "bool", (p, i) => p.terminated[i] === 1);
  add("truncated", "bool", (p, i) => p.truncated[i] === 1);
  add("ending", "string", (p, i) => p.ending[i] ?? null, true);
  for (const [path, kind] of drawnKinds(parts)) {
    add(`drawn.${path}`, kind, (p) => asKind(p.drawn[path], kind), true);
  }
  return columns;
}

/** Return the type of each drawn value, sorted by path: a number if every variant has a number or nothing, else text. */
function drawnKinds(parts: readonly Part[]): [string, "float64" | "string"][] {
  const kinds = new Map<string, "float64" | "string">();
  for (const { drawn } of parts) {
    for (const [path, value] of Object.entries(drawn)) {
      if (value === null || value === undefined) continue;
      const number = typeof value === "number" && kinds.get(path) !== "string";
      kinds.set(path, number ? "float64" : "string");
    }
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
}

function asKind(value: unknown, kind: "float64" | "string"): unknown {
  if (value === null || value === undefined) return null;
  if (kind === "float64") return Number(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Return the bytes of the file; `about` is stored in its metadata under the key `envgen`. */
export function writeParquet(columns: readonly Column[], about: unknown): ArrayBuffer {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema: [{ name: "root", num_children: columns.length }, ...columns.flatMap(elements)],
    columnData: columns.map((c) => ({ name: c.name, data: c.data })),
    kvMetadata: [{ key: "envgen", value: JSON.stringify(about) }],
    createdBy: "envgen",
  });
  return writer.getBuffer();
}

function elements(column: Column): SchemaElement[] {
  const { name } = column;
  const repetition_type = column.nullable ? "OPTIONAL" : "REQUIRED";
  switch (column.kind) {
    case "int64":
      return [{ name, type: "INT64", repetition_type }];
    case "float64":
      return [{ name, type: "DOUBLE", repetition_type }];
    case "bool":
      return [{ name, type: "BOOLEAN", repetition_type }];
    case "string":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
    case "list<float32>":
      return [
        { name, repetition_type, num_children: 1, converted_type: "LIST" },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
      ];
  }
}
