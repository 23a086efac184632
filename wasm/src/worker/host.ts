/** What runs in a worker: takes the pool's messages, loads and steps environments, publishes poses and counters. */

import { culprit, Tally } from "../protocol/counters";
import type { Post, ToWorker } from "../protocol/messages";
import { Views } from "../protocol/shared-memory";
import { Population, reason } from "./environments";
import { Bare } from "./physics-benchmark";
import { Publisher } from "./publish";
import { ModuleDead, Physics } from "./sim";
import { StepListeners } from "./step-listeners";
import { Programs } from "./tasks/program";

/** ms between messages that are no answers: feeds, episodes, progress. */
const TELL_EVERY = 30;
/** ms between messages of what environments cost. */
const COSTS_EVERY = 1000;
/** Longest sleep in ms. */
const NAP = 50;

export class Host {
  private readonly inbox: ToWorker[] = [];
  private readonly listeners: StepListeners;
  private readonly tally = new Tally();
  private readonly people: Population;
  private budget = 8;
  private bare: Bare | null = null;
  private tickets: number[] = [];
  /** Until when (ms) it does not step; see `Mode.share`. */
  private rest = 0;
  private turning = false;
  private dead = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private told = 0;
  private costed = 0;
  /** Episodes that wait to be sent and are in the counters already. */
  private counted = 0;

  /** `soon` calls a function after what else waits in the event loop. */
  constructor(
    private readonly post: Post,
    private readonly soon: (work: () => void) => void,
  ) {
    this.people = new Population(post, this.tally, (error) => this.fail(error));
    this.listeners = new StepListeners((agent) => this.people.agent(agent), post);
  }

  receive(message: ToWorker): void {
    this.inbox.push(message);
    this.wake();
  }

  private wake(): void {
    if (this.turning || this.dead) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.turning = true;
    this.soon(() => void this.turn());
  }

  /** Handle messages, load, step for the budget, publish; then let the event loop go on. */
  private async turn(): Promise<void> {
    const began = performance.now();
    let wait = Number.POSITIVE_INFINITY;
    try {
      while (this.inbox.length) await this.handle(this.inbox.shift() as ToWorker);
      this.people.load(this.people.scheduler.idle ? this.budget : this.budget / 2);
      if (this.bare) this.measure(this.bare);
      else if (!this.people.scheduler.idle) wait = await this.tick();
      this.finish(began);
    } catch (error) {
      this.fail(error);
    }
    this.turning = false;
    if (this.dead) return;
    const { scheduler, intake, around } = this.people;
    const more =
      this.inbox.length || intake.size || this.bare || scheduler.stepping || (around && this.tickets.length);
    if (more || wait < 1) this.wake();
    else if (wait < Number.POSITIVE_INFINITY || this.people.publisher?.waiting) {
      this.timer = setTimeout(
        () => this.wake(),
        Math.min(wait, NAP, this.people.publisher?.waiting ? 8 : NAP),
      );
    }
  }

  /** Step the bare loop; one that fails has ended, or it would fail for ever. */
  private measure(bare: Bare): void {
    this.bare = null;
    const envs = [...this.people.envs.values()];
    let over = true;
    try {
      over = bare.run(this.budget, envs);
    } finally {
      if (over) this.post(bare.answer());
    }
    if (over) for (const env of envs) env.begin(env.episode);
    else this.bare = bare;
  }

  /** Step for the budget, unless it rests to leave the processor to others; the ms until it wants to step again. */
  private async tick(): Promise<number> {
    const began = performance.now();
    if (began < this.rest && !this.people.scheduler.stepping) return this.rest - began;
    const wait = await this.people.scheduler.tick(this.budget, () => this.inbox.length > 0);
    this.people.publisher?.touch();
    const now = performance.now();
    this.rest = now + (now - began) * (1 / this.people.scheduler.share - 1);
    return Math.max(wait, this.rest - now);
  }

  private async handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case "start":
        await this.start(message);
        break;
      case "buffers":
        this.use(new Views(message.buffers));
        this.post({ kind: "switched" });
        break;
      case "task":
        if (this.people.around) this.people.around.programs = new Programs(message.task);
        break;
      case "add":
        this.people.intake.add(message);
        break;
      case "remove":
        this.people.remove(message.ids);
        break;
      case "take":
        this.people.take(message.id);
        break;
      case "mode":
        this.people.scheduler.set(message.mode);
        break;
      case "step":
        this.tickets.push(message.ticket);
        this.people.scheduler.single();
        break;
      case "sync":
        this.tickets.push(message.ticket);
        break;
      case "reset":
        this.people.reset(message.ids, message.episode);
        break;
      case "policy":
        // others go on meanwhile: the runtime for ONNX is large
        void this.people.addPolicy(message);
        break;
      case "drop":
        this.people.dropPolicy(message.id);
        break;
      case "assign":
        this.people.assign(message.policy, message.agents);
        break;
      case "drive": {
        const agent = this.people.agent(message.agent);
        if (agent) agent.drive = message.drive;
        break;
      }
      case "push":
        this.people.envs.get(message.id)?.push(message.push);
        break;
      case "focus":
        this.listeners.focus(message.agent, message.on);
        break;
      case "record":
        this.listeners.record(message, this.people.around?.programs?.task.reward.length ?? 0);
        break;
      case "stop":
        this.listeners.stop(message.ticket);
        break;
      case "bare":
        this.bare = new Bare(message.ticket, message.seconds, this.people.envs.values());
        break;
      case "wanted":
        this.people.publisher?.want();
        break;
      case "ping":
        this.post({ kind: "pong" });
        break;
    }
  }

  private async start(message: Extract<ToWorker, { kind: "start" }>): Promise<void> {
    const physics = await Physics.create(message.module);
    this.people.around = {
      physics,
      programs: null,
      policies: this.people.policies,
      ended: this.people.ended,
    };
    this.people.onnx = message.onnx;
    this.people.sharing = message.shared;
    this.budget = message.budget;
    this.people.publisher = new Publisher(message.shared, this.post);
    this.use(new Views(message.buffers));
    this.people.scheduler.set(message.mode);
  }

  private use(views: Views): void {
    if (this.tally.views) views.agents.set(this.tally.views.agents);
    this.tally.views = views;
    this.people.publisher?.use(views, this.people.envs.values());
  }

  // --- after a tick ---

  private finish(began: number): void {
    if (!this.people.around) return;
    const now = performance.now();
    const { tally } = this;
    tally.set("heap", this.people.around.physics.bytes);
    tally.set("environments", this.people.envs.size);
    tally.set("late", this.people.scheduler.late);
    tally.add("busy", now - began);
    tally.add("ticks", 1);
    tally.most("longest", now - began);
    const { ended } = this.people;
    tally.add("episodes", ended.length - this.counted);
    this.counted = ended.length;
    const answering = this.tickets.length > 0 && !this.people.scheduler.stepping;
    // whoever waits for an answer may read the counters at once
    if (answering) this.people.publisher?.want();
    this.people.publisher?.publish(this.people.envs.values());
    this.listeners.finish();
    if (answering || now - this.told > TELL_EVERY) this.tell(now);
    if (answering) for (const ticket of this.tickets.splice(0)) this.post({ kind: "done", ticket });
  }

  private tell(now: number): void {
    this.told = now;
    if (this.people.ended.length) {
      const episodes = this.people.ended.splice(0);
      this.counted = 0;
      this.post({ kind: "ended", episodes });
    }
    this.listeners.tell();
    if (now - this.costed < COSTS_EVERY || !this.people.envs.size) return;
    this.costed = now;
    const envs = [...this.people.envs.values()];
    const costs = Float64Array.from(envs, (env) => env.cost / env.interval);
    this.post({ kind: "costs", ids: Int32Array.from(envs, (env) => env.id), costs });
  }

  private fail(error: unknown): void {
    if (this.dead) return;
    if (!(error instanceof ModuleDead) && !(error instanceof WebAssembly.RuntimeError)) {
      this.post({ kind: "error", why: reason(error) });
      return;
    }
    this.dead = true;
    this.post({ kind: "dead", why: reason(error), ...culprit(this.tally.views) });
  }
}
