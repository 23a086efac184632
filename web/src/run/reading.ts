/** Live interpretation: what the prompt means, while it is typed. */

import { effect } from "@preact/signals";
import { ApiError, interpret } from "../net/api.ts";
import * as store from "../state/store.ts";

const PAUSE = 140;

let abort: AbortController | null = null;
let timer = 0;

/** Asks again a moment after the prompt has changed. */
export function keepReading(): () => void {
  let last = "";
  return effect(() => {
    const text = store.prompt.value.trim();
    if (text === last) return;
    last = text;
    clearTimeout(timer);
    abort?.abort();
    store.meaningProblem.value = null;
    if (store.connection.peek() === "site") return;
    if (!text) {
      store.meaning.value = null;
      store.interpreting.value = false;
      return;
    }
    timer = window.setTimeout(() => void read(text), PAUSE);
  });
}

async function read(text: string): Promise<void> {
  abort = new AbortController();
  store.interpreting.value = true;
  try {
    store.meaning.value = await interpret(text, abort.signal);
    store.meaningProblem.value = null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    store.meaning.value = null;
    // a server that is away is said elsewhere
    if (error instanceof ApiError && error.status > 0) {
      store.meaningProblem.value = { cause: error.what, remedy: error.remedy };
    }
  } finally {
    store.interpreting.value = false;
  }
}
