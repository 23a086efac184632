/** World in focus: its agents, drawn values and validation report. */

import { useComputed } from "@preact/signals";
import { value } from "../lib/format.ts";
import { app } from "../run/app.ts";
import { focusNext, focusOn } from "../run/focusing.ts";
import * as store from "../state/store.ts";
import { AgentPanel } from "./AgentPanel.tsx";
import { IconButton } from "./IconButton.tsx";
import { Panel } from "./Panel.tsx";
import { ReportList } from "./ReportList.tsx";

export function FocusPanel() {
  const focus = store.focus.value;
  const drawn = useComputed(() => Object.entries(store.focus.value?.spec.drawn ?? {}));
  if (!focus) return null;
  const { spec } = focus;
  const reset = () => {
    const env = app()?.engine.slots[focus.slot];
    if (env != null) app()?.pool.reset([env]);
  };
  const good = focus.report.filter((f) => f.ok).length;
  return (
    <section aria-label={`World ${focus.index}`}>
      <div class="focus-head">
        <h2 class="num">
          World {focus.index}
          <small>difficulty {spec.difficulty.toFixed(2)}</small>
        </h2>
        <IconButton quiet icon="left" name="Previous world" hint="←" onClick={() => focusNext(-1)} />
        <IconButton quiet icon="right" name="Next world" hint="→" onClick={() => focusNext(1)} />
        <IconButton quiet icon="reset" name="Reset this world" hint="r" onClick={reset} />
        <IconButton quiet icon="close" name="Back to all worlds" hint="Esc" onClick={() => focusOn(null)} />
      </div>
      <AgentPanel />
      <Panel title={`Drawn (${drawn.value.length})`}>
        <dl class="pairs">
          {drawn.value.map(([path, v]) => (
            <>
              <dt key={path} title={path}>
                {path}
              </dt>
              <dd>{value(v)}</dd>
            </>
          ))}
        </dl>
        {spec.notes.map((note) => (
          <p key={note} class="soft">
            {note}
          </p>
        ))}
      </Panel>
      <Panel title={`Validation ${good}/${focus.report.length}`} open={good < focus.report.length}>
        <ReportList findings={focus.report} />
      </Panel>
    </section>
  );
}
