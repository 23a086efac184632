/** Policies of the page: built-in, from the server, or dropped files; loaded on first use. */

import { select } from "@envgen/wasm/pool/selection";
import type { AgentRef, Selection } from "@envgen/wasm/protocol/agents";
import type { Env, PoolApi } from "@envgen/wasm/protocol/api";
import type { AssignResult, PolicyId, PolicySource } from "@envgen/wasm/protocol/policy";
import { NO_POLICY } from "@envgen/wasm/protocol/policy";
import type { WorldSpec } from "@envgen/wasm/protocol/wire.gen";
import { fetchBytes, type ServedPolicy } from "../net/api.ts";
import { chosenPolicy, type PolicyRow, policies, problemOf, toast } from "../state/store.ts";
import { PolicyRules } from "./policy-rules.ts";

const BUILT_IN: readonly PolicyRow[] = (
  [
    ["gait", "the robot's own pattern of steps"],
    ["random", "uniform in −1 to 1"],
    ["zero", "the middle of every control"],
    ["keyboard", "W A S D drive the agent in focus"],
  ] as const
).map(([kind, detail]) => ({
  key: kind,
  name: kind,
  kind,
  id: null,
  robot: null,
  task: null,
  detail,
  problem: null,
}));

/** Number of agents of a robot that a policy can't drive, and the reason. */
export interface Refusal {
  readonly robot: string;
  readonly why: string;
  readonly agents: number;
}

export interface AssignSummary {
  readonly agents: number;
  readonly refused: number;
  readonly reasons: readonly Refusal[];
}

export class Policies {
  private readonly sources = new Map<string, () => Promise<PolicySource>>();
  private readonly loading = new Map<string, Promise<PolicyId>>();
  private readonly keyOf = new Map<PolicyId, string>();
  private readonly rules = new PolicyRules();
  /** Robots for which a toast said that the common policy can't drive them. */
  private notifiedRobots = new Set<string>();

  constructor(private readonly pool: PoolApi) {
    policies.value = BUILT_IN;
    for (const row of BUILT_IN) {
      const kind = row.kind as "gait" | "random" | "zero" | "keyboard";
      this.sources.set(row.key, () => Promise.resolve({ kind }));
    }
    pool.on("retired", ({ policy, name, why }) => this.onRetired(policy, name, why));
  }

  /** Report a policy that the pool has removed, and make it unavailable. */
  private onRetired(id: PolicyId, name: string, why: string): void {
    const row = policies.value.find((p) => p.id === id);
    if (row) this.upsert({ ...row, id: null, problem: why });
    if (row && chosenPolicy.value === row.key) chosenPolicy.value = "zero";
    if (row) this.rules.removePolicy(row.key);
    toast(`the policy ${name} failed: ${why}`, "Its agents stand still: assign another policy to them.");
  }

  /** List the ONNX policies that the server or the static site offers. */
  offer(served: readonly ServedPolicy[]): void {
    for (const p of served) {
      const key = `onnx:${p.name}`;
      const url = p.url ?? `./api/policies/${encodeURIComponent(p.name)}.onnx`;
      this.sources.set(key, async () => ({ kind: "onnx", model: await fetchBytes(url) }));
      this.upsert({
        key,
        name: p.name,
        kind: "onnx",
        id: null,
        robot: p.robot || null,
        task: p.task || null,
        detail: [p.robot, p.task].filter(Boolean).join(", ") || "ONNX",
        problem: p.error,
      });
    }
  }

  /** Add a dropped file, and load it at once. Returns its key, or null if it is not a valid policy. */
  async addFile(file: File): Promise<string | null> {
    if (!/\.onnx$/i.test(file.name)) {
      toast(
        `a policy must be an .onnx file, got ${file.name}`,
        "Drop an .onnx file: input obs (N, observations), output action (N, actions).",
      );
      return null;
    }
    const name = file.name.replace(/\.onnx$/i, "");
    let key = `dropped:${name}`;
    for (let i = 2; this.sources.has(key); i++) key = `dropped:${name} ${i}`;
    const model = await file.arrayBuffer();
    this.sources.set(key, () => Promise.resolve({ kind: "onnx", model }));
    this.upsert({
      key,
      name: key.slice(8),
      kind: "onnx",
      id: null,
      robot: null,
      task: null,
      detail: "dropped here",
      problem: null,
    });
    try {
      await this.ensure(key);
      chosenPolicy.value = key;
      return key;
    } catch (error) {
      const { cause, remedy } = problemOf(error);
      // what is said of it by its name, without the ending, is said of the file
      const said = cause.startsWith(`${name} `);
      toast(said ? file.name + cause.slice(name.length) : `${file.name}: ${cause}`, remedy);
      this.sources.delete(key);
      policies.value = policies.value.filter((p) => p.key !== key);
      return null;
    }
  }

  /** Return the policy's number in the pool, loading it first if necessary. */
  ensure(key: string): Promise<PolicyId> {
    const row = policies.value.find((p) => p.key === key);
    if (row?.problem)
      return Promise.reject(new Error(`${row.name} can't be used: ${row.problem}\nChoose another one.`));
    if (row && row.id !== null) return Promise.resolve(row.id);
    let job = this.loading.get(key);
    if (!job) {
      job = this.load(key);
      this.loading.set(key, job);
      job.catch(() => undefined).finally(() => this.loading.delete(key));
    }
    return job;
  }

  private async load(key: string): Promise<PolicyId> {
    const source = this.sources.get(key);
    const row = policies.value.find((p) => p.key === key);
    if (!source || !row) {
      const known = policies.value.map((p) => p.key).join(", ");
      throw new Error(`there is no policy ${key}\nChoose one of ${known}.`);
    }
    const info = await this.pool.addPolicy(await source(), row.name);
    this.keyOf.set(info.id, key);
    const facts = info.onnx;
    const detail = facts
      ? `${facts.observation} → ${facts.action}${facts.robot ? `, ${facts.robot}` : ""}`
      : row.detail;
    const [robot, task] = [facts?.robot ?? row.robot, facts?.task ?? row.task];
    this.upsert({ ...row, id: info.id, robot, task, detail });
    return info.id;
  }

  /** Assign a policy to agents and report refusals; refused agents keep their policy. */
  async assign(key: string, selection: Selection = {}, quiet = false): Promise<AssignSummary> {
    try {
      const id = await this.ensure(key);
      const { agents, refused } = this.pool.assign(id, selection);
      if (agents || !refused.length) {
        // a share counts on from those that it chose from
        const { envs, share: _, ...rest } = selection;
        this.rules.add(key, selection, envs ? 0 : select(this.pool.envs, rest).length);
      }
      const first = refused[0];
      if (first && !quiet) {
        const [cause, ...rest] = first.why.split("\n");
        const many = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
        toast(
          `${this.describeAgent(first.agent)}${many}: ${cause}`,
          rest.join(" ") || "It keeps the policy that it had.",
        );
      }
      return { agents, refused: refused.length, reasons: this.groupRefusals(refused) };
    } catch (error) {
      const { cause, remedy } = problemOf(error);
      if (!quiet) toast(cause, remedy);
      return { agents: 0, refused: 0, reasons: [] };
    }
  }

  /** Start over for a new set of worlds. */
  restart(): void {
    this.rules.restartShares();
    this.notifiedRobots = new Set();
  }

  /** Return the policy for a new world: the one assigned to all, or random if its robots have no gait. */
  policyForNew(spec: WorldSpec): PolicyId | undefined {
    const base = this.rules.base;
    if (base === "gait" && spec.agents.every((a) => a.gait === null)) return this.idOf("random");
    return this.idOf(base) ?? this.idOf("random");
  }

  /** Apply the rules to the agents of a new world; agents without a policy get their gait, or random. */
  applyRules({ id: env, spec }: Env): void {
    this.rules.policiesFor(spec.agents).forEach((key, agent) => {
      const policy = key === null ? undefined : this.idOf(key);
      const who = { envs: [env], agents: [agent] };
      if (policy !== undefined) this.pool.assign(policy, who);
      if (this.pool.policyOf({ env, agent }) !== NO_POLICY) return;
      const { gait, robot } = spec.agents[agent] as WorldSpec["agents"][number];
      const own = gait ? "gait" : "random";
      const other = this.idOf(own);
      if (other !== undefined) this.pool.assign(other, who);
      const base = policies.value.find((p) => p.key === this.rules.base)?.name;
      if (base === "gait" || this.notifiedRobots.has(robot)) return;
      this.notifiedRobots.add(robot);
      toast(`${base} is not for the ${robot}: it plays ${own}`, "Give it another one.", "info");
    });
  }

  private idOf(key: string): PolicyId | undefined {
    return policies.value.find((p) => p.key === key)?.id ?? undefined;
  }

  key(id: PolicyId): string | null {
    return this.keyOf.get(id) ?? null;
  }

  name(id: PolicyId): string {
    return this.pool.policies.get(id)?.name ?? "none";
  }

  private groupRefusals(refused: AssignResult["refused"]): Refusal[] {
    const found = new Map<string, Refusal>();
    for (const { agent, why } of refused) {
      const robot = this.pool.envs.get(agent.env)?.spec.agents[agent.agent]?.robot ?? "?";
      const key = `${robot}\n${why}`;
      found.set(key, { robot, why, agents: (found.get(key)?.agents ?? 0) + 1 });
    }
    return [...found.values()];
  }

  private describeAgent(ref: AgentRef): string {
    const env = this.pool.envs.get(ref.env);
    return env ? `world ${env.spec.index}, ${env.spec.agents[ref.agent]?.id ?? "?"}` : "an agent";
  }

  private upsert(row: PolicyRow): void {
    const at = policies.value.findIndex((p) => p.key === row.key);
    policies.value = at < 0 ? [...policies.value, row] : policies.value.map((p, i) => (i === at ? row : p));
  }
}
