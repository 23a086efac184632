/** Live interpretation of the prompt while it is typed. */

import { effect } from "@preact/signals";
import { ApiError, interpret } from "../net/api.ts";
import * as store from "../state/store.ts";
import type { InterpretationSpec } from "../stream.gen.ts";
import { start } from "./session.ts";

const TYPING_PAUSE = 140;

let abort: AbortController | null = null;
let timer = 0;
/** Whether the last interpretation failed because the server was away. */
let serverAway = false;
/** Problem shown by the interpretation; problems of a job are not cleared by it. */
let shownProblem: store.Problem | null = null;

/** Interpret the prompt shortly after it, or the EnvCfg that it changes, has changed. */
export function interpretWhileTyping(): () => void {
  let last = "";
  return effect(() => {
    const text = store.prompt.value.trim();
    const base = store.changing.value ? store.runningCfg.value : null;
    if (store.cfg.value !== null && base === null) {
      // an edited EnvCfg replaces the prompt
      clearTimeout(timer);
      abort?.abort();
      last = "";
      return;
    }
    const key = `${text}\n${base === null ? "" : JSON.stringify(base)}`;
    const connection = store.connection.value;
    if (key === last && !(serverAway && connection === "open")) return;
    last = key;
    serverAway = false;
    clearTimeout(timer);
    abort?.abort();
    store.meaningProblem.value = null;
    if (connection === "site") return;
    if (!text) {
      if (base === null) store.meaning.value = null;
      store.interpreting.value = false;
      return;
    }
    timer = window.setTimeout(() => void interpretNow(text, base), TYPING_PAUSE);
  });
}

function showInterpretation(text: string, meaning: InterpretationSpec): void {
  store.meaning.value = meaning;
  store.meaningOf.value = text;
  if (store.wordsNewer.value && meaning.count !== null) store.count.value = null;
}

let runs = 0;

/** Run the prompt. If an earlier count may be outdated by its words, interpret it first. */
export async function runPrompt(): Promise<void> {
  const turn = ++runs;
  const text = store.prompt.value.trim();
  const unreadYet = text !== "" && store.meaningOf.value !== text && store.cfg.value === null;
  if (store.wordsNewer.value && store.count.value !== null && unreadYet) {
    try {
      showInterpretation(text, await interpret(text, null));
    } catch {
      // the error is reported when the prompt is run
    }
    if (turn !== runs) return;
  }
  start();
}

async function interpretNow(text: string, base: unknown): Promise<void> {
  abort = new AbortController();
  store.interpreting.value = true;
  try {
    showInterpretation(text, await interpret(text, base, abort.signal));
    if (store.meaningProblem.value === shownProblem) store.meaningProblem.value = null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    store.meaning.value = null;
    // a lost server is reported elsewhere
    if (error instanceof ApiError && error.status === 0) serverAway = true;
    else if (error instanceof ApiError) {
      shownProblem = { cause: error.what, remedy: error.remedy };
      store.meaningProblem.value = shownProblem;
    }
  } finally {
    store.interpreting.value = false;
  }
}
