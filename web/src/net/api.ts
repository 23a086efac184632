/** HTTP interface of the server. Errors are objects with cause and remedy. */

import type { InterpretationSpec } from "../stream.gen.ts";

export class ApiError extends Error {
  constructor(
    readonly what: string,
    readonly remedy: string,
    readonly status: number,
  ) {
    super(`${what}\n${remedy}`);
  }
}

const GONE = "Is `envgen serve` still running? This page connects again by itself; then try again.";

async function ask(path: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("the server does not answer", GONE, 0);
  }
  if (answer.ok) return answer;
  let said: { cause?: string; remedy?: string; detail?: unknown } = {};
  try {
    said = (await answer.json()) as typeof said;
  } catch {
    // the body is not JSON: the status says what failed
  }
  const inner = typeof said.detail === "object" && said.detail ? (said.detail as typeof said) : said;
  throw new ApiError(
    inner.cause ?? `the server answers ${answer.status} to ${path}`,
    inner.remedy ?? "Look at what `envgen serve` printed.",
    answer.status,
  );
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

/** Interpret a prompt; with a base, as a change to it. */
export async function interpret(
  prompt: string,
  base: unknown,
  signal?: AbortSignal,
): Promise<InterpretationSpec> {
  const body = base === null ? { prompt } : { prompt, base };
  return (await (await post("./api/interpret", body, signal)).json()) as InterpretationSpec;
}

export interface ServedPolicy {
  readonly name: string;
  readonly robot: string;
  readonly task: string;
  readonly error: string | null;
  readonly url?: string;
}

export async function listPolicies(): Promise<readonly ServedPolicy[]> {
  return (await (await ask("./api/policies")).json()) as ServedPolicy[];
}

export async function fetchBytes(url: string): Promise<ArrayBuffer> {
  return (await ask(url)).arrayBuffer();
}

/** Return the running set as a pack in a .zip. */
export async function exportPack(body: unknown): Promise<Blob> {
  return (await post("./api/export", body)).blob();
}
