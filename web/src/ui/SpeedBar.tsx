/** Bottom of the page: speed, figures and export. */

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
