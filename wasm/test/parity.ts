/**
 * `node wasm/dist/parity.mjs < questions.json > answers.json`: what the browser's side makes of given states, controls
 * and episodes, for tests/parity to compare with Python.
 */

import { readFileSync } from "node:fs";
import { decodeWorld, floats } from "../src/protocol/frame";
import type { EndedEpisode } from "../src/protocol/messages";
import { AGENT, AGENT_WIDTH } from "../src/protocol/shared-memory";
import type { AgentSpec, TaskSpec, WorldSpec } from "../src/protocol/wire.gen";
import { Environment } from "../src/worker/environment";
import { MujocoModule } from "../src/worker/mujoco-module";
import type { PolicyInput } from "../src/worker/policies/base";
import { makePolicy } from "../src/worker/policies/registry";
import { Randomizer } from "../src/worker/randomize";
import { Sim } from "../src/worker/sim";
import { Programs } from "../src/worker/tasks/program";
import type { StepReport, WorkerContext } from "../src/worker/worker-context";
import { mujoco, onnxRuntime } from "./support";

interface State {
  readonly time: number;
  readonly qpos: readonly number[];
  readonly qvel: readonly number[];
  readonly act: readonly number[];
  readonly ctrl: readonly number[];
  readonly qacc_warmstart: readonly number[];
  /** Policy of each agent. */
  readonly over: readonly boolean[];
}

interface Question {
  readonly frame: string;
  readonly task: TaskSpec;
  /** Controls of physics steps from the start. */
  readonly free: readonly (readonly number[])[];
  /** States from which one control step is made, with the controls in them. */
  readonly reseeded: readonly State[];
  /** States that are judged. */
  readonly judged: readonly State[];
  /** Episodes whose draws are asked for. */
  readonly drawn: readonly number[];
  /** An episode to play with the random policy of a seed, or with the gait. */
  readonly played: {
    readonly seed: number;
    readonly episode: number;
    readonly steps: number;
    readonly policy?: "random" | "gait";
  } | null;
  /** Times at which the first agent's gait is asked. */
  readonly gait: readonly number[];
  /** A network and observations for it, all rows of one length. */
  readonly network: { readonly file: string; readonly observations: readonly (readonly number[])[] } | null;
}

const physics = await MujocoModule.create(mujoco());

async function answer(question: Question) {
  const frame = decodeWorld(new Uint8Array(readFileSync(question.frame)));
  const spec = frame.header;
  const programs = new Programs(question.task);
  const sim = Sim.load(physics, { format: spec.format, model: frame.blob("model"), files: new Map() });
  const heights = floats(frame.blob("heights"));
  const answers = {
    free: free(sim, question.free),
    reseeded: question.reseeded.map((state) => reseeded(sim, spec, state)),
    judged: question.judged.map((state) => judged(sim, spec, programs, heights, state)),
    drawn: drawn(sim, spec, question.drawn),
    gait: await gait(spec, question.gait),
    network: await network(question),
  };
  sim.delete();
  return { ...answers, played: await played(question, programs) };
}

const numbers = (at: number, n: number): number[] => [...physics.f64.slice(at, at + n)];

function free(sim: Sim, controls: Question["free"]): number[] {
  sim.reset();
  sim.forward();
  for (const ctrl of controls) {
    physics.f64.set(ctrl, sim.ctrl);
    sim.step();
  }
  return numbers(sim.qpos, sim.nq);
}

function put(sim: Sim, state: State): void {
  sim.reset();
  const heap = physics.f64;
  heap.set(state.qpos, sim.qpos);
  heap.set(state.qvel, sim.qvel);
  heap.set(state.act, sim.act);
  heap.set(state.ctrl, sim.ctrl);
  heap.set(state.qacc_warmstart, sim.qacc_warmstart);
  sim.time = state.time;
}

function reseeded(sim: Sim, spec: WorldSpec, state: State): number[] {
  put(sim, state);
  sim.step1();
  sim.advance(spec.frame_skip, spec.rk4);
  return numbers(sim.qpos, sim.nq);
}

function judged(
  sim: Sim,
  spec: WorldSpec,
  programs: Programs,
  heights: Float32Array<ArrayBufferLike>,
  state: State,
) {
  put(sim, state);
  sim.forward();
  const program = programs.of(spec);
  const facts = program.contextValues(spec);
  facts[program.time] = sim.time;
  state.over.forEach((over, i) => {
    facts[program.play[i] as number] = over ? 0 : 1;
  });
  program.run(facts, physics.f64, { ...basesOf(sim), heights });
  const s = program.scratch;
  return program.agents.map((agent) => ({
    observation: agent.observation.flatMap((part) => [...s.slice(part.at, part.at + part.width)]),
    rewards: agent.reward.map(
      (at, i) => (s[at] as number) * (programs.perSecond[i] ? spec.timestep * spec.frame_skip : 1),
    ),
    terminated: agent.terminated.map((at) => s[at] !== 0),
    success: s[agent.success] !== 0,
  }));
}

const basesOf = ({ qpos, qvel, ctrl, sensordata }: Sim) => ({ qpos, qvel, ctrl, sensordata });

function drawn(sim: Sim, spec: WorldSpec, episodes: readonly number[]) {
  const randomizer = new Randomizer(sim, spec);
  return episodes.map((episode) => {
    randomizer.reset(episode);
    sim.reset();
    randomizer.disturb();
    sim.forward();
    const interval = randomizer.drawn.push_interval;
    const pushed = randomizer.push(interval - 0.1, interval) || randomizer.drawn.push === 0;
    const bodies = spec.agents.flatMap((agent) => agent.bodies);
    return {
      ...randomizer.drawn,
      pushed,
      qpos: numbers(sim.qpos, sim.nq),
      qvel: numbers(sim.qvel, sim.nv),
      mass: bodies.map((body) => physics.f64[sim.address("body_mass") + body]),
      friction: spec.randomize.friction_geoms.map(
        (geom) => physics.f64[sim.address("geom_friction") + 3 * geom],
      ),
      gain: spec.agents.flatMap((agent) =>
        agent.actuators.map((j) => physics.f64[sim.address("actuator_gainprm") + j * sim.widths.gain]),
      ),
    };
  });
}

async function played(question: Question, programs: Programs) {
  if (!question.played) return null;
  const { seed, episode, steps, policy = "random" } = question.played;
  const frame = decodeWorld(new Uint8Array(readFileSync(question.frame)));
  const n = frame.header.agents.length;
  const counters = new Float64Array(n * AGENT_WIDTH);
  const ended: EndedEpisode[] = [];
  const source = policy === "gait" ? ({ kind: "gait" } as const) : ({ kind: "random", seed } as const);
  const policies = new Map([[0, await makePolicy(source, null)]]);
  const around: WorkerContext = { mujoco: physics, programs, policies, ended };
  const given = {
    id: 1,
    pose: 0,
    counters: 0,
    policies: new Array(n).fill(0),
    drives: new Array(n).fill(null),
    episode,
    rows: null,
    state: null,
  };
  const env = new Environment(around, frame, given, () => counters);
  const outcome: StepReport = { flagged: null, warning: null, restarted: false };
  const rows = [];
  for (let i = 0; i < steps; i++) {
    env.step(outcome);
    rows.push({
      qpos: numbers(env.sim.qpos, env.sim.nq),
      agents: env.agents.map((agent) => ({
        reward: agent.reward,
        total: counters[agent.row * AGENT_WIDTH + AGENT.episode_reward],
        over: agent.over,
        observation: [...agent.observation],
        action: [...agent.action],
      })),
    });
    if (ended.length === n) break;
  }
  env.delete();
  return { rows, ended: ended.map((end) => ({ ...end, ending: programs.endings[end.ending] })) };
}

/** An agent as a policy sees it. */
function policyInput(spec: AgentSpec, time: number, observation: readonly number[]): PolicyInput {
  return {
    spec,
    observation: Float32Array.from(observation),
    action: new Float64Array(spec.actuators.length),
    time,
    step: 0,
    episode: 0,
    world: 0,
    number: 0,
    interval: 0,
    drive: null,
    sides: [],
  };
}

async function gait({ agents }: WorldSpec, times: readonly number[]): Promise<number[][]> {
  const policy = await makePolicy({ kind: "gait" }, null);
  return times.map((time) => {
    const one = policyInput(agents[0] as AgentSpec, time, []);
    policy.act?.(one);
    return [...one.action].map((x) => Math.min(Math.max(x, -1), 1));
  });
}

async function network(question: Question) {
  if (!question.network) return null;
  const { file, observations } = question.network;
  const bytes = readFileSync(file);
  const model = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const policy = await makePolicy({ kind: "onnx", model }, onnxRuntime());
  const spec = decodeWorld(new Uint8Array(readFileSync(question.frame))).header.agents[0];
  if (!spec) throw new Error("there is no agent");
  const inputs = observations.map((row) => policyInput(spec, 0, row));
  await policy.batch?.(inputs);
  policy.close();
  return inputs.map((agent) => [...agent.action]);
}

const questions = JSON.parse(readFileSync(0, "utf8")) as Question[];
const answers = [];
for (const question of questions) answers.push(await answer(question));
process.stdout.write(JSON.stringify(answers));
