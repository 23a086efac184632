/** Messages with cause and remedy. */

import { dismiss, toasts } from "../state/store.ts";
import { Icon } from "./Icon.tsx";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((t) => (
        <div key={t.id} class={`toast ${t.tone}`}>
          <b>
            {t.cause}
            {t.times > 1 && <span class="faint num"> ×{t.times}</span>}
          </b>
          <button type="button" class="button quiet icon" aria-label="Dismiss" onClick={() => dismiss(t.id)}>
            <Icon name="close" />
          </button>
          {t.remedy && <p>{t.remedy}</p>}
        </div>
      ))}
    </div>
  );
}
