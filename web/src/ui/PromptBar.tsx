/** Top of the page: prompt, settings and progress. */

import { cancel, change, start } from "../run/session.ts";
import * as store from "../state/store.ts";
import { Meaning } from "./Meaning.tsx";
import { PromptInput } from "./PromptInput.tsx";
import { Purpose } from "./Purpose.tsx";
import { Settings } from "./Settings.tsx";

export function PromptBar() {
  const site = store.connection.value === "site";
  const changing = store.changing.value;
  const job = store.job.value;
  const share = job.count ? Math.min(1, (job.made + job.givenUp) / job.count) : 0;
  return (
    <header>
      <div class="prompt-row">
        <div class="brand">
          <img src="./icon.svg" alt="" />
          <span>envgen</span>
        </div>
        {site ? (
          <div class="prompt-box soft">
            {job.name} <span class="faint">· published worlds, without a server</span>
          </div>
        ) : (
          <>
            {store.runningCfg.value !== null && <Purpose />}
            <PromptInput />
            <Settings />
            {store.busy.value ? (
              <button type="button" class="button" id="cancel" onClick={cancel}>
                Cancel
              </button>
            ) : (
              <button
                type="button"
                class="button primary"
                id="run"
                onClick={() => (changing ? void change() : start())}
              >
                {changing ? "Change" : "Run"}
              </button>
            )}
          </>
        )}
      </div>
      {!site && <Meaning />}
      {store.busy.value && (
        <div
          class="progress"
          role="progressbar"
          aria-label="Worlds made"
          aria-valuemin={0}
          aria-valuemax={job.count}
          aria-valuenow={job.made}
        >
          <div style={{ transform: `scaleX(${share})` }} />
        </div>
      )}
    </header>
  );
}
