/** Whether the words ask for a new world or change the one that runs. */

import { changing, prompt } from "../state/store.ts";

export function Purpose() {
  const set = (to: boolean) => {
    if (changing.value === to) return;
    changing.value = to;
    prompt.value = "";
    document.getElementById("prompt")?.focus();
  };
  return (
    <fieldset class="segments purpose" aria-label="The words">
      <button
        type="button"
        aria-pressed={!changing.value}
        title="The words ask for another world"
        onClick={() => set(false)}
      >
        New
      </button>
      <button
        type="button"
        aria-pressed={changing.value}
        title="The words change the world that runs: steeper, one more ant, no boxes"
        onClick={() => set(true)}
      >
        Change it
      </button>
    </fieldset>
  );
}
