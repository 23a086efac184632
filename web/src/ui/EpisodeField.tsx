/** The episode of a world: another number begins that one, with its own draws, as often as one likes. */

import type { EnvId } from "@envgen/wasm/protocol/agents";
import { useSignal } from "@preact/signals";
import { app } from "../run/app.ts";

export function EpisodeField({ env, now }: { env: EnvId; now: number }) {
  /** What is typed; null while nobody does, when the number follows the world. */
  const typed = useSignal<string | null>(null);
  return (
    <input
      class="field episode"
      inputMode="numeric"
      aria-label="Episode"
      title="Another number and Enter: the world begins that episode, with its draws"
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
