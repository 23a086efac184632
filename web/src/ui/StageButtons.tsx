/** Buttons over the wall: back to all worlds, follow the robot. */

import { app } from "../run/app.ts";
import { focusOn, following, setFollowing } from "../run/focusing.ts";
import * as store from "../state/store.ts";
import { Icon } from "./Icon.tsx";

export function StageButtons() {
  if ((store.stats.value?.environments ?? 0) === 0) return null;
  return (
    <>
      {store.focus.value && (
        <button
          type="button"
          class="button icon"
          aria-pressed={following.value}
          aria-label="Follow the robot"
          title="Follow the robot (f)"
          onClick={() => setFollowing(!following.value)}
        >
          <Icon name="follow" />
        </button>
      )}
      <button
        type="button"
        class="button icon"
        aria-label="All worlds"
        title="All worlds (Esc)"
        onClick={() => {
          if (store.focus.value) focusOn(null);
          else app()?.view?.goHome();
        }}
      >
        <Icon name="home" />
      </button>
    </>
  );
}
