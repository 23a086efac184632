/** One chip: a click edits it, its cross removes it. */

import { useSignal } from "@preact/signals";
import { type Chip, edited, reworded, withChip, withoutChip } from "../lib/chips.ts";
import { start } from "../run/session.ts";
import * as store from "../state/store.ts";

export function ChipView({ chip }: { chip: Chip }) {
  const editing = useSignal(false);

  const apply = (cfg: unknown, out: Chip | null = null) => {
    store.cfg.value = cfg;
    if (store.meaning.value) store.meaning.value = edited(store.meaning.value, cfg, out);
    start();
  };

  const base = () => store.cfg.value ?? store.meaning.value?.cfg;

  const remove = () => {
    if (chip.kind === "unmapped") {
      store.prompt.value = reworded(store.prompt.value, chip.words, "");
      return;
    }
    apply(withoutChip(base(), chip), chip);
  };

  if (editing.value) {
    return (
      <span class={`chip ${chip.kind} editing`}>
        <span class="label">{chip.label}</span>
        <input
          aria-label={`New value of ${chip.label}`}
          value={typeof chip.value === "string" ? chip.value : JSON.stringify(chip.value)}
          ref={(el) => el?.select()}
          onKeyDown={(e) => {
            if (e.key === "Escape") editing.value = false;
            if (e.key !== "Enter") return;
            editing.value = false;
            apply(withChip(base(), chip, e.currentTarget.value));
          }}
          onBlur={() => {
            editing.value = false;
          }}
        />
      </span>
    );
  }
  const editable = chip.kind !== "unmapped" && chip.path !== "count";
  return (
    <span class={`chip ${chip.kind}`} title={chip.why}>
      <button
        type="button"
        class="main"
        aria-label={editable ? `Edit ${chip.label} ${chip.text}` : chip.why}
        onClick={() => {
          if (editable) editing.value = true;
        }}
      >
        {chip.label && <span class="label">{chip.label}</span>}
        {chip.text}
      </button>
      {chip.suggestions.map((word) => (
        <button
          type="button"
          class="suggestion"
          key={word}
          aria-label={`Replace ${chip.words} by ${word}`}
          onClick={() => {
            store.prompt.value = reworded(store.prompt.value, chip.words, word);
          }}
        >
          {word}?
        </button>
      ))}
      {chip.removable && (
        <button type="button" class="cross" aria-label={`Remove ${chip.text}`} onClick={remove}>
          ×
        </button>
      )}
    </span>
  );
}
