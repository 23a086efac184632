/**
 * Compiler of task terms: each distinct subexpression becomes one operation on a scratch array, in an order in
 * which arguments come first. So nothing is allocated or looked up while stepping, and parts that terms and agents
 * share are evaluated once per state, as the memo of `envgen.tasks.expr.evaluate` does.
 */

import type { WorldSpec } from "../../protocol/wire.gen";
import { ProgramBuilder, termError, type Value } from "./builder";
import * as ops from "./ops";
import { SourceCompiler } from "./source-compiler";
import { group, type TaskContext } from "./task-context";
import { askerDepth, trimAskers, VIEWS, type Viewpoint, viewpointKey } from "./viewpoint";

const PLACE = ["slice", ["sensor", "root_pos"], 0, 2];
const MAX_OPS = 100_000;
const MAX_DEPTH = 200;

export class Compiler {
  private readonly builder: ProgramBuilder;
  private readonly sources: SourceCompiler;
  private readonly memo = new Map<string, Value>();
  private readonly texts = new WeakMap<object, string>();

  constructor(
    private readonly spec: WorldSpec,
    private readonly context: TaskContext,
  ) {
    this.builder = new ProgramBuilder(context.capacity);
    this.sources = new SourceCompiler(spec, context, this.builder);
  }

  /** Operations in order of evaluation. */
  get ops(): readonly ops.Op[] {
    return this.builder.ops;
  }

  /** Return a scratch array with the constants in it. */
  scratch(): Float64Array {
    return this.builder.scratch();
  }

  /** Compile a term for an agent. */
  term(expr: unknown, agent: number): Value {
    if (depth(expr, 0) > MAX_DEPTH) {
      throw termError((expr as unknown[])[0], `it is nested more than ${MAX_DEPTH} deep`);
    }
    return this.value(expr, { agent, asker: null });
  }

  /** Compile a condition for an agent. Returns the index of its value in the scratch array. */
  condition(expr: unknown, agent: number): number {
    return this.builder.column(this.term(expr, agent), 0).at;
  }

  /** Product of a weight and a reward term, of which the first column counts. */
  weighted(weight: Value, value: Value): Value {
    return this.builder.binary("mul", this.builder.column(weight, 0), this.builder.column(value, 0));
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
    if (typeof expr === "number") return this.builder.number(expr);
    if (!Array.isArray(expr) || typeof expr[0] !== "string")
      throw termError(expr, "an expression must be an array that begins with a name");
    const seen = trimAskers(eyes, askerDepth(expr));
    const key = `${viewpointKey(seen)}:${this.text(expr)}`;
    let value = this.memo.get(key);
    if (!value) {
      value = this.apply(expr[0], expr.slice(1), seen, expr);
      if (this.builder.ops.length > MAX_OPS) throw termError(expr, "the task is too large");
      this.memo.set(key, value);
    }
    return value;
  }

  private apply(op: string, args: readonly unknown[], eyes: Viewpoint, expr: unknown): Value {
    const one = () => this.value(args[0], eyes);
    if (op in ops.UNARY) {
      this.arity(args, 1, expr);
      const a = one();
      return this.builder.emit(a.width, (to) =>
        (ops.UNARY[op] as (typeof ops.UNARY)[string])(to, a.width, a.at),
      );
    }
    if (op in ops.BINARY) {
      this.arity(args, 2, expr);
      return this.builder.binary(op, one(), this.value(args[1], eyes), expr);
    }
    if (op in ops.REDUCE) {
      this.arity(args, 1, expr);
      const a = one();
      return this.builder.emit(1, (to) => (ops.REDUCE[op] as (typeof ops.REDUCE)[string])(to, a.width, a.at));
    }
    switch (op) {
      case "norm":
        return this.builder.norm(one());
      case "dot": {
        const product = this.builder.binary("mul", one(), this.value(args[1], eyes), expr);
        return this.builder.emit(1, (to) =>
          (ops.REDUCE.sum as (typeof ops.REDUCE)[string])(to, product.width, product.at),
        );
      }
      case "to_body": {
        const [a, b] = [one(), this.value(args[1], eyes)];
        if (a.width !== 4 || b.width !== 3) throw termError(expr, "to_body takes 4 and 3 columns");
        return this.builder.emit(3, (to) => ops.toBody(to, a.at, b.at));
      }
      case "slice":
        return this.builder.slice(one(), args[1], args[2], expr);
      case "concat":
        return this.builder.concat(args.map((arg) => this.value(arg, eyes)));
      case "ground":
        return this.ground(one(), expr);
      case "me":
        return this.value(args[0], eyes.asker ?? eyes);
      default:
        if (VIEWS.includes(op)) return this.view(op, args[0], args[1], eyes);
        return this.sources.compile(op, args[0], eyes.agent, expr);
    }
  }

  private arity(args: readonly unknown[], n: number, expr: unknown): void {
    if (args.length !== n) throw termError(expr, `it has ${args.length} arguments, not ${n}`);
  }

  private ground(xy: Value, expr: unknown): Value {
    if (xy.width < 2) throw termError(expr, "ground takes two columns");
    const { nrow, ncol } = this.spec.ground;
    const fields = this.context.reserve("ground", 4, ({ ground: g }) => [...g.cell, ...g.origin]);
    return this.builder.emit(1, (to) => ops.ground(to, xy.at, { nrow, ncol, fields }));
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
    return this.builder.emit(width, (to) => (op === "any" ? ops.anyOf : ops.allOf)(to, width, seen));
  }

  private nearest(expr: unknown, eyes: Viewpoint, others: readonly Viewpoint[]): Value {
    // compiled without others too, for its number of columns
    if (!others.length) {
      const { width } = this.value(expr, eyes);
      return this.builder.emit(width, (to) => ops.nearest(to, width, []));
    }
    const here = this.value(PLACE, eyes);
    const values = others.map((other) => this.value(expr, other));
    const width = (values[0] as Value).width;
    if (values.some((value) => value.width !== width))
      throw termError(expr, "it differs in columns between agents");
    const seen = others.map((other, i) => ({
      value: (values[i] as Value).at,
      play: this.play(other.agent),
      distance: this.builder.norm(this.builder.binary("sub", this.value(PLACE, other), here)).at,
    }));
    return this.builder.emit(width, (to) => ops.nearest(to, width, seen));
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

/** Return the nesting depth of an expression, counted up to just above `MAX_DEPTH`. */
function depth(expr: unknown, above: number): number {
  if (!Array.isArray(expr) || above > MAX_DEPTH) return above;
  return expr.reduce<number>((most, arg) => Math.max(most, depth(arg, above + 1)), above + 1);
}
