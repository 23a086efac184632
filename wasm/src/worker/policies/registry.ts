/** Policies by kind. A new one is a file beside this one and a line here (and in `PolicySource`). */

import type { OnnxRuntime } from "../../protocol/messages";
import type { PolicyKind, PolicySource } from "../../protocol/policy";
import type { Policy } from "./base";
import { gait } from "./gait";
import { keyboard } from "./keyboard";
import { onnx } from "./onnx";
import { random } from "./random";
import { zero } from "./zero";

type Makers = {
  readonly [K in PolicyKind]: (
    source: Extract<PolicySource, { kind: K }>,
    runtime: OnnxRuntime | null,
  ) => Policy | Promise<Policy>;
};

const MAKERS: Makers = {
  zero,
  random: ({ seed }) => random(seed ?? 0),
  gait: (source) => gait(source.gait ?? null),
  keyboard,
  onnx: ({ model }, runtime) => {
    if (runtime === null) throw new Error("ONNX policies need the `onnx` option of the pool");
    return onnx(model, runtime);
  },
};

/** Make the policy of a source; throws where it can't be loaded. */
export async function makePolicy(source: PolicySource, runtime: OnnxRuntime | null): Promise<Policy> {
  const make = MAKERS[source.kind] as (s: PolicySource, r: OnnxRuntime | null) => Policy | Promise<Policy>;
  return make(source, runtime);
}
