/** Start of the page: six example prompts. */

import { start } from "../run/session.ts";
import { EXAMPLES } from "./examples.ts";

export function Examples() {
  return (
    <div class="empty">
      <div class="inner">
        <h1>Hundreds of different worlds, from a sentence</h1>
        <p class="lead">
          Each is drawn, validated and compiled for you, then all of them run side by side in this tab.
        </p>
        <div class="examples">
          {EXAMPLES.map((e) => (
            <button
              key={e.prompt}
              type="button"
              class="example"
              onClick={() => start({ prompt: e.prompt, cfg: null, pack: null, count: null })}
            >
              <img src={`./examples/${e.picture}`} alt="" loading="lazy" width="640" height="400" />
              <span>{e.prompt}</span>
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
