/** Episode number of a world; entering a number begins that episode, with its random draws. */

import type { EnvId } from "@envgen/wasm/protocol/agents";
import { useSignal } from "@preact/signals";
import { app } from "../run/app.ts";

export function EpisodeField({ env, now }: { env: EnvId; now: number }) {
  /** Text being typed; null if none, then the field shows the world's episode. */
  const typed = useSignal<string | null>(null);
  return (
    <input
      class="field episode"
      inputMode="numeric"
      aria-label="Episode"
      title="Type a number and press Enter to begin that episode, with its random draws"
      value={typed.value ?? String(now)}
      onFocus={(e) => {
        typed.value = String(now);
        e.currentTarget.select();
      }}
      onInput={(e) => {
        const digits = e.currentTarget.value.replace(/\D/g, "").slice(0, 9);
        typed.value = e.currentTarget.value = digits;
      }}
      onKeyDown={(e) => {
        if (e.key === "Enter" && typed.value) app()?.pool.seek([env], Number(typed.value));
        if (e.key !== "Enter" && e.key !== "Escape") return;
        e.stopPropagation();
        e.currentTarget.blur();
      }}
      onBlur={() => {
        typed.value = null;
      }}
    />
  );
}
