/** History of prompts, newest first, in the browser's local storage. */

import { signal } from "@preact/signals";

const KEY = "envgen.prompts";
const MAX_PROMPTS = 40;

function load(): string[] {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(stored) ? stored.filter((x): x is string => typeof x === "string") : [];
  } catch {
    return [];
  }
}

export const past = signal<readonly string[]>(load());

export function remember(prompt: string): void {
  past.value = [prompt, ...past.value.filter((p) => p !== prompt)].slice(0, MAX_PROMPTS);
  try {
    localStorage.setItem(KEY, JSON.stringify(past.value));
  } catch {
    // private windows may refuse: the list lasts as long as the page
  }
}
