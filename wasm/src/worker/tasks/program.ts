/** A task compiled for worlds of one layout: observations, rewards and endings. */

import { endings } from "../../protocol/endings";
import { PoolError } from "../../protocol/error";
import type { TaskSpec, WorldSpec } from "../../protocol/wire.gen";
import type { Value } from "./builder";
import { Compiler } from "./compile";
import type { Op, StateAddresses } from "./ops";
import { contextCapacity, layoutKey, TaskContext } from "./task-context";

/** Places of one agent's results in the scratch array. */
export interface AgentProgram {
  /** Parts of the observation, side by side. */
  readonly observation: readonly Value[];
  readonly size: number;
  /** Weighted rewards, by term. */
  readonly reward: readonly number[];
  readonly terminated: readonly number[];
  readonly truncated: readonly number[];
  readonly success: number;
}

export class Program {
  readonly agents: readonly AgentProgram[];
  readonly scratch: Float64Array;
  readonly time: number;
  /** Places in the context where the environment writes whether an agent is in play. */
  readonly play: readonly number[];
  private readonly ops: readonly Op[];
  private readonly context: TaskContext;

  /** Compile a task. Throws a PoolError if it is invalid or does not fit the world. */
  constructor(task: TaskSpec, spec: WorldSpec) {
    this.context = new TaskContext(contextCapacity(spec));
    const compiler = new Compiler(spec, this.context);
    this.time = compiler.time;
    this.play = spec.agents.map((_, i) => compiler.play(i));
    this.agents = spec.agents.map((_, i) => agentProgram(task, compiler, i));
    this.ops = compiler.ops;
    this.scratch = compiler.scratch();
    spec.agents.forEach((agent, i) => {
      const declared = agent.observation.reduce((sum, term) => sum + term.size, 0);
      const size = (this.agents[i] as AgentProgram).size;
      if (declared !== size) {
        throw new PoolError(
          `${agent.id} observes ${size} numbers in its task, but ${declared} in its frame`,
          "Task and frames are of different packs: set the task of this one.",
        );
      }
    });
  }

  /** Return the constant values of a world. */
  contextValues(spec: WorldSpec): Float64Array {
    return this.context.values(spec);
  }

  /** Evaluate all terms of all agents for the state of one environment; results are in `scratch`. */
  run(facts: Float64Array, heap: Float64Array, at: StateAddresses): void {
    const { ops, scratch } = this;
    scratch.set(facts, 0);
    for (let i = 0; i < ops.length; i++) (ops[i] as Op)(scratch, heap, at);
  }

  /**
   * Copy an agent's observation, with noise added if there is some; NaN becomes 0, and infinities the largest float32.
   */
  observe(agent: number, out: Float32Array, first: number, noise: Float64Array | null): void {
    const s = this.scratch;
    let to = first;
    for (const part of (this.agents[agent] as AgentProgram).observation) {
      for (let i = 0; i < part.width; i++) {
        const added = noise ? (noise[to - first] as number) : 0;
        out[to++] = finite((s[part.at + i] as number) + added);
      }
    }
  }
}

const MAX_FLOAT = 3.4028234663852886e38;

function finite(x: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(Math.max(x, -MAX_FLOAT), MAX_FLOAT);
}

function agentProgram(task: TaskSpec, compiler: Compiler, agent: number): AgentProgram {
  const terminated = task.terminated.map((term) => compiler.condition(term.expr, agent));
  const truncated = (task.truncated ?? []).map((term) => compiler.condition(term.expr, agent));
  const success = compiler.condition(task.success.expr, agent);
  const reward = task.reward.map(
    (term) => compiler.weighted(compiler.term(term.weight ?? 1, agent), compiler.term(term.expr, agent)).at,
  );
  const observation = task.observation.map((term) => compiler.term(term.expr, agent));
  const size = observation.reduce((sum, part) => sum + part.width, 0);
  return { observation, size, reward, terminated, truncated, success };
}

/** Programs of one task, by the layout of worlds. */
export class Programs {
  readonly endings: readonly string[];
  /** By reward term: whether its weight counts per second instead of per control step. */
  readonly perSecond: readonly boolean[];
  /** Whether success is judged when the episode is cut off, instead of ending it. */
  readonly successAtEnd: boolean;
  private readonly known = new Map<string, Program>();

  constructor(readonly task: TaskSpec) {
    this.endings = endings(task);
    this.perSecond = task.reward.map((term) => term.per === "second");
    this.successAtEnd = task.success.at === "end";
  }

  of(spec: WorldSpec): Program {
    const key = layoutKey(spec);
    let program = this.known.get(key);
    if (!program) {
      program = new Program(this.task, spec);
      this.known.set(key, program);
    }
    return program;
  }
}
