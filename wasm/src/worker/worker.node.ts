/** The script of a worker thread of Node. */

import { parentPort, type TransferListItem } from "node:worker_threads";
import type { ToWorker } from "../protocol/messages";
import { Host } from "./host";

const port = parentPort;
if (!port) throw new Error("worker.node.ts is the script of a worker thread");
const host = new Host(
  (message, transfer) => port.postMessage(message, [...(transfer ?? [])] as unknown as TransferListItem[]),
  // a message to oneself would be taken up to 1,000 times before one of the pool's
  (work) => setImmediate(work),
);
port.on("message", (message: ToWorker) => host.receive(message));
port.postMessage({ kind: "started" });
