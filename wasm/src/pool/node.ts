/** Workers of Node: threads. */

import { type TransferListItem, Worker } from "node:worker_threads";
import type { WorkerPort } from "../protocol/api";

/** Start worker threads that run a script: `worker.node.ts`, bundled. */
export function spawner(script: string | URL): () => WorkerPort {
  return () => {
    const worker = new Worker(script);
    const port: WorkerPort = {
      postMessage: (message, transfer) =>
        worker.postMessage(message, [...(transfer ?? [])] as unknown as TransferListItem[]),
      onmessage: null,
      onerror: null,
      terminate: () => void worker.terminate(),
    };
    worker.on("message", (data) => port.onmessage?.(data));
    worker.on("error", (error) => port.onerror?.(error.message));
    worker.on("exit", (code) => port.onerror?.(`it ended with ${code}`));
    return port;
  };
}
