/** Legend of the tile colours, and choice of what they show. */

import type { ColourBy } from "../lib/colours.ts";
import * as store from "../state/store.ts";

const CHOICES: readonly ColourBy[] = ["status", "reward", "difficulty", "policy"];

export function Legend() {
  const { kind, entries } = store.legend.value;
  if (entries.length === 0) return null;
  return (
    <div class="legend">
      <fieldset class="segments" aria-label="Colour tiles by">
        {CHOICES.map((by) => (
          <button
            key={by}
            type="button"
            aria-pressed={store.colourBy.value === by}
            onClick={() => {
              store.colourBy.value = by;
            }}
          >
            {by}
          </button>
        ))}
      </fieldset>
      {kind === "scale" ? (
        <span class="scale num soft">
          {entries[0]?.text}
          <i
            class="ramp"
            style={{ background: `linear-gradient(90deg, ${entries.map((e) => e.colour).join(", ")})` }}
          />
          {entries[entries.length - 1]?.text}
        </span>
      ) : (
        entries.map((e) => (
          <span key={e.text} class="entry">
            <i class="swatch" style={{ background: e.colour }} />
            {e.text}
          </span>
        ))
      )}
    </div>
  );
}
