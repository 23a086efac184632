/** List of policies, and choice of the agents that get one; it acts from the next control step on. */

import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { app } from "../run/app.ts";
import * as store from "../state/store.ts";
import { ApplyTo } from "./ApplyTo.tsx";
import { Panel } from "./Panel.tsx";
import { PolicyItem } from "./PolicyItem.tsx";

export function PoliciesPanel() {
  const over = useSignal(false);
  const picker = useRef<HTMLInputElement>(null);
  // as text, so that the list is rendered when robots change, not at each update of the counters
  const running = useComputed(() => {
    void store.stats.value?.environments;
    const robots = new Set<string>();
    for (const [, env] of app()?.engine.running() ?? []) for (const a of env.spec.agents) robots.add(a.robot);
    return [...robots].sort().join("\n");
  });
  // networks for the running robots and task come first; others are dimmed
  const rows = useComputed(() => {
    const robots = new Set(running.value ? running.value.split("\n") : []);
    const fits = (p: store.PolicyRow) =>
      p.robot === null || (robots.has(p.robot) && p.task === store.task.value?.kind);
    const all = store.policies.value.map((row) => ({ row, idle: robots.size > 0 && !fits(row) }));
    return [...all.filter((p) => !p.idle), ...all.filter((p) => p.idle)];
  });
  const take = async (files: FileList | null | undefined) => {
    for (const file of files ?? []) await app()?.policies.addFile(file);
  };
  return (
    <Panel title="Policies">
      <div class="policies" role="radiogroup" aria-label="Policy to apply">
        {rows.value.map(({ row, idle }) => (
          <PolicyItem key={row.key} row={row} idle={idle} />
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: files are dropped on it, which a plain button does as well */}
      <div
        class={over.value ? "drop over" : "drop"}
        role="button"
        tabIndex={0}
        onClick={() => picker.current?.click()}
        onKeyDown={(e) => {
          if (e.key === "Enter" || e.key === " ") picker.current?.click();
        }}
        onDragOver={(e) => {
          e.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => {
          over.value = false;
        }}
        onDrop={(e) => {
          e.preventDefault();
          e.stopPropagation();
          over.value = false;
          void take(e.dataTransfer?.files);
        }}
      >
        Drop an .onnx file, or choose one
      </div>
      <input
        ref={picker}
        id="onnx-file"
        class="visually-hidden"
        type="file"
        accept=".onnx"
        tabIndex={-1}
        aria-label="ONNX policy"
        onChange={(e) => {
          void take(e.currentTarget.files);
          e.currentTarget.value = "";
        }}
      />
      <ApplyTo />
    </Panel>
  );
}
