/** Choice of what the prompt does: ask for new worlds or change the running ones. */

import { changing, prompt } from "../state/store.ts";

export function Purpose() {
  const set = (to: boolean) => {
    if (changing.value === to) return;
    changing.value = to;
    prompt.value = "";
    document.getElementById("prompt")?.focus();
  };
  return (
    <fieldset class="segments purpose" aria-label="Purpose of the prompt">
      <button
        type="button"
        aria-pressed={!changing.value}
        title="The prompt describes new worlds"
        onClick={() => set(false)}
      >
        New
      </button>
      <button
        type="button"
        aria-pressed={changing.value}
        title="The prompt changes the running worlds: steeper, one more ant, no boxes"
        onClick={() => set(true)}
      >
        Change it
      </button>
    </fieldset>
  );
}
