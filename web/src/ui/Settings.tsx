/** Fields for count, seed and difficulty. */

import { start } from "../run/session.ts";
import * as store from "../state/store.ts";
import { Range } from "./Range.tsx";

/** Run on Enter as in the prompt, except while the prompt describes a change. */
function onKey(e: KeyboardEvent): void {
  if (e.key !== "Enter" || store.changing.value) return;
  e.preventDefault();
  start();
}

export function Settings() {
  const said = store.meaning.value?.count ?? null;
  return (
    <>
      <label class="setting">
        <span class="name">count</span>
        <input
          class="field"
          name="count"
          type="number"
          min="1"
          max="10000"
          placeholder={String(said ?? 16)}
          value={store.count.value ?? ""}
          onInput={(e) => {
            store.wordsNewer.value = false;
            const value = Math.round(Number(e.currentTarget.value));
            store.count.value = value >= 1 ? Math.min(10_000, value) : null;
          }}
          onKeyDown={onKey}
        />
      </label>
      <label class="setting">
        <span class="name">seed</span>
        <input
          class="field"
          name="seed"
          inputMode="numeric"
          value={store.seed.value}
          onInput={(e) => {
            const digits = e.currentTarget.value.replace(/\D/g, "").slice(0, 19);
            store.seed.value = digits || "0";
            if (digits) e.currentTarget.value = digits;
          }}
          onKeyDown={onKey}
        />
      </label>
      <div class="setting">
        <span class="name">difficulty</span>
        <Range />
      </div>
    </>
  );
}
