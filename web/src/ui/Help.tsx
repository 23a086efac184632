/** What keys and the pointer do. */

import { Panel } from "./Panel.tsx";

const KEYS: readonly [string, string][] = [
  ["/", "prompt"],
  ["Space", "pause, go on"],
  [".", "one control step"],
  ["r", "reset"],
  ["Click, Enter", "focus a world"],
  ["Shift Click", "select worlds"],
  ["Drag", "pan; in focus orbit, or push a body"],
  ["Right drag", "orbit; in focus pan"],
  ["Wheel", "zoom"],
  ["← →", "pan; in focus the next world"],
  ["f", "follow the robot"],
  ["c", "colour by the next thing"],
  ["+ −", "zoom"],
  ["W A S D Q E", "drive the agent in focus, if its policy is keyboard"],
  ["Esc", "out of the prompt; back to all worlds"],
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
