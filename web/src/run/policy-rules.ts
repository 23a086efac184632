/** Rules by which agents of worlds that arrive later get policies: all assignments since the last one to all. */

import { inShare, matches } from "@envgen/wasm/pool/selection";
import type { Selection } from "@envgen/wasm/protocol/agents";
import type { AgentSpec } from "@envgen/wasm/protocol/wire.gen";

type AgentKind = Pick<AgentSpec, "team" | "robot">;

interface Rule {
  readonly key: string;
  readonly selection: Selection;
  /** Number of agents that matched the selection so far, to continue its share. */
  matched: number;
}

/** Maximum number of rules; the oldest but the first are dropped. */
const MAX_RULES = 20;

export class PolicyRules {
  private rules: Rule[] = [{ key: "gait", selection: {}, matched: 0 }];

  /** Key of the policy that applies where no other rule matches. */
  get base(): string {
    return this.rules[0]?.key ?? "gait";
  }

  /** Add a rule for an assignment; assignments to single worlds make none. */
  add(key: string, selection: Selection, matched: number): void {
    if (selection.envs) return;
    const rule = { key, selection, matched };
    const all = Object.values(selection).every((part) => part === undefined);
    const [first, ...rest] = this.rules;
    this.rules = all || !first ? [rule] : [first, ...rest.slice(1 - MAX_RULES), rule];
  }

  /** Remove the rules of a policy that is no longer available. */
  removePolicy(key: string): void {
    const base = this.base === key ? "zero" : this.base;
    const rest = this.rules.slice(1).filter((rule) => rule.key !== key);
    this.rules = [{ key: base, selection: {}, matched: 0 }, ...rest];
  }

  /** Restart the counting of shares, for a new set of worlds. */
  restartShares(): void {
    for (const rule of this.rules) rule.matched = 0;
  }

  /** Return the policy of each agent of a new world: the last matching rule, or null for the base. */
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
