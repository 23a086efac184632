/** An interpretation as chips: what was understood, assumed and not understood. */

import type { InterpretationSpec } from "../stream.gen.ts";
import { value } from "./format.ts";
import { getPath, parsePath, removePath, setPath } from "./path.ts";

export type ChipKind = "understood" | "assumed" | "unmapped";

export interface Chip {
  readonly kind: ChipKind;
  /** Path in the EnvCfg; empty for words that are not understood. */
  readonly path: string;
  /** Words of the prompt; empty for assumptions. */
  readonly words: string;
  /** Name of the setting, and its value as text. */
  readonly label: string;
  readonly value: unknown;
  readonly text: string;
  readonly why: string;
  readonly removable: boolean;
  /** Suggestions for a word that is not understood: similar known words. */
  readonly suggestions: readonly string[];
}

const LABELS: Readonly<Record<string, string>> = {
  sub_terrains: "terrain",
  sub_terrain: "terrain",
  obstacles: "obstacle",
  robots: "robot",
  frame_skip: "frame skip",
};
/** Keys that name a kind: the chip shows the value without the key. */
const NAMES = new Set(["kind", "model"]);
/** Keys of an obstacle's number, which a chip has to label. */
const AMOUNT = /^obstacles\[\d+\]\.(count|density)$/;

/** Return a short label of a path: `terrain.sub_terrains[0].amplitude` is "amplitude". */
export function labelOf(path: string): string {
  const keys = parsePath(path).filter((k) => typeof k === "string") as string[];
  const last = keys[keys.length - 1] ?? path;
  const before = keys[keys.length - 2] ?? "";
  if (NAMES.has(last)) return LABELS[before] ?? before;
  return (LABELS[last] ?? last).replaceAll("_", " ");
}

/** Return the label with its owner's name, as several obstacles may each have a density. */
function fullLabelOf(cfg: unknown, path: string): string {
  const label = labelOf(path);
  const keys = parsePath(path);
  if (NAMES.has(String(keys[keys.length - 1]))) return label;
  const item = /^(.*\])\.[^\]]*$/.exec(path)?.[1];
  if (!item) return label;
  const owner = [...NAMES].map((name) => getPath(cfg, `${item}.${name}`)).find((v) => typeof v === "string");
  return owner ? `${String(owner).replaceAll("_", " ")} ${label}` : label;
}

export function makeChips(meaning: InterpretationSpec): Chip[] {
  const chips: Chip[] = [];
  const seen = new Set<string>();
  for (const u of meaning.understood) {
    const key = `${u.path} ${JSON.stringify(u.value)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const label = fullLabelOf(meaning.cfg, u.path);
    const text = u.path === "count" ? `${value(u.value)} variants` : value(u.value);
    chips.push({
      kind: "understood",
      path: u.path,
      words: u.text,
      label: u.path === "count" ? "" : label,
      value: u.value,
      text,
      why: `“${u.text}” → ${u.path} = ${JSON.stringify(u.value)}`,
      removable: u.path !== "count" && !AMOUNT.test(u.path),
      suggestions: [],
    });
  }
  for (const a of meaning.assumed) {
    chips.push({
      kind: "assumed",
      path: a.path,
      words: "",
      label: fullLabelOf(meaning.cfg, a.path),
      value: a.value,
      text: value(a.value),
      why: `${a.why} (${a.path})`,
      removable: false,
      suggestions: [],
    });
  }
  for (const word of meaning.unmapped) {
    chips.push({
      kind: "unmapped",
      path: "",
      words: word,
      label: "",
      value: word,
      text: word,
      why: `“${word}” changed nothing. Say it in other words, or take it out.`,
      removable: true,
      suggestions: meaning.suggestions?.[word] ?? [],
    });
  }
  return chips;
}

/** Replace some words of the prompt by others, or remove them. */
export function reworded(prompt: string, words: string, by: string): string {
  const literal = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  // word boundaries for letters of any script; \b knows ASCII only
  const found = new RegExp(`(^|[^\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])${by ? "" : ",?"}`, "iu");
  return prompt
    .replace(found, (_, before: string) => before + by)
    .replace(/\s+/g, " ")
    .trim();
}

/** Remove a chip's setting from the EnvCfg: a kind is removed as a whole, a parameter returns to its default. */
export function withoutChip(cfg: unknown, chip: Chip): unknown {
  return removePath(cfg, removed(chip));
}

/** Return the path that is removed with a chip. */
function removed(chip: Chip): string {
  const keys = parsePath(chip.path);
  const last = keys[keys.length - 1];
  const whole = typeof last === "string" && NAMES.has(last) && typeof keys[keys.length - 2] === "number";
  return whole ? chip.path.slice(0, chip.path.lastIndexOf(".")) : chip.path;
}

/** Set a value of the EnvCfg; text is parsed as JSON where possible, `a to b` as a range. */
export function withChip(cfg: unknown, chip: Chip, text: string): unknown {
  return setPath(cfg, chip.path, readValue(text, getPath(cfg, chip.path)));
}

/** Update the interpretation after a chip was edited or removed, so that the chips match the EnvCfg. */
export function edited(
  meaning: InterpretationSpec,
  cfg: unknown,
  out: Chip | null = null,
): InterpretationSpec {
  const gone = out && removed(out);
  const list = gone ? /^(.*)\[(\d+)\]$/.exec(gone) : null;
  const update = <T extends { path: string; value: unknown }>(entries: readonly T[]): T[] =>
    entries
      .filter(
        ({ path }) =>
          gone === null || !(path === gone || path.startsWith(`${gone}.`) || path.startsWith(`${gone}[`)),
      )
      .map((entry) => {
        const path = list ? closed(entry.path, list[1] as string, Number(list[2])) : entry.path;
        return { ...entry, path, value: getPath(cfg, path) ?? entry.value };
      });
  return {
    ...meaning,
    cfg: cfg as InterpretationSpec["cfg"],
    understood: update(meaning.understood),
    assumed: update(meaning.assumed),
  };
}

/** Adjust a path after an element of a list was removed: later elements move up. */
function closed(path: string, list: string, at: number): string {
  const own = path.startsWith(`${list}[`) ? /^\[(\d+)\](.*)$/.exec(path.slice(list.length)) : null;
  return own && Number(own[1]) > at ? `${list}[${Number(own[1]) - 1}]${own[2]}` : path;
}

export function readValue(text: string, old: unknown): unknown {
  const clean = text.trim();
  const range = /^(-?[\d.]+)\s*(?:to|–|\.\.)\s*(-?[\d.]+)$/.exec(clean);
  if (range) return [Number(range[1]), Number(range[2])];
  if (typeof old === "string" && !/^[[{"\d-]/.test(clean)) return clean;
  try {
    return JSON.parse(clean) as unknown;
  } catch {
    return clean;
  }
}
