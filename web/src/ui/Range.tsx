/** Slider with two thumbs: lowest and highest difficulty. */

import { difficulty } from "../state/store.ts";

export function Range() {
  const [low, high] = difficulty.value;
  const set = (which: "low" | "high", value: number) => {
    difficulty.value = which === "low" ? [Math.min(value, high), high] : [low, Math.max(value, low)];
  };
  return (
    <div class="range" title={`difficulty ${low} to ${high}`}>
      <div class="track">
        <div class="filled" style={{ left: `${low * 100}%`, right: `${(1 - high) * 100}%` }} />
      </div>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={low}
        aria-label="Lowest difficulty"
        onInput={(e) => set("low", Number(e.currentTarget.value))}
      />
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={high}
        aria-label="Highest difficulty"
        onInput={(e) => set("high", Number(e.currentTarget.value))}
      />
    </div>
  );
}
