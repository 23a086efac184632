/** Buttons over the wall: back to all worlds, follow the robot. */

import { app } from "../run/app.ts";
import { focusOn, following, setFollowing } from "../run/focusing.ts";
import * as store from "../state/store.ts";
import { IconButton } from "./IconButton.tsx";

export function ViewportButtons() {
  if ((store.stats.value?.environments ?? 0) === 0) return null;
  const focused = store.focus.value !== null;
  return (
    <>
      {focused && (
        <IconButton
          icon="follow"
          name="Follow the robot"
          hint="f"
          pressed={following.value}
          onClick={() => setFollowing(!following.value)}
        />
      )}
      <IconButton
        icon="home"
        name="All worlds"
        hint="Esc"
        onClick={() => (focused ? focusOn(null) : app()?.view?.goHome())}
      />
    </>
  );
}
