/** Builder of a task program: reserves values in the scratch array and collects the operations that fill them. */

import { PoolError } from "../../protocol/error";
import * as ops from "./ops";

/** A value in the scratch array: its first index and its number of columns. */
export interface Value {
  readonly at: number;
  readonly width: number;
}

const LANGUAGE = "See docs/tasks.md for the language.";

/** Return the error of a term that can't be compiled. */
export const termError = (expr: unknown, why: string) =>
  new PoolError(`the task term ${JSON.stringify(expr)?.slice(0, 80)} can't be evaluated: ${why}`, LANGUAGE);

export class ProgramBuilder {
  readonly ops: ops.Op[] = [];
  private readonly constants: [number, number][] = [];
  private readonly memo = new Map<string, Value>();

  /** @param next index of the first free value in the scratch array */
  constructor(private next: number) {}

  /** Return a scratch array with the constants in it. */
  scratch(): Float64Array {
    const s = new Float64Array(this.next);
    for (const [at, value] of this.constants) s[at] = value;
    return s;
  }

  /** Append the operations that fill `width` new values. */
  emit(width: number, make: (to: number) => ops.Op | ops.Op[]): Value {
    const at = this.next;
    this.next += width;
    const made = make(at);
    if (Array.isArray(made)) this.ops.push(...made);
    else this.ops.push(made);
    return { at, width };
  }

  /** Return a constant. */
  number(value: number): Value {
    const key = `number:${value}`;
    let known = this.memo.get(key);
    if (!known) {
      known = { at: this.next++, width: 1 };
      this.constants.push([known.at, value]);
      this.memo.set(key, known);
    }
    return known;
  }

  /** Append a binary operator; one column is broadcast. */
  binary(op: string, a: Value, b: Value, expr: unknown = null): Value {
    if (a.width !== b.width && a.width !== 1 && b.width !== 1) {
      throw termError(expr, `${a.width} and ${b.width} columns don't go together`);
    }
    const width = a.width === 1 ? b.width : a.width;
    const make = ops.BINARY[op] as (typeof ops.BINARY)[string];
    return this.emit(width, (to) =>
      make(to, width, a.at, a.width === 1 ? 0 : 1, b.at, b.width === 1 ? 0 : 1),
    );
  }

  /** Append the Euclidean norm of a value's columns. */
  norm(a: Value): Value {
    const spare = this.next;
    this.next += a.width;
    return this.emit(1, (to) => ops.norm(to, a.width, a.at, spare));
  }

  /** Return columns of a value; nothing is appended. */
  slice(a: Value, from: unknown, to: unknown, expr: unknown): Value {
    if (typeof from !== "number" || typeof to !== "number")
      throw termError(expr, "a slice needs two numbers");
    const end = Math.max(from, Math.min(to, a.width));
    if (from < 0 || to < 0) throw termError(expr, "a slice counts from the first column");
    return { at: a.at + Math.min(from, a.width), width: Math.max(end - from, 0) };
  }

  /** Append values side by side. */
  concat(parts: readonly Value[]): Value {
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

  /** Return one column of a value. */
  column(value: Value, i: number): Value {
    if (i >= value.width) throw termError(null, "it has no columns");
    return { at: value.at + i, width: 1 };
  }

  /** Compile a value that all agents share once. */
  shared(key: string, width: number, make: (to: number) => ops.Op): Value {
    let value = this.memo.get(key);
    if (!value) {
      value = this.emit(width, make);
      this.memo.set(key, value);
    }
    return value;
  }
}
