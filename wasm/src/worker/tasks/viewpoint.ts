/** Viewpoints: from which agent a subexpression of a task term is evaluated, and for whom. */

/** Agent whose perspective an expression is evaluated from, and the viewpoint that asked for it. */
export interface Viewpoint {
  readonly agent: number;
  readonly asker: Viewpoint | null;
}

/** Operators that evaluate an expression from the viewpoint of other agents. */
export const VIEWS = ["nearest", "any", "all"];

/** Return how many askers an expression refers to: 0 if it depends on the agent alone. */
export function askerDepth(expr: unknown): number {
  if (!Array.isArray(expr)) return 0;
  const most = expr.slice(1).reduce<number>((max, arg) => Math.max(max, askerDepth(arg)), 0);
  if (expr[0] === "me") return most + 1;
  return VIEWS.includes(expr[0] as string) ? Math.max(most - 1, 0) : most;
}

/** Drop the askers that an expression does not refer to, so that equal subexpressions are compiled once. */
export function trimAskers(eyes: Viewpoint, askers: number): Viewpoint {
  if (!eyes.asker) return eyes;
  return { agent: eyes.agent, asker: askers > 0 ? trimAskers(eyes.asker, askers - 1) : null };
}

/** Return a key of a viewpoint for memos. */
export const viewpointKey = (eyes: Viewpoint): string =>
  eyes.asker ? `${eyes.agent}<${viewpointKey(eyes.asker)}` : `${eyes.agent}`;
