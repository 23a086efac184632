/** Handler of messages from workers: answers requests and passes on events, feeds and recordings. */

import type { FromWorker } from "../protocol/messages";
import type { PolicyId } from "../protocol/policy";
import type { Events } from "./events";
import type { Feeds } from "./feeds";
import type { Recordings } from "./recordings";
import type { Requests } from "./requests";
import type { WorkerHandle } from "./worker-handle";
import type { Workers } from "./workers";

export class MessageHandler {
  /**
   * @param endings names of the task's endings, by index
   * @param retirePolicy removes a policy that failed in a worker
   */
  constructor(
    private readonly workers: Workers,
    private readonly events: Events,
    private readonly requests: Requests,
    private readonly feeds: Feeds,
    private readonly recordings: Recordings,
    private readonly endings: () => readonly string[],
    private readonly retirePolicy: (policy: PolicyId, why: string) => void,
  ) {}

  /** Handle a message of a worker. */
  handle(worker: WorkerHandle, message: FromWorker): void {
    switch (message.kind) {
      case "flagged": {
        const env = this.workers.envs.get(message.id);
        if (!env) break;
        env.flagged += 1;
        this.events.emit("flagged", { env: env.id, index: env.spec.index, why: message.why });
        break;
      }
      case "done":
        this.requests.answer(message.request, worker.index, null);
        break;
      case "policy":
        this.requests.answer(message.request, worker.index, message.why);
        break;
      case "ended":
        for (const { env, agent, ending, ...rest } of message.episodes) {
          this.events.emit("episode", {
            agent: { env, agent },
            ending: this.endings()[ending] ?? "",
            ...rest,
          });
        }
        break;
      case "feed":
        this.feeds.deliver(message.feed);
        break;
      case "progress":
        this.recordings.progress(message.request, worker.index, message.share);
        break;
      case "recorded":
        this.recordings.progress(message.request, worker.index, 1);
        this.requests.answer(message.request, worker.index, message.recordings);
        break;
      case "benchmark":
        this.requests.answer(message.request, worker.index, message);
        break;
      case "snapshot":
        worker.setSnapshot(message);
        break;
      case "policy-failed":
        this.retirePolicy(message.id, message.why);
        break;
      case "error":
        this.events.emit("error", { why: message.why });
        break;
      default:
        break;
    }
  }
}
