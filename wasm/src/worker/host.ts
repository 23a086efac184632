/** Main loop of a worker: handles the pool's messages, loads and steps environments, publishes poses and counters. */

import { Counters, currentEnv } from "../protocol/counters";
import type { Post, ToWorker } from "../protocol/messages";
import { Views } from "../protocol/shared-memory";
import { Environments, messageOf } from "./environments";
import { ModuleDead, MujocoModule } from "./mujoco-module";
import { PhysicsBenchmark } from "./physics-benchmark";
import { Publisher } from "./publish";
import { StepListeners } from "./step-listeners";
import { Programs } from "./tasks/program";

/** ms between unrequested messages: feeds, episodes, progress. */
const REPORT_EVERY = 30;
/** ms between messages about the load of environments. */
const COSTS_EVERY = 1000;
/** Longest sleep in ms. */
const MAX_SLEEP = 50;

export class Host {
  private readonly inbox: ToWorker[] = [];
  private readonly listeners: StepListeners;
  private readonly counters = new Counters();
  private readonly environments: Environments;
  private budget = 8;
  private benchmark: PhysicsBenchmark | null = null;
  private unanswered: number[] = [];
  /** Time (ms) before which it does not step; see `Mode.share`. */
  private restUntil = 0;
  private active = false;
  private dead = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private lastReport = 0;
  private lastCosts = 0;
  /** Number of unsent episodes that are in the counters already. */
  private countedEpisodes = 0;

  /** @param defer calls a function after the other tasks of the event loop */
  constructor(
    private readonly post: Post,
    private readonly defer: (work: () => void) => void,
  ) {
    this.environments = new Environments(post, this.counters, (error) => this.fail(error));
    this.listeners = new StepListeners((agent) => this.environments.agent(agent), post);
  }

  receive(message: ToWorker): void {
    this.inbox.push(message);
    this.schedule();
  }

  private schedule(): void {
    if (this.active || this.dead) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.active = true;
    this.defer(() => void this.runOnce());
  }

  /** Handle messages, load, step for the budget and publish; then yield to the event loop. */
  private async runOnce(): Promise<void> {
    const began = performance.now();
    let wait = Number.POSITIVE_INFINITY;
    try {
      while (this.inbox.length) await this.handle(this.inbox.shift() as ToWorker);
      this.environments.loadQueued(this.environments.scheduler.idle ? this.budget : this.budget / 2);
      if (this.benchmark) this.measure(this.benchmark);
      else if (!this.environments.scheduler.idle) wait = await this.tick();
      this.finish(began);
    } catch (error) {
      this.fail(error);
    }
    this.active = false;
    if (this.dead) return;
    const { scheduler, loadQueue, context } = this.environments;
    const more =
      this.inbox.length ||
      loadQueue.size ||
      this.benchmark ||
      scheduler.stepping ||
      (context && this.unanswered.length);
    if (more || wait < 1) this.schedule();
    else if (wait < Number.POSITIVE_INFINITY || this.environments.publisher?.waiting) {
      this.timer = setTimeout(
        () => this.schedule(),
        Math.min(wait, MAX_SLEEP, this.environments.publisher?.waiting ? 8 : MAX_SLEEP),
      );
    }
  }

  /** Run the benchmark for a tick; it ends when it fails, or it would fail for ever. */
  private measure(benchmark: PhysicsBenchmark): void {
    this.benchmark = null;
    const envs = [...this.environments.envs.values()];
    let over = true;
    try {
      over = benchmark.run(this.budget, envs);
    } finally {
      if (over) this.post(benchmark.result());
    }
    if (over) for (const env of envs) env.begin(env.episode);
    else this.benchmark = benchmark;
  }

  /** Step for the budget, unless resting for `Mode.share`. Returns the ms until the next step is due. */
  private async tick(): Promise<number> {
    const began = performance.now();
    if (began < this.restUntil && !this.environments.scheduler.stepping) return this.restUntil - began;
    const wait = await this.environments.scheduler.tick(this.budget, () => this.inbox.length > 0);
    this.environments.publisher?.markChanged();
    const now = performance.now();
    this.restUntil = now + (now - began) * (1 / this.environments.scheduler.share - 1);
    return Math.max(wait, this.restUntil - now);
  }

  private async handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case "start":
        await this.start(message);
        break;
      case "buffers":
        this.useViews(new Views(message.buffers));
        this.post({ kind: "switched" });
        break;
      case "task":
        if (this.environments.context) this.environments.context.programs = new Programs(message.task);
        break;
      case "add":
        this.environments.loadQueue.add(message);
        break;
      case "remove":
        this.environments.remove(message.ids);
        break;
      case "release":
        this.environments.release(message.id);
        break;
      case "mode":
        this.environments.scheduler.setMode(message.mode);
        break;
      case "step":
        this.unanswered.push(message.request);
        this.environments.scheduler.stepOnce();
        break;
      case "sync":
        this.unanswered.push(message.request);
        break;
      case "reset":
        this.environments.reset(message.ids, message.episode);
        break;
      case "policy":
        // not awaited: the ONNX runtime is large, and stepping goes on meanwhile
        void this.environments.addPolicy(message);
        break;
      case "remove-policy":
        this.environments.dropPolicy(message.id);
        break;
      case "assign":
        this.environments.assign(message.policy, message.agents);
        break;
      case "drive": {
        const agent = this.environments.agent(message.agent);
        if (agent) agent.drive = message.drive;
        break;
      }
      case "push":
        this.environments.envs.get(message.id)?.push(message.push);
        break;
      case "focus":
        this.listeners.focus(message.agent, message.on);
        break;
      case "record":
        this.listeners.record(message, this.environments.context?.programs?.task.reward.length ?? 0);
        break;
      case "stop":
        this.listeners.stop(message.request);
        break;
      case "benchmark":
        this.benchmark = new PhysicsBenchmark(
          message.request,
          message.seconds,
          this.environments.envs.values(),
        );
        break;
      case "snapshot":
        this.environments.publisher?.requestSnapshot();
        break;
      case "ping":
        this.post({ kind: "pong" });
        break;
    }
  }

  private async start(message: Extract<ToWorker, { kind: "start" }>): Promise<void> {
    const physics = await MujocoModule.create(message.module);
    this.environments.context = {
      mujoco: physics,
      programs: null,
      policies: this.environments.policies,
      ended: this.environments.ended,
    };
    this.environments.onnx = message.onnx;
    this.environments.sharedMemory = message.shared;
    this.budget = message.budget;
    this.environments.publisher = new Publisher(message.shared, this.post);
    this.useViews(new Views(message.buffers));
    this.environments.scheduler.setMode(message.mode);
  }

  private useViews(views: Views): void {
    if (this.counters.views) views.agents.set(this.counters.views.agents);
    this.counters.views = views;
    this.environments.publisher?.useViews(views, this.environments.envs.values());
  }

  // --- end of a tick ---

  private finish(began: number): void {
    if (!this.environments.context) return;
    const now = performance.now();
    const { counters } = this;
    counters.set("heap", this.environments.context.mujoco.bytes);
    counters.set("environments", this.environments.envs.size);
    counters.set("late", this.environments.scheduler.late);
    counters.add("busy", now - began);
    counters.add("ticks", 1);
    counters.raise("longest", now - began);
    const { ended } = this.environments;
    counters.add("episodes", ended.length - this.countedEpisodes);
    this.countedEpisodes = ended.length;
    const answering = this.unanswered.length > 0 && !this.environments.scheduler.stepping;
    // counters must be readable when `done` arrives
    if (answering) this.environments.publisher?.requestSnapshot();
    this.environments.publisher?.publish(this.environments.envs.values());
    this.listeners.finishRecordings();
    if (answering || now - this.lastReport > REPORT_EVERY) this.report(now);
    if (answering) for (const request of this.unanswered.splice(0)) this.post({ kind: "done", request });
  }

  private report(now: number): void {
    this.lastReport = now;
    if (this.environments.ended.length) {
      const episodes = this.environments.ended.splice(0);
      this.countedEpisodes = 0;
      this.post({ kind: "ended", episodes });
    }
    this.listeners.report();
    if (now - this.lastCosts < COSTS_EVERY || !this.environments.envs.size) return;
    this.lastCosts = now;
    const envs = [...this.environments.envs.values()];
    const costs = Float64Array.from(envs, (env) => env.cost / env.interval);
    this.post({ kind: "costs", ids: Int32Array.from(envs, (env) => env.id), costs });
  }

  private fail(error: unknown): void {
    if (this.dead) return;
    if (!(error instanceof ModuleDead) && !(error instanceof WebAssembly.RuntimeError)) {
      this.post({ kind: "error", why: messageOf(error) });
      return;
    }
    this.dead = true;
    this.post({ kind: "crashed", why: messageOf(error), ...currentEnv(this.counters.views) });
  }
}
