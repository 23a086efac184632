/** Formatting of numbers for display; widths stay the same while values change. */

const THIN = "\u2009";

/** 52,310 · 1.24 M */
export function count(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e7) return `${(value / 1e6).toFixed(1)}${THIN}M`;
  return Math.round(value).toLocaleString("en-US");
}

/** At most three significant digits: 0.042, 1.20, 34.5, 512 */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1000) return count(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 0.1) return value.toFixed(2);
  if (size >= 0.001) return value.toFixed(3).replace(/0+$/, "");
  return value.toExponential(0);
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString("en-US")}${THIN}MiB`;
}

/** 0.8 s · 12 s · 3 min */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)}${THIN}s`;
  if (seconds < 90) return `${Math.round(seconds)}${THIN}s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}${THIN}min`;
  return `${(seconds / 3600).toFixed(1)}${THIN}h`;
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)}${THIN}%` : "–";
}

/** Return a JSON value as short text: numbers rounded, pairs as ranges, distributions by name. */
export function value(v: unknown): string {
  if (typeof v === "number") return Number.isInteger(v) ? String(v) : short(v);
  if (typeof v === "string") return v;
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (v === null || v === undefined) return "–";
  if (Array.isArray(v)) {
    if (v.length === 2 && v.every((x) => typeof x === "number")) return `${value(v[0])} to ${value(v[1])}`;
    return v.map(value).join(", ") || "none";
  }
  if (typeof v === "object") {
    const entries = Object.entries(v as Record<string, unknown>);
    const [first] = entries;
    if (entries.length === 1 && first?.[0] === "choice" && Array.isArray(first[1])) {
      return first[1].map(value).join(" or ");
    }
    return entries.map(([k, x]) => `${k} ${value(x)}`).join(", ");
  }
  return String(v);
}
