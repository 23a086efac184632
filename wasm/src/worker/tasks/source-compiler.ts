/** Compiler of the sources of task terms: values that are read from the state, the world or the task. */

import type { AgentSpec, ObjectSpec, WorldSpec } from "../../protocol/wire.gen";
import { type ProgramBuilder, termError, type Value } from "./builder";
import * as sources from "./sources";
import type { TaskContext } from "./task-context";

export class SourceCompiler {
  constructor(
    private readonly spec: WorldSpec,
    private readonly context: TaskContext,
    private readonly builder: ProgramBuilder,
  ) {}

  /** Compile a source for the agent at `index`. */
  compile(op: string, argument: unknown, index: number, expr: unknown): Value {
    const agent = this.spec.agents[index] as AgentSpec;
    const fact = (key: string, width: number, read: (agent: AgentSpec) => ArrayLike<number>): Value => ({
      at: this.context.reserve(`${key}/${index}`, width, (spec) => read(spec.agents[index] as AgentSpec)),
      width,
    });
    switch (op) {
      case "sensor": {
        const sensor = agent.sensors.find((s) => s.name === argument);
        if (!sensor) throw termError(expr, `${agent.id} has no sensor ${JSON.stringify(argument)}`);
        return this.builder.emit(sensor.dim, (to) => sources.span(to, "sensordata", sensor.adr, sensor.dim));
      }
      case "sensors": {
        const found = agent.sensors.filter((s) => s.name.startsWith(String(argument)));
        const indices = found.flatMap((s) => Array.from({ length: s.dim }, (_, i) => s.adr + i));
        return this.builder.emit(indices.length, (to) => sources.gather(to, "sensordata", indices));
      }
      case "joint_pos":
        return this.builder.emit(agent.joint_pos.length, (to) => sources.gather(to, "qpos", agent.joint_pos));
      case "joint_vel":
        return this.builder.emit(agent.joint_vel.length, (to) => sources.gather(to, "qvel", agent.joint_vel));
      case "action": {
        const n = agent.actuators.length;
        const ctrl = this.builder.emit(n, (to) => sources.gather(to, "ctrl", agent.actuators));
        const low = fact("low", n, (a) => a.low);
        const width = fact("width", n, (a) =>
          a.high.map((high, i) => Math.max(high - (a.low[i] as number), 1e-9)),
        );
        return this.builder.emit(n, (to) => sources.action(to, n, ctrl.at, low.at, width.at));
      }
      case "goal":
        return fact("goal", agent.goal.length, (a) => a.goal);
      case "start":
        return fact("start", 3, (a) => a.start);
      case "role":
        return this.builder.number(agent.role === argument ? 1 : 0);
      case "time":
        return { at: this.context.reserve("time", 1, () => [0]), width: 1 };
      case "constant": {
        const key = String(argument);
        if (!(key in agent.constants)) throw termError(expr, `${agent.id} has no constant ${key}`);
        return fact(`constant/${key}`, 1, (a) => [a.constants[key] ?? Number.NaN]);
      }
      case "param": {
        const key = String(argument);
        if (!(key in this.spec.params)) throw termError(expr, `the task has no parameter ${key}`);
        return {
          at: this.context.reserve(`param/${key}`, 1, (spec) => [spec.params[key] ?? Number.NaN]),
          width: 1,
        };
      }
      case "object":
      case "object_velocity":
        return this.object(op, Number(argument), expr);
      default:
        throw termError(expr, `unknown operator ${JSON.stringify(op)}`);
    }
  }

  private object(op: "object" | "object_velocity", number: number, expr: unknown): Value {
    const object = this.spec.objects[number];
    if (!object) throw termError(expr, "there is no such object");
    const pos = this.builder.shared(`object/${number}/pos`, 7, (to) =>
      sources.span(to, "qpos", object.pos, 7),
    );
    const read = (spec: WorldSpec) => (spec.objects[number] as ObjectSpec).centre;
    const centre = this.context.reserve(`centre/${number}`, 3, read);
    if (op === "object") {
      return this.builder.shared(`object/${number}`, 3, (to) => sources.objectPlace(to, pos.at, centre));
    }
    const vel = this.builder.shared(`object/${number}/vel`, 6, (to) =>
      sources.span(to, "qvel", object.vel, 6),
    );
    return this.builder.shared(`object/${number}/v`, 3, (to) =>
      sources.objectVelocity(to, pos.at, vel.at, centre),
    );
  }
}
