/** Prompt field: Enter runs it, arrow keys step through previous prompts and examples, Escape leaves it. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { past } from "../run/history.ts";
import { runPrompt } from "../run/interpretation.ts";
import { change } from "../run/session.ts";
import * as store from "../state/store.ts";
import { EXAMPLES } from "./examples.ts";
import { Icon } from "./Icon.tsx";

export function PromptInput() {
  const open = useSignal(false);
  const marked = useSignal(-1);
  const box = useRef<HTMLDivElement>(null);
  const problem = store.meaningProblem.value;
  // an example asks for new worlds, not for a change of the running ones
  const examples = store.changing.value
    ? []
    : EXAMPLES.map((e) => e.prompt).filter((text) => !past.value.includes(text));
  const list: readonly string[] = [...past.value, ...examples];

  const choose = (text: string, now: boolean) => {
    open.value = false;
    marked.value = -1;
    store.cfg.value = null;
    store.pack.value = null;
    store.wordsNewer.value = true;
    store.prompt.value = text;
    if (now) void runPrompt();
  };

  const onKey = (e: KeyboardEvent) => {
    if (e.key === "Enter") {
      e.preventDefault();
      const picked = open.value ? list[marked.value] : undefined;
      if (picked !== undefined) choose(picked, false);
      else {
        open.value = false;
        if (store.changing.value) void change();
        else void runPrompt();
      }
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (list.length === 0) return;
      e.preventDefault();
      open.value = true;
      const by = e.key === "ArrowDown" ? 1 : -1;
      marked.value = Math.max(-1, Math.min(list.length - 1, marked.value + by));
    } else if (e.key === "Escape") {
      e.stopPropagation();
      if (open.value) open.value = false;
      else (e.currentTarget as HTMLElement).blur();
    }
  };

  return (
    <div
      class="prompt-box"
      ref={box}
      onFocusOut={(e) => {
        if (!box.current?.contains(e.relatedTarget as Node | null)) open.value = false;
      }}
    >
      <input
        id="prompt"
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder={
          store.changing.value
            ? "Describe the change: steeper, and add a few logs"
            : "Describe a world: moguls for a robot dog, half gravity, no crates"
        }
        aria-label="Prompt"
        aria-invalid={problem !== null}
        aria-describedby={problem ? "prompt-problem" : undefined}
        aria-expanded={open.value}
        aria-controls="prompt-history"
        role="combobox"
        value={store.prompt.value}
        onInput={(e) => {
          store.cfg.value = null;
          store.pack.value = null;
          store.wordsNewer.value = true;
          store.prompt.value = e.currentTarget.value;
        }}
        onKeyDown={onKey}
      />
      {list.length > 0 && (
        <button
          type="button"
          class="button quiet icon history-button"
          aria-label="Previous prompts and examples"
          title="Previous prompts and examples (arrow keys)"
          onClick={() => {
            open.value = !open.value;
          }}
        >
          <Icon name="clock" />
        </button>
      )}
      {open.value && (
        <div class="history" id="prompt-history" role="listbox">
          {list.map((text, i) => (
            <button
              key={text}
              type="button"
              role="option"
              aria-selected={i === marked.value}
              onClick={() => choose(text, true)}
            >
              {text}
              {i >= past.value.length && <span class="faint">example</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
