/** Colours of tiles: by status, by policy (categories), by reward or difficulty (scales). sRGB, 0 to 1. */

export type Rgb = readonly [number, number, number];
export type ColourBy = "status" | "reward" | "difficulty" | "policy";

export function hex(text: string): Rgb {
  const v = Number.parseInt(text.slice(1), 16);
  return [((v >> 16) & 255) / 255, ((v >> 8) & 255) / 255, (v & 255) / 255];
}

export function css(c: Rgb): string {
  return `rgb(${c.map((x) => Math.round(x * 255)).join(" ")})`;
}

export const STATUS = {
  running: hex("#3f6b66"),
  success: hex("#5fd38d"),
  over: hex("#8a7446"),
  flagged: hex("#f0626b"),
  loading: hex("#4b5663"),
} as const;
export type Status = keyof typeof STATUS;

/** Distinct for most people with colour blindness, too (after Okabe and Ito, lightened). */
const CATEGORIES = [
  "#56b4e9",
  "#f0a63c",
  "#2fc49a",
  "#e07bb5",
  "#f2e05c",
  "#5b8def",
  "#e8704a",
  "#a5a9b5",
].map(hex);

export function category(index: number): Rgb {
  if (index < 0) return hex("#4b5663");
  return CATEGORIES[index % CATEGORIES.length] as Rgb;
}

/** Colour of a world whose agents have different policies. */
export const MIXED = hex("#cfc8b8");

/** Seven colours of Viridis. */
const SCALE = ["#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"].map(hex);

export function scale(t: number): Rgb {
  const x = Math.max(0, Math.min(1, Number.isFinite(t) ? t : 0)) * (SCALE.length - 1);
  const i = Math.min(SCALE.length - 2, Math.floor(x));
  const [a, b] = [SCALE[i] as Rgb, SCALE[i + 1] as Rgb];
  const f = x - i;
  return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f, a[2] + (b[2] - a[2]) * f];
}

/** Return the ends of a scale: the 5th and 95th percentile, so that outliers do not stretch it. */
export function spanOf(values: readonly number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
  const [low, high] = [at(0.05), at(0.95)];
  return high - low > 1e-9 ? [low, high] : [low - 0.5, high + 0.5];
}
