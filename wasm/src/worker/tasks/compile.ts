/**
 * Compiler of task terms: each distinct subexpression becomes one operation on a scratch array, in an order in
 * which arguments come first. So nothing is allocated or looked up while stepping, and parts that terms and agents
 * share are evaluated once per state, as the memo of `envgen.tasks.expr.evaluate` does.
 */

import { PoolError } from "../../protocol/error";
import type { AgentSpec, ObjectSpec, WorldSpec } from "../../protocol/wire.gen";
import * as ops from "./ops";
import * as sources from "./sources";
import { group, type TaskContext } from "./task-context";

/** A value in the scratch array: its first index and its number of columns. */
export interface Value {
  readonly at: number;
  readonly width: number;
}

/** Agent whose perspective an expression is evaluated from, and the viewpoint that asked for it. */
interface Viewpoint {
  readonly agent: number;
  readonly asker: Viewpoint | null;
}

const VIEWS = ["nearest", "any", "all"];
const PLACE = ["slice", ["sensor", "root_pos"], 0, 2];
const MAX_OPS = 100_000;
const MAX_DEPTH = 200;
const LANGUAGE = "See docs/tasks.md for the language.";

const termError = (expr: unknown, why: string) =>
  new PoolError(`the task term ${JSON.stringify(expr)?.slice(0, 80)} can't be evaluated: ${why}`, LANGUAGE);

export class Compiler {
  readonly ops: ops.Op[] = [];
  private readonly constants: [number, number][] = [];
  private readonly memo = new Map<string, Value>();
  private readonly texts = new WeakMap<object, string>();
  private next: number;

  constructor(
    private readonly spec: WorldSpec,
    private readonly context: TaskContext,
  ) {
    this.next = context.capacity;
  }

  /** Return a scratch array with the constants in it. */
  scratch(): Float64Array {
    const s = new Float64Array(this.next);
    for (const [at, value] of this.constants) s[at] = value;
    return s;
  }

  /** Compile a term for an agent. */
  term(expr: unknown, agent: number): Value {
    if (depth(expr, 0) > MAX_DEPTH) {
      throw termError((expr as unknown[])[0], `it is nested more than ${MAX_DEPTH} deep`);
    }
    return this.value(expr, { agent, asker: null });
  }

  /** Product of a weight and a reward term, of which the first column counts. */
  weighted(weight: Value, value: Value): Value {
    return this.binary("mul", this.column(weight, 0), this.column(value, 0));
  }

  column(value: Value, i: number): Value {
    if (i >= value.width) throw termError(null, "it has no columns");
    return { at: value.at + i, width: 1 };
  }

  /** Place where the environment writes the seconds since the reset. */
  get time(): number {
    return this.context.reserve("time", 1, () => [0]);
  }

  /** Place where the environment writes whether an agent is in play. */
  play(agent: number): number {
    return this.context.reserve(`play/${agent}`, 1, () => [1]);
  }

  private value(expr: unknown, eyes: Viewpoint): Value {
    if (typeof expr === "number") return this.number(expr);
    if (!Array.isArray(expr) || typeof expr[0] !== "string") throw termError(expr, "it is not an expression");
    const seen = trimAskers(eyes, askerDepth(expr));
    const key = `${viewpointKey(seen)}:${this.text(expr)}`;
    let value = this.memo.get(key);
    if (!value) {
      value = this.apply(expr[0], expr.slice(1), seen, expr);
      if (this.ops.length > MAX_OPS) throw termError(expr, "the task is too large");
      this.memo.set(key, value);
    }
    return value;
  }

  private apply(op: string, args: readonly unknown[], eyes: Viewpoint, expr: unknown): Value {
    const one = () => this.value(args[0], eyes);
    if (op in ops.UNARY) {
      this.arity(args, 1, expr);
      const a = one();
      return this.emit(a.width, (to) => (ops.UNARY[op] as (typeof ops.UNARY)[string])(to, a.width, a.at));
    }
    if (op in ops.BINARY) {
      this.arity(args, 2, expr);
      return this.binary(op, one(), this.value(args[1], eyes), expr);
    }
    if (op in ops.REDUCE) {
      this.arity(args, 1, expr);
      const a = one();
      return this.emit(1, (to) => (ops.REDUCE[op] as (typeof ops.REDUCE)[string])(to, a.width, a.at));
    }
    switch (op) {
      case "norm":
        return this.norm(one());
      case "dot": {
        const product = this.binary("mul", one(), this.value(args[1], eyes), expr);
        return this.emit(1, (to) =>
          (ops.REDUCE.sum as (typeof ops.REDUCE)[string])(to, product.width, product.at),
        );
      }
      case "to_body": {
        const [a, b] = [one(), this.value(args[1], eyes)];
        if (a.width !== 4 || b.width !== 3) throw termError(expr, "to_body takes 4 and 3 columns");
        return this.emit(3, (to) => ops.toBody(to, a.at, b.at));
      }
      case "slice":
        return this.slice(one(), args[1], args[2], expr);
      case "concat":
        return this.concat(args.map((arg) => this.value(arg, eyes)));
      case "ground":
        return this.ground(one(), expr);
      case "me":
        return this.value(args[0], eyes.asker ?? eyes);
      default:
        if (VIEWS.includes(op)) return this.view(op, args[0], args[1], eyes);
        return this.source(op, args[0], eyes.agent, expr);
    }
  }

  private arity(args: readonly unknown[], n: number, expr: unknown): void {
    if (args.length !== n) throw termError(expr, `it has ${args.length} arguments, not ${n}`);
  }

  private emit(width: number, make: (to: number) => ops.Op | ops.Op[]): Value {
    const at = this.next;
    this.next += width;
    const made = make(at);
    if (Array.isArray(made)) this.ops.push(...made);
    else this.ops.push(made);
    return { at, width };
  }

  private number(value: number): Value {
    const key = `number:${value}`;
    let known = this.memo.get(key);
    if (!known) {
      known = { at: this.next++, width: 1 };
      this.constants.push([known.at, value]);
      this.memo.set(key, known);
    }
    return known;
  }

  private binary(op: string, a: Value, b: Value, expr: unknown = null): Value {
    if (a.width !== b.width && a.width !== 1 && b.width !== 1) {
      throw termError(expr, `${a.width} and ${b.width} columns don't go together`);
    }
    const width = a.width === 1 ? b.width : a.width;
    const make = ops.BINARY[op] as (typeof ops.BINARY)[string];
    return this.emit(width, (to) =>
      make(to, width, a.at, a.width === 1 ? 0 : 1, b.at, b.width === 1 ? 0 : 1),
    );
  }

  private norm(a: Value): Value {
    const spare = this.next;
    this.next += a.width;
    return this.emit(1, (to) => ops.norm(to, a.width, a.at, spare));
  }

  private slice(a: Value, from: unknown, to: unknown, expr: unknown): Value {
    if (typeof from !== "number" || typeof to !== "number")
      throw termError(expr, "a slice needs two numbers");
    const end = Math.max(from, Math.min(to, a.width));
    if (from < 0 || to < 0) throw termError(expr, "a slice counts from the first column");
    return { at: a.at + Math.min(from, a.width), width: Math.max(end - from, 0) };
  }

  private concat(parts: readonly Value[]): Value {
    const width = parts.reduce((sum, part) => sum + part.width, 0);
    return this.emit(width, (to) => {
      let at = to;
      return parts.map((part) => {
        const op = ops.copy(at, part.width, part.at);
        at += part.width;
        return op;
      });
    });
  }

  private ground(xy: Value, expr: unknown): Value {
    if (xy.width < 2) throw termError(expr, "ground takes two columns");
    const { nrow, ncol } = this.spec.ground;
    const fields = this.context.reserve("ground", 4, ({ ground: g }) => [...g.cell, ...g.origin]);
    return this.emit(1, (to) => ops.ground(to, xy.at, { nrow, ncol, fields }));
  }

  private view(op: string, which: unknown, expr: unknown, eyes: Viewpoint): Value {
    const others = group(this.spec.agents, eyes.agent, which).map((agent) => ({ agent, asker: eyes }));
    if (op === "nearest") return this.nearest(expr, eyes, others);
    const values = others.map((other) => this.value(expr, other));
    const width = values.reduce((most, value) => Math.max(most, value.width), 1);
    if (values.some((value) => value.width !== width))
      throw termError(expr, "it differs in columns between agents");
    const seen = values.map((value, i) => ({
      value: value.at,
      play: this.play((others[i] as Viewpoint).agent),
      distance: 0,
    }));
    return this.emit(width, (to) => (op === "any" ? ops.anyOf : ops.allOf)(to, width, seen));
  }

  private nearest(expr: unknown, eyes: Viewpoint, others: readonly Viewpoint[]): Value {
    // compiled without others too, for its number of columns
    if (!others.length) {
      const { width } = this.value(expr, eyes);
      return this.emit(width, (to) => ops.nearest(to, width, []));
    }
    const here = this.value(PLACE, eyes);
    const values = others.map((other) => this.value(expr, other));
    const width = (values[0] as Value).width;
    if (values.some((value) => value.width !== width))
      throw termError(expr, "it differs in columns between agents");
    const seen = others.map((other, i) => ({
      value: (values[i] as Value).at,
      play: this.play(other.agent),
      distance: this.norm(this.binary("sub", this.value(PLACE, other), here)).at,
    }));
    return this.emit(width, (to) => ops.nearest(to, width, seen));
  }

  private source(op: string, argument: unknown, index: number, expr: unknown): Value {
    const agent = this.spec.agents[index] as AgentSpec;
    const fact = (key: string, width: number, read: (agent: AgentSpec) => ArrayLike<number>): Value => ({
      at: this.context.reserve(`${key}/${index}`, width, (spec) => read(spec.agents[index] as AgentSpec)),
      width,
    });
    switch (op) {
      case "sensor": {
        const sensor = agent.sensors.find((s) => s.name === argument);
        if (!sensor) throw termError(expr, `${agent.id} has no sensor ${JSON.stringify(argument)}`);
        return this.emit(sensor.dim, (to) => sources.span(to, "sensordata", sensor.adr, sensor.dim));
      }
      case "sensors": {
        const found = agent.sensors.filter((s) => s.name.startsWith(String(argument)));
        const indices = found.flatMap((s) => Array.from({ length: s.dim }, (_, i) => s.adr + i));
        return this.emit(indices.length, (to) => sources.gather(to, "sensordata", indices));
      }
      case "joint_pos":
        return this.emit(agent.joint_pos.length, (to) => sources.gather(to, "qpos", agent.joint_pos));
      case "joint_vel":
        return this.emit(agent.joint_vel.length, (to) => sources.gather(to, "qvel", agent.joint_vel));
      case "action": {
        const n = agent.actuators.length;
        const ctrl = this.emit(n, (to) => sources.gather(to, "ctrl", agent.actuators));
        const low = fact("low", n, (a) => a.low);
        const width = fact("width", n, (a) =>
          a.high.map((high, i) => Math.max(high - (a.low[i] as number), 1e-9)),
        );
        return this.emit(n, (to) => sources.action(to, n, ctrl.at, low.at, width.at));
      }
      case "goal":
        return fact("goal", agent.goal.length, (a) => a.goal);
      case "start":
        return fact("start", 3, (a) => a.start);
      case "role":
        return this.number(agent.role === argument ? 1 : 0);
      case "time":
        return { at: this.time, width: 1 };
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
    const pos = this.shared(`object/${number}/pos`, 7, (to) => sources.span(to, "qpos", object.pos, 7));
    const read = (spec: WorldSpec) => (spec.objects[number] as ObjectSpec).centre;
    const centre = this.context.reserve(`centre/${number}`, 3, read);
    if (op === "object") {
      return this.shared(`object/${number}`, 3, (to) => sources.objectPlace(to, pos.at, centre));
    }
    const vel = this.shared(`object/${number}/vel`, 6, (to) => sources.span(to, "qvel", object.vel, 6));
    return this.shared(`object/${number}/v`, 3, (to) => sources.objectVelocity(to, pos.at, vel.at, centre));
  }

  /** Compile a value that all agents share once. */
  private shared(key: string, width: number, make: (to: number) => ops.Op): Value {
    let value = this.memo.get(key);
    if (!value) {
      value = this.emit(width, make);
      this.memo.set(key, value);
    }
    return value;
  }

  private text(expr: readonly unknown[]): string {
    let text = this.texts.get(expr);
    if (text === undefined) {
      text = JSON.stringify(expr);
      this.texts.set(expr, text);
    }
    return text;
  }
}

/** Return how many askers an expression refers to: 0 if it depends on the agent alone. */
function askerDepth(expr: unknown): number {
  if (!Array.isArray(expr)) return 0;
  const most = expr.slice(1).reduce<number>((max, arg) => Math.max(max, askerDepth(arg)), 0);
  if (expr[0] === "me") return most + 1;
  return VIEWS.includes(expr[0] as string) ? Math.max(most - 1, 0) : most;
}

function trimAskers(eyes: Viewpoint, askers: number): Viewpoint {
  if (!eyes.asker) return eyes;
  return { agent: eyes.agent, asker: askers > 0 ? trimAskers(eyes.asker, askers - 1) : null };
}

const viewpointKey = (eyes: Viewpoint): string =>
  eyes.asker ? `${eyes.agent}<${viewpointKey(eyes.asker)}` : `${eyes.agent}`;

function depth(expr: unknown, above: number): number {
  if (!Array.isArray(expr) || above > MAX_DEPTH) return above;
  return expr.reduce<number>((most, arg) => Math.max(most, depth(arg, above + 1)), above + 1);
}
