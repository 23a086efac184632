/** ONNX policies, run in batches by the CPU backend of onnxruntime-web. */

import type * as Ort from "onnxruntime-web/wasm";
import type { OnnxRuntime } from "../../protocol/messages";
import type { Policy, PolicyInput } from "./base";

let loading: Promise<typeof Ort> | null = null;

function runtime(where: OnnxRuntime): Promise<typeof Ort> {
  loading ??= import("onnxruntime-web/wasm").then((ort) => {
    // one thread: the workers are the threads
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.proxy = false;
    ort.env.logLevel = "error";
    if (typeof where === "string") ort.env.wasm.wasmPaths = { wasm: where };
    else ort.env.wasm.wasmBinary = where;
    return ort;
  });
  return loading;
}

/** Load a network. Rejects with the error of the runtime. */
export async function onnx(model: ArrayBuffer, where: OnnxRuntime): Promise<Policy> {
  const ort = await runtime(where);
  const session = await ort.InferenceSession.create(new Uint8Array(model), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  let inputs = new Float32Array(0);
  // a session takes one run at a time
  let last: Promise<void> = Promise.resolve();

  const run = async (agents: readonly PolicyInput[]): Promise<void> => {
    const first = agents[0];
    if (!first) return;
    const size = first.observation.length;
    if (inputs.length < agents.length * size) inputs = new Float32Array(agents.length * size);
    agents.forEach((agent, i) => {
      inputs.set(agent.observation, i * size);
    });
    const obs = new ort.Tensor("float32", inputs.subarray(0, agents.length * size), [agents.length, size]);
    const { action } = await session.run({ obs });
    if (!action) throw new Error("the network has no output `action`");
    const actions = action.data as Float32Array;
    const width = first.action.length;
    if (actions.length !== agents.length * width) {
      throw new Error(
        `the network must give ${width} actions per agent, got ${actions.length / agents.length}`,
      );
    }
    agents.forEach((agent, i) => {
      for (let j = 0; j < width; j++) agent.action[j] = actions[i * width + j] as number;
    });
    action.dispose();
  };

  return {
    kind: "onnx",
    act: null,
    batch(agents) {
      const mine = last.then(() => run(agents));
      last = mine.catch(() => undefined);
      return mine;
    },
    close() {
      void last.then(() => session.release());
    },
  };
}
