/** Pause, times of real time, flat out, one control step, reset. */

import { app } from "../run/app.ts";
import * as store from "../state/store.ts";
import { Icon } from "./Icon.tsx";

const SPEEDS = [0.25, 1, 2, 5] as const;

export function PaceButtons() {
  const paused = store.pace.value === "paused";
  const set = (pace: store.Pace, speed = store.speed.value) => {
    store.speed.value = speed;
    store.pace.value = pace;
  };
  return (
    <div class="left">
      <button
        type="button"
        class="button icon"
        aria-label={paused ? "Go on" : "Pause"}
        title={paused ? "Go on (space)" : "Pause (space)"}
        onClick={() => set(paused ? "realtime" : "paused")}
      >
        <Icon name={paused ? "play" : "pause"} filled={paused} />
      </button>
      <button
        type="button"
        class="button icon"
        disabled={!paused}
        aria-label="One control step"
        title="One control step (.)"
        onClick={() => void app()?.pool.step()}
      >
        <Icon name="step" />
      </button>
      <fieldset class="segments" aria-label="Speed">
        {SPEEDS.map((speed) => (
          <button
            key={speed}
            type="button"
            aria-pressed={store.pace.value === "realtime" && store.speed.value === speed}
            onClick={() => set("realtime", speed)}
          >
            ×{speed === 0.25 ? "¼" : speed}
          </button>
        ))}
        <button type="button" aria-pressed={store.pace.value === "flat"} onClick={() => set("flat")}>
          flat out
        </button>
      </fieldset>
      <button
        type="button"
        class="button icon"
        aria-label="Reset all worlds"
        title="Reset all, or the one in focus (r)"
        onClick={() => app()?.pool.reset("all")}
      >
        <Icon name="reset" />
      </button>
    </div>
  );
}
