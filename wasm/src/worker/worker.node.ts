/** The script of a worker thread of Node. */

import { parentPort, type TransferListItem } from "node:worker_threads";
import type { ToWorker } from "../protocol/messages";
import { Host } from "./host";

const port = parentPort;
if (!port) throw new Error("worker.node.ts is the script of a worker thread");
const host = new Host(
  (message, transfer) => port.postMessage(message, [...(transfer ?? [])] as unknown as TransferListItem[]),
  // messages to itself would delay those of the pool: Node takes up to 1,000 at once
  (work) => setImmediate(work),
);
port.on("message", (message: ToWorker) => host.receive(message));
port.postMessage({ kind: "started" });
