/** The script of a Web Worker. */

import { Host } from "./host";
import type { ToWorker } from "./messages";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const host = new Host((message, transfer) => scope.postMessage(message, [...(transfer ?? [])]));
scope.onmessage = (event: MessageEvent<ToWorker>) => host.receive(event.data);
scope.postMessage({ kind: "here" });
