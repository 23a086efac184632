/** Table of keys and pointer actions. */

import { Panel } from "./Panel.tsx";

const KEYS: readonly [string, string][] = [
  ["/", "prompt"],
  ["Space", "pause, continue"],
  [".", "one control step"],
  ["r", "reset"],
  ["Click, Enter", "focus a world"],
  ["Shift Click", "select worlds"],
  ["Drag", "pan; in focus orbit, or push a body"],
  ["Right drag", "orbit; in focus pan"],
  ["Wheel", "zoom"],
  ["← →", "pan; in focus the next world"],
  ["f", "follow the robot"],
  ["c", "change what tiles are coloured by"],
  ["+ −", "zoom"],
  ["W A S D Q E", "drive the agent in focus, if its policy is keyboard"],
  ["Esc", "leave the prompt; back to all worlds"],
];

export function Help() {
  return (
    <Panel title="Keys" open={false}>
      <div class="keys">
        {KEYS.map(([key, does]) => (
          <>
            <span key={key}>
              <kbd>{key}</kbd>
            </span>
            <span>{does}</span>
          </>
        ))}
      </div>
    </Panel>
  );
}
