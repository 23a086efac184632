/** Link that reproduces a run. It is kept in the fragment, so that it never reaches a server's log. */

export interface Recipe {
  readonly prompt: string;
  /** An EnvCfg that was edited by hand, in place of the prompt. */
  readonly cfg: unknown;
  readonly pack: string | null;
  readonly count: number | null;
  readonly seed: string;
  readonly difficulty: readonly [number, number] | null;
}

export const EMPTY: Recipe = { prompt: "", cfg: null, pack: null, count: null, seed: "0", difficulty: null };

export function toHash(r: Recipe): string {
  const q = new URLSearchParams();
  if (r.prompt) q.set("prompt", r.prompt);
  if (r.cfg) q.set("cfg", JSON.stringify(r.cfg));
  if (r.pack) q.set("pack", r.pack);
  if (r.count !== null) q.set("count", String(r.count));
  if (r.seed !== "0") q.set("seed", r.seed);
  if (r.difficulty) q.set("difficulty", r.difficulty.join("-"));
  return `#${q.toString()}`;
}

/** Return the parts of a fragment that can't be read, each with the allowed values. */
export function unreadable(hash: string): string[] {
  const q = new URLSearchParams(hash.replace(/^#/, ""));
  const recipe = fromHash(hash);
  const found: string[] = [];
  const look = (name: string, read: unknown, allowed: string) => {
    const said = q.get(name);
    if (said && !read) found.push(`${name}=${said.slice(0, 40)} (${allowed})`);
  };
  look("cfg", recipe?.cfg, "an EnvCfg as JSON");
  look("count", recipe === null || recipe.count, "a whole number from 1 on");
  look("seed", recipe === null || recipe.seed === q.get("seed"), "a whole number from 0 on");
  look("difficulty", recipe === null || recipe.difficulty, "least and greatest, as 0.2-0.8");
  return found;
}

/** Parse a fragment; null if it names nothing to run. Parts that can't be read are ignored; see `unreadable`. */
export function fromHash(hash: string): Recipe | null {
  const q = new URLSearchParams(hash.replace(/^#/, ""));
  const prompt = (q.get("prompt") ?? "").slice(0, 20_000);
  const pack = q.get("pack");
  let cfg: unknown = null;
  try {
    cfg = q.has("cfg") ? (JSON.parse(q.get("cfg") as string) as unknown) : null;
  } catch {
    cfg = null;
  }
  if (!prompt && !pack && !cfg) return null;
  const count = Number(q.get("count"));
  const seed = q.get("seed") ?? "0";
  const ends = (q.get("difficulty") ?? "").split("-").map(Number);
  const [low, high] = ends;
  const sound =
    ends.length === 2 && low !== undefined && high !== undefined && low >= 0 && low <= high && high <= 1;
  return {
    prompt,
    cfg,
    pack,
    count: Number.isInteger(count) && count > 0 ? count : null,
    seed: /^\d{1,19}$/.test(seed) ? seed : "0",
    difficulty: sound ? [low, high] : null,
  };
}
