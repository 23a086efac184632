/** One environment of a worker: model and data, agents, task and domain randomization. */

import type { EnvId } from "../protocol/agents";
import type { Push } from "../protocol/api";
import { PoolError } from "../protocol/error";
import { type Frame, floats } from "../protocol/frame";
import type { AddEnv, EnvState } from "../protocol/messages";
import { AGENT, AGENT_WIDTH, POSE_WIDTH } from "../protocol/shared-memory";
import type { WorldSpec } from "../protocol/wire.gen";
import { Agent } from "./agent";
import { Delay } from "./delay";
import type { ObservationNoise } from "./observation-noise";
import { Pushes } from "./pushes";
import { Randomizer } from "./randomize";
import { modelSource, Sim } from "./sim";
import { captureNumbers, restoreState } from "./state";
import type { StepResult } from "./step-listener";
import type { AgentProgram, Program, Programs } from "./tasks/program";
import type { StepReport, WorkerContext } from "./worker-context";

/** Control steps between checks of MuJoCo's overflow warnings, which are slow to read. */
const OVERFLOW_CHECK_EVERY = 32;
/** Largest number that MuJoCo accepts (mjMAXVAL). */
const MAX_VALUE = 1e10;

export class Environment {
  readonly id: EnvId;
  readonly spec: WorldSpec;
  readonly agents: readonly Agent[];
  readonly sim: Sim;
  /** Length of a control step in s. */
  readonly interval: number;
  /** First row of its poses. */
  pose: number;
  /** Simulated seconds since the worker's mode was set. */
  clock = 0;
  /** Smoothed duration of a control step in ms. */
  cost = 0;
  episode = 0;
  /** Control steps since it was added. */
  steps = 0;
  private readonly programs: Programs;
  private readonly program: Program;
  private readonly values: Float64Array;
  private readonly bases: {
    qpos: number;
    qvel: number;
    ctrl: number;
    sensordata: number;
    heights: Float32Array<ArrayBufferLike>;
  };
  private readonly randomizer: Randomizer;
  private readonly terms: Float32Array;
  private readonly result: { terms: Float32Array; ending: number; terminated: boolean; truncated: boolean };
  private readonly pushes: Pushes;
  private readonly delay: Delay;
  /** Noise of observations by agent. */
  private blurs: readonly (ObservationNoise | null)[] = [];
  /** Whether an overflow was reported in this episode. */
  private reportedOverflow = false;

  /** Load the model and begin an episode. Throws the errors of MuJoCo. */
  constructor(
    private readonly context: WorkerContext,
    frame: Frame<WorldSpec>,
    given: Omit<AddEnv, "kind" | "frame">,
    private readonly counters: () => Float64Array<ArrayBufferLike>,
  ) {
    const spec = frame.header;
    this.id = given.id;
    this.spec = spec;
    this.pose = given.pose;
    this.interval = spec.timestep * spec.frame_skip;
    if (!context.programs) throw new PoolError("no task was set", "Call setTask before adding environments.");
    this.programs = context.programs;
    this.program = this.programs.of(spec);
    this.values = this.program.contextValues(spec);
    this.terms = new Float32Array(this.programs.task.reward.length);
    this.result = { terms: this.terms, ending: 0, terminated: false, truncated: false };
    const heights = floats(frame.blob("heights"));
    this.sim = Sim.load(context.mujoco, modelSource(frame));
    try {
      const { qpos, qvel, ctrl, sensordata } = this.sim;
      this.bases = { qpos, qvel, ctrl, sensordata, heights };
      this.pushes = new Pushes(this.sim, this.interval);
      this.randomizer = new Randomizer(this.sim, spec);
      this.delay = new Delay(this.sim);
      this.agents = spec.agents.map((own, i) => {
        const size = (this.program.agents[i] as AgentProgram).size;
        const agent = new Agent(own, spec.index, i, this.interval, size, given.counters + i, this.sim);
        agent.policy = given.policies[i] ?? -1;
        agent.drive = given.drives[i] ?? null;
        return agent;
      });
      this.begin(given.episode, given.state);
    } catch (error) {
      this.sim.delete();
      throw error;
    }
  }

  /** Begin an episode by its number, or continue it from a state. */
  begin(episode: number, state: EnvState | null = null): void {
    this.context.mujoco.guard(() => {
      this.episode = episode;
      this.pushes.clear();
      this.reportedOverflow = false;
      this.randomizer.reset(episode);
      this.sim.reset();
      this.delay.begin(this.randomizer.drawn.latency);
      if (state) {
        restoreState(this.sim, this.context.mujoco.f64, state);
        this.randomizer.skipPushes(state.pushes);
        this.delay.pending = state.pending;
      } else {
        this.randomizer.disturb();
        this.sim.forward();
      }
    });
    const rows = this.counters();
    for (const agent of this.agents) {
      agent.begin(episode);
      const at = agent.row * AGENT_WIDTH;
      rows[at + AGENT.episode] = episode;
      if (!state) rows[at + AGENT.steps] = rows[at + AGENT.episode_reward] = rows[at + AGENT.over] = 0;
      agent.step = rows[at + AGENT.steps] as number;
      agent.total = rows[at + AGENT.episode_reward] as number;
      agent.over = rows[at + AGENT.over] === 1;
    }
    this.blurs = this.agents.map((agent) => this.randomizer.blur(agent.number, agent.observation.length));
    this.blurs.forEach((blur, i) => {
      const position = state?.blurs[i];
      if (blur && position !== undefined) blur.position = position;
    });
    this.evaluateTask();
    for (const agent of this.agents) this.observe(agent);
  }

  /** Make one control step; batched policies have written their actions already. */
  step(outcome: StepReport): void {
    outcome.flagged = outcome.warning = null;
    const { sim, spec } = this;
    const physics = this.context.mujoco;
    for (const agent of this.agents) {
      for (const listener of agent.listeners ?? []) if (!agent.over) listener.before(agent);
    }
    let why = this.act();
    const since = sim.time;
    this.delay.exchange();
    this.pushes.apply(physics.f64);
    sim.advance(spec.frame_skip, spec.rk4);
    physics.refresh();
    this.delay.giveBack();
    const time = sim.time;
    // MuJoCo resets itself on bad numbers: then its clock is behind
    why ??=
      Math.abs(time - since - this.interval) < 0.5 * spec.timestep ? null : "the simulation is unstable";
    why ??= this.isFinite() ? null : "a position or velocity is not finite";
    if (!why && this.randomizer.push(since, time)) sim.step1();
    this.finish(time, why);
    this.steps += 1;
    if (why) outcome.flagged = why;
    else if (!this.reportedOverflow && this.steps % OVERFLOW_CHECK_EVERY === 0) {
      outcome.warning = sim.overflow();
      this.reportedOverflow = outcome.warning !== null;
    }
    outcome.restarted = this.agents.every((agent) => agent.over);
    if (outcome.restarted) this.begin(this.episode + 1);
  }

  /** Push a body from the next control step on. */
  push(push: Push): void {
    this.pushes.add(push);
  }

  /** Write the poses of all bodies into rows of POSE_COLUMNS. */
  writePoses(rows: Float32Array<ArrayBufferLike>): void {
    const heap = this.context.mujoco.f64;
    let { xpos, xquat, nbody } = this.sim;
    let to = this.pose * POSE_WIDTH;
    for (; nbody > 0; nbody--, xpos += 3, xquat += 4, to += POSE_WIDTH) {
      rows[to] = heap[xpos] as number;
      rows[to + 1] = heap[xpos + 1] as number;
      rows[to + 2] = heap[xpos + 2] as number;
      rows[to + 4] = heap[xquat] as number;
      rows[to + 5] = heap[xquat + 1] as number;
      rows[to + 6] = heap[xquat + 2] as number;
      rows[to + 7] = heap[xquat + 3] as number;
    }
  }

  /** Capture the state with which another worker continues. */
  state(): EnvState {
    const { pushes } = this.randomizer;
    const blurs = this.blurs.map((blur) => blur?.position ?? 0n);
    const numbers = captureNumbers(this.sim, this.context.mujoco.f64);
    return { time: this.sim.time, pushes, pending: this.delay.pending, blurs, numbers };
  }

  delete(): void {
    this.sim.delete();
  }

  /** Write the controls of all agents. Returns the reason if an action is invalid, else null. */
  private act(): string | null {
    const heap = this.context.mujoco.f64;
    const rows = this.counters();
    let why: string | null = null;
    for (const agent of this.agents) {
      const policy = agent.over ? undefined : this.context.policies.get(agent.policy);
      rows[agent.row * AGENT_WIDTH + AGENT.policy] = policy ? agent.policy : -1;
      if (!policy) {
        agent.applyHome(heap);
        continue;
      }
      policy.act?.(agent);
      if (agent.applyAction(heap)) continue;
      agent.applyHome(heap);
      why = `the policy of ${agent.spec.id} gave an action that is not finite`;
    }
    return why;
  }

  private isFinite(): boolean {
    const heap = this.context.mujoco.f64;
    const { qpos, nq, qvel, nv } = this.sim;
    let most = 0;
    for (let i = 0; i < nq; i++) most += Math.abs(heap[qpos + i] as number);
    for (let i = 0; i < nv; i++) most += Math.abs(heap[qvel + i] as number);
    return most < MAX_VALUE;
  }

  /** Evaluate the task for the current state. */
  private evaluateTask(): void {
    const { values: facts, program } = this;
    facts[program.time] = this.sim.time;
    this.agents.forEach((agent, i) => {
      facts[program.play[i] as number] = agent.over ? 0 : 1;
    });
    program.run(facts, this.context.mujoco.f64, this.bases);
  }

  private observe(agent: Agent): void {
    agent.time = this.sim.time;
    const noise = this.blurs[agent.number]?.draw() ?? null;
    this.program.observe(agent.number, agent.observation, 0, noise);
  }

  /** Finish a control step: observations, rewards and endings. All agents are evaluated before any ends. */
  private finish(time: number, broken: string | null): void {
    this.evaluateTask();
    const s = this.program.scratch;
    const late = time >= this.spec.episode - 1e-9;
    const { endings, perSecond, successAtEnd } = this.programs;
    const rows = this.counters();
    for (const agent of this.agents) {
      this.observe(agent);
      if (agent.over) continue;
      const own = this.program.agents[agent.number] as AgentProgram;
      let reward = 0;
      for (let i = 0; i < own.reward.length; i++) {
        const term = s[own.reward[i] as number] as number;
        const value = broken ? 0 : perSecond[i] ? term * this.interval : term;
        this.terms[i] = value;
        reward += value;
      }
      // success comes first: it counts even if the agent falls in the same step
      let ending = 0;
      let success = !broken && s[own.success] !== 0;
      const terminated = broken ? -1 : own.terminated.findIndex((at) => s[at] !== 0);
      const truncated = broken ? -1 : own.truncated.findIndex((at) => s[at] !== 0);
      if (success && !successAtEnd) ending = endings.length - 3;
      else if (terminated >= 0) ending = terminated + 1;
      else if (broken) ending = endings.length - 1;
      else if (truncated >= 0) ending = own.terminated.length + truncated + 1;
      else if (late) ending = endings.length - 2;
      const failed = terminated >= 0 || broken !== null;
      if (successAtEnd) success = success && ending > 0 && !failed;
      agent.reward = reward;
      agent.total += reward;
      agent.step += 1;
      agent.success = success;
      agent.ending = ending;
      this.writeCounters(rows, agent);
      this.notifyListeners(agent, ending, failed || (success && !successAtEnd));
      agent.over = ending > 0;
    }
  }

  private notifyListeners(agent: Agent, ending: number, terminated: boolean): void {
    if (!agent.listeners) return;
    this.result.ending = ending;
    this.result.terminated = terminated;
    this.result.truncated = ending > 0 && !terminated;
    for (const listener of agent.listeners) listener.after(agent, this.result as StepResult);
  }

  private writeCounters(rows: Float64Array<ArrayBufferLike>, agent: Agent): void {
    const at = agent.row * AGENT_WIDTH;
    rows[at + AGENT.reward] = agent.reward;
    rows[at + AGENT.episode_reward] = agent.total;
    rows[at + AGENT.steps] = agent.step;
    if (!agent.ending) return;
    rows[at + AGENT.over] = 1;
    rows[at + AGENT.ending] = agent.ending;
    rows[at + AGENT.last_reward] = agent.total;
    rows[at + AGENT.last_steps] = agent.step;
    rows[at + AGENT.episodes] = (rows[at + AGENT.episodes] as number) + 1;
    rows[at + AGENT.successes] = (rows[at + AGENT.successes] as number) + (agent.success ? 1 : 0);
    rows[at + AGENT.total_reward] = (rows[at + AGENT.total_reward] as number) + agent.total;
    this.context.ended.push({
      env: this.id,
      agent: agent.number,
      episode: this.episode,
      reward: agent.total,
      steps: agent.step,
      ending: agent.ending,
      success: agent.success,
      policy: agent.policy,
    });
  }
}
