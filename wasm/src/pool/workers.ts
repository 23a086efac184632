/** The workers of a pool and who lives where: loading, moving, removing, and what happens when a worker dies. */

import { type EnvId, type EnvStatus, type PolicyId, PoolError, type WorkerPort } from "../protocol/api";
import type { AddEnv, FromWorker, ToWorker } from "../protocol/messages";
import { AGENT, AGENT_WIDTH } from "../protocol/shared-memory";
import { moves, roomiest } from "./balance";
import type { Resident } from "./env-handle";
import type { Events } from "./events";
import type { Tickets } from "./requests";
import { Crew } from "./worker-handle";

/** Deaths of a worker at the same environment before that is given up. */
const MOST_DEATHS = 2;
/** Workers that may die in a row without any environment having been loaded, before no more are started. */
const MOST_STARTS = 3;
/** ms between looks at the balance. */
const BALANCE_EVERY = 2000;
/** Looks at a silent worker before its patience is over. */
const LOOKS = 10;

type From = Pick<AddEnv, "episode" | "rows" | "state">;
const FRESH: From = { episode: 0, rows: null, state: null };

export interface FleetOptions {
  readonly workers: number;
  readonly shared: boolean;
  readonly spawn: () => WorkerPort;
  readonly events: Events;
  readonly tickets: Tickets;
  /** ms for which a worker may be silent before it counts as hung. */
  readonly patience: number;
  /** What a new worker has to know before environments. */
  readonly greeting: (crew: Crew) => readonly ToWorker[];
  /** Messages that are not about who lives where. */
  readonly receive: (crew: Crew, message: FromWorker) => void;
  /** A worker hung as it ran this policy's network. */
  readonly hung: (policy: PolicyId, why: string) => void;
  /** An environment has come to a worker. */
  readonly arrived: (env: Resident) => void;
}

export class Fleet {
  readonly envs = new Map<EnvId, Resident>();
  readonly crews: readonly Crew[];
  /** Removed ones whose rows are written until their worker has let go of them. */
  private readonly leaving = new Map<EnvId, Resident>();
  private readonly timers: readonly ReturnType<typeof setInterval>[];
  private looked = performance.now();
  private next = 1;
  private starts = 0;
  private ended = false;

  constructor(private readonly options: FleetOptions) {
    const { workers, shared, spawn } = options;
    this.crews = Array.from({ length: workers }, (_, i) => {
      return new Crew(i, shared, spawn, this.receive.bind(this), this.died.bind(this));
    });
    this.timers = [
      setInterval(() => this.balance(), BALANCE_EVERY),
      setInterval(() => this.watch(), options.patience / LOOKS),
    ];
  }

  /** Tell every worker what it has to know; once, after construction. */
  greet(): void {
    for (const crew of this.crews) this.introduce(crew);
  }

  crew(worker: number): Crew {
    const crew = this.crews[worker];
    if (!crew) throw new PoolError(`there is no worker ${worker}`, `There are ${this.crews.length}.`);
    return crew;
  }

  crewOf(env: Resident): Crew {
    return this.crew(env.worker);
  }

  all(message: ToWorker): void {
    for (const crew of this.crews) crew.post(message);
  }

  byCrew(ids: readonly EnvId[] | "all"): Map<Crew, EnvId[]> {
    const groups = new Map<Crew, EnvId[]>();
    for (const id of ids === "all" ? [...this.envs.keys()] : ids) {
      const env = this.envs.get(id);
      if (!env) continue;
      const crew = this.crewOf(env);
      const list = groups.get(crew) ?? [];
      list.push(id);
      groups.set(crew, list);
    }
    return groups;
  }

  add(make: (id: EnvId) => Resident): EnvId {
    const env = make(this.next);
    this.next += 1;
    this.envs.set(env.id, env);
    this.settle(env, roomiest(this.crews), FRESH);
    return env.id;
  }

  remove(ids: readonly EnvId[] | "all"): void {
    for (const [crew, own] of this.byCrew(ids)) {
      for (const id of own) {
        const env = this.envs.get(id) as Resident;
        this.envs.delete(id);
        crew.envs.delete(env);
        this.leaving.set(id, env);
      }
      crew.post({ kind: "remove", ids: own });
    }
  }

  /** Ask a worker to give an environment up in favour of another. */
  move(env: Resident, to: Crew): void {
    env.to = to.index;
    env.moved = performance.now();
    env.status = "moving";
    this.crewOf(env).post({ kind: "take", id: env.id });
  }

  died(crew: Crew, why: string): void {
    if (this.ended) return;
    const { events, tickets } = this.options;
    this.starts += 1;
    if (this.starts > MOST_STARTS) {
      crew.end();
      tickets.lost(crew.index);
      events.emit("error", { why: `workers die as they start (${why}); no more are started` });
      return;
    }
    const rows = new Map([...crew.envs].map((env) => [env, crew.rows(env)]));
    crew.replace();
    tickets.lost(crew.index);
    this.introduce(crew);
    for (const [id, env] of [...this.leaving]) if (env.worker === crew.index) this.removed([id]);
    for (const [env, own] of rows) {
      env.to = -1;
      if (env.deaths >= MOST_DEATHS) this.refuse(env, why);
      else this.send(env, crew, afresh(own));
    }
    events.emit("worker", { worker: crew.index, why, environments: crew.envs.size });
  }

  end(): void {
    this.ended = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const crew of this.crews) crew.end();
  }

  private introduce(crew: Crew): void {
    for (const message of this.options.greeting(crew)) crew.post(message);
  }

  private settle(env: Resident, crew: Crew, from: From, status: EnvStatus = "loading"): void {
    env.status = status;
    crew.house(env);
    this.send(env, crew, from);
  }

  private send(env: Resident, crew: Crew, from: From): void {
    const { id, buffer, pose, counters } = env;
    const [policies, drives]: [PolicyId[], Resident["drives"]] = [[...env.policies], [...env.drives]];
    crew.post({ kind: "add", id, frame: buffer, pose, counters, policies, drives, ...from });
  }

  private receive(crew: Crew, message: FromWorker): void {
    const { events } = this.options;
    switch (message.kind) {
      case "switched":
        crew.switched();
        events.emit("buffers", { worker: crew.index });
        break;
      case "loaded":
        this.loaded(message.id);
        break;
      case "refused": {
        const env = this.envs.get(message.id);
        if (env) this.refuse(env, message.why);
        break;
      }
      case "removed":
        this.removed(message.ids);
        break;
      case "taken":
        this.taken(crew, message);
        break;
      case "costs":
        message.ids.forEach((id, i) => {
          const env = this.envs.get(id);
          if (env) env.cost = message.costs[i] as number;
        });
        break;
      case "dead":
        this.blame(message);
        this.died(crew, message.why);
        break;
      default:
        this.options.receive(crew, message);
    }
  }

  private loaded(id: EnvId): void {
    this.starts = 0;
    const env = this.envs.get(id);
    if (!env) return;
    const moved = env.status === "moving";
    env.status = "running";
    this.options.arrived(env);
    this.options.events.emit(moved ? "moved" : "ready", { env: id });
  }

  private refuse(env: Resident, why: string): void {
    const crew = this.crewOf(env);
    this.envs.delete(env.id);
    crew.envs.delete(env);
    crew.unhouse(env);
    this.options.events.emit("refused", { env: env.id, index: env.spec.index, why });
  }

  private removed(ids: readonly EnvId[]): void {
    for (const id of ids) {
      const env = this.leaving.get(id);
      if (!env) continue;
      this.leaving.delete(id);
      this.crew(env.worker).unhouse(env);
      this.options.events.emit("removed", { env: id });
    }
  }

  private taken(crew: Crew, message: Extract<FromWorker, { kind: "taken" }>): void {
    const env = this.envs.get(message.id);
    if (!env || env.to < 0) return;
    const to = this.crew(env.to);
    env.to = -1;
    crew.envs.delete(env);
    crew.unhouse(env);
    const { rows, state } = message;
    const from = state ? { episode: rows[AGENT.episode] ?? 0, rows, state } : afresh(rows);
    this.settle(env, to, from, "moving");
  }

  private blame({ id, loading }: { readonly id: EnvId; readonly loading: boolean }): void {
    const env = this.envs.get(id);
    if (env) env.deaths += loading ? MOST_DEATHS : 1;
  }

  /** Replaces workers that hang: a step that never ends can't be interrupted from within. */
  private watch(): void {
    const { patience } = this.options;
    const now = performance.now();
    // a page that slept has heard nothing meanwhile: that is no fault of its workers
    const elapsed = Math.min(now - this.looked, (2 * patience) / LOOKS);
    this.looked = now;
    for (const crew of this.crews) {
      if (crew.listen(elapsed) < patience) continue;
      const { inferring } = crew;
      const why = `it has not answered for ${Math.round(patience / 1000)} s`;
      // first, so that the next worker isn't told of that policy
      if (inferring !== null) this.options.hung(inferring, why);
      else this.blame(crew.culprit);
      this.died(crew, why);
    }
  }

  private balance(): void {
    for (const { env, to } of moves(this.crews, performance.now())) this.move(env, to);
  }
}

/** Counters with the running episode begun anew. */
function afresh(rows: Float64Array): From {
  const own = rows.slice();
  for (let at = 0; at < own.length; at += AGENT_WIDTH) {
    own[at + AGENT.steps] = own[at + AGENT.episode_reward] = own[at + AGENT.over] = 0;
  }
  return { episode: own[AGENT.episode] ?? 0, rows: own, state: null };
}
