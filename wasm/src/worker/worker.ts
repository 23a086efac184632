/** The script of a Web Worker. */

import type { ToWorker } from "../protocol/messages";
import { Host } from "./host";

const scope = self as unknown as DedicatedWorkerGlobalScope;
// a message to itself: setTimeout would wait for 4 ms
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
const host = new Host(
  (message, transfer) => scope.postMessage(message, [...(transfer ?? [])]),
  (work) => {
    waiting.push(work);
    channel.port2.postMessage(null);
  },
);
scope.onmessage = (event: MessageEvent<ToWorker>) => host.receive(event.data);
scope.postMessage({ kind: "started" });
