/**
 * Reader of the header of an ONNX file without a runtime: inputs, outputs and metadata (which the runtime for
 * browsers does not give). ONNX is protobuf; the fields are those of onnx.proto, https://github.com/onnx/onnx.
 * The same checks as `envgen/policies/onnx_header.py`.
 */

import { PoolError } from "./error";
import type { OnnxMetadata } from "./policy";
import type { AgentSpec } from "./wire.gen";

const FLOAT = 1;
const KEYS = ["envgen.robot", "envgen.task", "envgen.obs", "envgen.version"] as const;
const EXPORT = "Export it anew (docs/policies.md).";

interface Tensor {
  readonly name: string;
  readonly kind: number;
  /** null where an axis is free. */
  readonly shape: readonly (number | null)[];
}

type Field = readonly [number, number | Uint8Array];

/** Read the header of a policy. Throws a PoolError if it can't drive any agent. */
export function readHeader(content: Uint8Array, name: string): OnnxMetadata {
  const { inputs, outputs, metadata } = model(content, name);
  const missing = KEYS.filter((key) => !metadata.has(key));
  if (missing.length) {
    throw new PoolError(
      `${name} lacks the metadata ${missing.join(", ")}`,
      "Write them with envgen.policies.onnx_file.annotate (docs/policies.md).",
    );
  }
  const get = (key: (typeof KEYS)[number]): string => metadata.get(key) as string;
  const terms = observationTerms(get("envgen.obs"), name);
  const total = terms.reduce((sum, term) => sum + term.size, 0);
  return {
    observation: tensorWidth(name, "input", inputs, "obs") ?? total,
    action: tensorWidth(name, "output", outputs, "action") ?? 0,
    robot: get("envgen.robot"),
    task: get("envgen.task"),
    terms,
    version: get("envgen.version"),
  };
}

/** Return the reason why a policy can't drive an agent of a task, or null. */
export function unfit(name: string, facts: OnnxMetadata, agent: AgentSpec, task: string): string | null {
  if (facts.robot !== agent.robot)
    return `${name} is for the robot '${facts.robot}', this agent is '${agent.robot}'`;
  if (facts.task !== task) return `${name} is for the task '${facts.task}', this one is '${task}'`;
  const needed = agent.observation.filter((term) => term.size > 0);
  const given = facts.terms ?? [];
  const at = needed.findIndex((term, i) => term.name !== given[i]?.name || term.size !== given[i]?.size);
  if (at >= 0 || given.length !== needed.length) {
    const show = (term: { name: string; size: number } | undefined) =>
      term ? `${term.name} (${term.size})` : "none";
    const where = at >= 0 ? at : needed.length;
    return `${name} observes something else: term ${where + 1} is ${show(given[where])}, not ${show(needed[where])}`;
  }
  const size = needed.reduce((sum, term) => sum + term.size, 0);
  if (facts.observation !== size)
    return `${name} takes ${facts.observation} numbers, this agent observes ${size}`;
  if (facts.action && facts.action !== agent.actuators.length) {
    return `${name} gives ${facts.action} actions, this agent has ${agent.actuators.length} actuators`;
  }
  return null;
}

function tensorWidth(name: string, what: string, found: readonly Tensor[], wanted: string): number | null {
  const needed = `one ${what}, ${wanted} (N, k) of float32, N free`;
  const [only] = found;
  if (found.length !== 1 || !only || only.name !== wanted) {
    throw new PoolError(
      `${name} has the ${what}s ${found.map(show).join(", ") || "none"}; needed is ${needed}`,
      EXPORT,
    );
  }
  if (only.shape.length !== 2 || only.shape[0] !== null || only.kind !== FLOAT) {
    throw new PoolError(`${name} has the ${what} ${show(only)}; needed is ${needed}`, EXPORT);
  }
  return only.shape[1] ?? null;
}

const show = (t: Tensor): string =>
  `${t.name} (${t.shape.map((size) => size ?? "N").join(", ")})${t.kind === FLOAT ? "" : ` of type ${t.kind}`}`;

function observationTerms(text: string, name: string): { name: string; size: number }[] {
  try {
    const terms = JSON.parse(text) as [string, number][];
    return terms
      .map(([term, size]) => ({ name: String(term), size: Number(size) }))
      .filter((t) => t.size > 0);
  } catch {
    throw new PoolError(
      `${name}: envgen.obs must be a list of terms with sizes`,
      'Write it as JSON, such as [["height", 1], ["up", 3]].',
    );
  }
}

function model(content: Uint8Array, name: string) {
  const metadata = new Map<string, string>();
  let graph: Uint8Array | null = null;
  try {
    for (const [field, value] of fields(content)) {
      if (field === 7) graph = bytes(value);
      else if (field === 14) {
        const entry = new Map(fields(bytes(value)));
        metadata.set(text(entry.get(1)), text(entry.get(2)));
      }
    }
    if (!graph) throw new RangeError("no graph");
    return { metadata, ...tensors(graph) };
  } catch (error) {
    if (error instanceof PoolError) throw error;
    throw new PoolError(
      `a policy must be a whole ONNX file, got ${name}`,
      "Export the policy again (docs/policies.md).",
    );
  }
}

function tensors(graph: Uint8Array): { inputs: Tensor[]; outputs: Tensor[] } {
  const constants = new Set<string>();
  const inputs: Tensor[] = [];
  const outputs: Tensor[] = [];
  for (const [field, value] of fields(graph)) {
    if (field === 5) {
      for (const [key, own] of fields(bytes(value))) if (key === 8) constants.add(text(own));
    } else if (field === 11) inputs.push(describe(bytes(value)));
    else if (field === 12) outputs.push(describe(bytes(value)));
  }
  return { inputs: inputs.filter((t) => !constants.has(t.name)), outputs };
}

function describe(content: Uint8Array): Tensor {
  let name = "";
  let kind = 0;
  let shape: (number | null)[] = [];
  for (const [field, value] of fields(content)) {
    if (field === 1) name = text(value);
    if (field !== 2) continue;
    const inner = new Map(fields(bytes(value))).get(1);
    for (const [own, part] of inner === undefined ? [] : fields(bytes(inner))) {
      if (own === 1 && typeof part === "number") kind = part;
      else if (own === 2) {
        shape = [...fields(bytes(part))].filter(([key]) => key === 1).map(([, axis]) => length(bytes(axis)));
      }
    }
  }
  return { name, kind, shape };
}

function length(axis: Uint8Array): number | null {
  const size = new Map(fields(axis)).get(1);
  return typeof size === "number" ? size : null;
}

function* fields(content: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = content[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new RangeError("cut off");
  };
  while (at < content.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) {
      yield [field, varint()];
      continue;
    }
    const size = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : -1;
    if (size < 0 || field === 0 || at + size > content.length) throw new RangeError("malformed");
    yield [field, content.subarray(at, at + size)];
    at += size;
  }
}

function bytes(value: number | Uint8Array | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new RangeError("malformed");
  return value;
}

const text = (value: number | Uint8Array | undefined): string =>
  value === undefined ? "" : new TextDecoder("utf-8", { fatal: true }).decode(bytes(value));
