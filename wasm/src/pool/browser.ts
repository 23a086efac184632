/** Workers of a browser. */

import type { WorkerPort } from "../protocol/api";

/** Start a Web Worker that runs `worker.ts`. */
export function spawn(): WorkerPort {
  const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), {
    type: "module",
    name: "envgen",
  });
  const port: WorkerPort = {
    postMessage: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    onmessage: null,
    onerror: null,
    terminate: () => worker.terminate(),
  };
  worker.onmessage = (event) => port.onmessage?.(event.data);
  worker.onmessageerror = () => port.onerror?.("a message could not be deserialised");
  worker.onerror = (event) => {
    event.preventDefault();
    port.onerror?.(event.message || "the worker's script can't be loaded");
  };
  return port;
}
