/** A line above everything, while the server is away. */

import * as store from "../state/store.ts";

export function Banner() {
  const running = store.stats.value?.environments ?? 0;
  if (store.connection.value !== "lost") return null;
  return (
    <div class="banner" role="status">
      <b>The server is away.</b>
      <span class="soft">
        {running > 0
          ? "What runs goes on running; the rest comes when the connection is back."
          : "Start `envgen serve` again; this page connects by itself."}
      </span>
    </div>
  );
}
