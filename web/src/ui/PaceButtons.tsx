/** Buttons for pause, speed, one control step and reset. */

import { app } from "../run/app.ts";
import * as store from "../state/store.ts";
import { IconButton } from "./IconButton.tsx";

const SPEEDS = [0.25, 1, 2, 5] as const;

export function PaceButtons() {
  const paused = store.pace.value === "paused";
  const set = (pace: store.Pace, speed = store.speed.value) => {
    store.speed.value = speed;
    store.pace.value = pace;
  };
  return (
    <div class="left">
      <IconButton
        icon={paused ? "play" : "pause"}
        name={paused ? "Continue" : "Pause"}
        hint="space"
        filled={paused}
        onClick={store.togglePause}
      />
      <IconButton
        icon="step"
        name="One control step"
        hint="."
        disabled={!paused}
        onClick={() => void app()?.pool.step()}
      />
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
      <IconButton icon="reset" name="Reset all worlds" onClick={() => app()?.pool.reset("all")} />
    </div>
  );
}
