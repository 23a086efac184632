/** What was given to whom, for worlds that arrive later: all that was said since something was given to all. */

import { inShare, matches } from "@envgen/wasm/pool/selection";
import type { Selection } from "@envgen/wasm/protocol/agents";
import type { AgentSpec } from "@envgen/wasm/protocol/wire.gen";

type AgentKind = Pick<AgentSpec, "team" | "robot">;

interface Rule {
  readonly key: string;
  readonly selection: Selection;
  /** Agents that the selection has met, to count a share on from them. */
  matched: number;
}

/** More are of no use to anybody: the oldest but the first are forgotten. */
const MAX_RULES = 20;

export class PolicyRules {
  private rules: Rule[] = [{ key: "gait", selection: {}, matched: 0 }];

  /** The policy that all have where nothing else was said. */
  get base(): string {
    return this.rules[0]?.key ?? "gait";
  }

  /** A policy was given to a selection; to worlds by their number is no rule for others. */
  add(key: string, selection: Selection, matched: number): void {
    if (selection.envs) return;
    const rule = { key, selection, matched };
    const all = Object.values(selection).every((part) => part === undefined);
    const [first, ...rest] = this.rules;
    this.rules = all || !first ? [rule] : [first, ...rest.slice(1 - MAX_RULES), rule];
  }

  /** A policy is no more. */
  removePolicy(key: string): void {
    const base = this.base === key ? "zero" : this.base;
    const rest = this.rules.slice(1).filter((rule) => rule.key !== key);
    this.rules = [{ key: base, selection: {}, matched: 0 }, ...rest];
  }

  /** Other worlds come: shares are counted anew. */
  restartShares(): void {
    for (const rule of this.rules) rule.matched = 0;
  }

  /** Policies of the agents of a world that arrives: the last that meets each; null is the base. */
  policiesFor(agents: readonly AgentKind[]): (string | null)[] {
    return agents.map((agent, i) => {
      let key: string | null = null;
      for (const rule of this.rules.slice(1)) {
        if (matches(rule.selection, agent, i) && inShare(rule.matched++, rule.selection.share ?? 1))
          key = rule.key;
      }
      return key;
    });
  }
}
