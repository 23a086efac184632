/** Banner shown while the server is not reachable. */

import * as store from "../state/store.ts";

export function Banner() {
  const running = store.stats.value?.environments ?? 0;
  if (store.connection.value !== "lost") return null;
  return (
    <div class="banner" role="status">
      <b>The server is not reachable.</b>
      <span class="soft">
        {running > 0
          ? "Running worlds continue; the missing ones arrive after reconnecting."
          : "Start `envgen serve` again; this page reconnects automatically."}
      </span>
    </div>
  );
}
