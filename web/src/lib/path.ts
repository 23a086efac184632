/** Paths of an EnvCfg, such as `terrain.sub_terrains[0].kind`. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Key = string | number;

export function parsePath(path: string): Key[] {
  const keys: Key[] = [];
  for (const part of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    if (part[2] !== undefined) keys.push(Number(part[2]));
    else if (part[1] !== undefined) keys.push(part[1]);
  }
  return keys;
}

export function getPath(data: unknown, path: string): unknown {
  let at: unknown = data;
  for (const key of parsePath(path)) {
    if (at === null || typeof at !== "object") return undefined;
    at = (at as Record<Key, unknown>)[key];
  }
  return at;
}

/** Return a copy with another value at a path. */
export function setPath(data: unknown, path: string, value: unknown): unknown {
  return change(data, parsePath(path), () => value);
}

/** Return a copy without the element or key at a path. */
export function removePath(data: unknown, path: string): unknown {
  const keys = parsePath(path);
  const last = keys.pop();
  if (last === undefined) return data;
  return change(data, keys, (parent) => {
    if (Array.isArray(parent)) return parent.filter((_, i) => i !== last);
    const { [String(last)]: _, ...rest } = (parent ?? {}) as Record<string, unknown>;
    return rest;
  });
}

function change(data: unknown, keys: readonly Key[], by: (old: unknown) => unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return by(data);
  if (Array.isArray(data)) return data.map((x, i) => (i === key ? change(x, rest, by) : x));
  const old = (data ?? {}) as Record<Key, unknown>;
  return { ...old, [key]: change(old[key], rest, by) };
}

/** Return the differences of two EnvCfgs, leaf by leaf; lists are compared by index. */
export function diff(a: unknown, b: unknown, path = ""): { path: string; from: unknown; to: unknown }[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  const plain = (x: unknown) => x !== null && typeof x === "object" && !Array.isArray(x);
  if (plain(a) && plain(b)) {
    const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
    const keys = [...new Set([...Object.keys(x), ...Object.keys(y)])];
    return keys.flatMap((k) => diff(x[k], y[k], path ? `${path}.${k}` : k));
  }
  const lists = Array.isArray(a) && Array.isArray(b) && [...a, ...b].every(plain);
  if (lists) {
    const n = Math.max(a.length, b.length);
    return Array.from({ length: n }, (_, i) => diff(a[i], b[i], `${path}[${i}]`)).flat();
  }
  return [{ path, from: a, to: b }];
}
