/** Figures of the bar; each keeps its width, so that nothing moves. */

import { count, duration, mebibytes } from "../lib/format.ts";
import * as store from "../state/store.ts";

function Figure({
  value,
  name,
  width,
  title,
}: {
  value: string;
  name: string;
  width: number;
  title?: string;
}) {
  return (
    <div class="figure" style={{ minWidth: `${width}ch` }} title={title}>
      <b>{value}</b>
      <span>{name}</span>
    </div>
  );
}

export function Figures() {
  const s = store.stats.value;
  const f = store.frames.value;
  const j = store.job.value;
  const left = j.made > 3 && j.state === "streaming" ? (j.elapsed / j.made) * (j.count - j.made) : null;
  const made = left !== null ? `${count(j.made)} / ${count(j.count)}` : count(j.made);
  const slow =
    s && store.pace.value === "realtime" && s.realtime < 0.93 * store.speed.value && s.environments > 0;
  return (
    <div class="figures" id="figures">
      <Figure
        value={made}
        name={left !== null ? `made, ${duration(left)} left` : "made"}
        width={11}
        {...(j.firstAfter !== null ? { title: `first after ${duration(j.firstAfter)}` } : {})}
      />
      <Figure
        value={count(j.refused)}
        name="refused"
        width={7}
        title={`draws that validation rejected and that were repeated; given up: ${j.givenUp}`}
      />
      <Figure
        value={count(s?.environments ?? 0)}
        name="running"
        width={7}
        title={`${s?.agents ?? 0} agents in ${s?.workers ?? 0} workers, ${s?.flagged ?? 0} flagged`}
      />
      <Figure value={count(s?.stepsPerSecond ?? 0)} name="physics steps/s" width={12} />
      <Figure
        value={`${(s?.realtime ?? 0).toFixed(s && s.realtime >= 10 ? 0 : 2)}×`}
        name="real time"
        width={8}
        title={
          slow
            ? "This machine can't keep up: simulated time is slower than the chosen speed."
            : "simulated seconds of a world per second"
        }
      />
      <Figure
        value={(f?.fps ?? 0).toFixed(f && f.fps < 9.5 ? 1 : 0)}
        name="frames/s"
        width={7}
        title={
          f
            ? `${f.scriptMs.toFixed(1)} ms of script, ${f.drawCalls} draw calls, ${count(f.triangles)} triangles${f.software ? ", software rendering" : ""}`
            : ""
        }
      />
      <Figure value={mebibytes(s?.heap ?? 0)} name="memory" width={8} title="memory of the MuJoCo modules" />
    </div>
  );
}
