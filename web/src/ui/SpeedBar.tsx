/** The bottom of the page: pace, figures, and what can be taken away. */

import { ExportButtons } from "./ExportButtons.tsx";
import { Figures } from "./Figures.tsx";
import { PaceButtons } from "./PaceButtons.tsx";

export function SpeedBar() {
  return (
    <footer>
      <div class="bar">
        <PaceButtons />
        <Figures />
        <ExportButtons />
      </div>
    </footer>
  );
}
