/** Layout of the page. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as store from "../state/store.ts";
import { Banner } from "./Banner.tsx";
import { DifficultyChart } from "./DifficultyChart.tsx";
import { FocusPanel } from "./FocusPanel.tsx";
import { Help } from "./Help.tsx";
import { listenKeys } from "./keys.ts";
import { PoliciesPanel } from "./PoliciesPanel.tsx";
import { PromptBar } from "./PromptBar.tsx";
import { RecordPanel } from "./RecordPanel.tsx";
import { Scores } from "./Scores.tsx";
import { SpeedBar } from "./SpeedBar.tsx";
import { narrow, Tabs } from "./Tabs.tsx";
import { Toasts } from "./Toasts.tsx";
import { Viewport } from "./Viewport.tsx";

export function App() {
  const tab = useSignal<"none" | "policies" | "details">("none");
  useEffect(() => listenKeys(), []);
  const active = store.job.value.state !== "idle" || store.connection.value === "site";
  const left = active && (!narrow.value || tab.value === "policies");
  const right = active && (!narrow.value || tab.value === "details");
  return (
    <>
      <div class="page">
        <PromptBar />
        <aside class="dock left" hidden={!left} aria-label="Policies and recording">
          <PoliciesPanel />
          <RecordPanel />
          <Help />
        </aside>
        <Viewport />
        <aside class="dock right" hidden={!right} aria-label="Details">
          <FocusPanel />
          <Scores />
          <DifficultyChart />
        </aside>
        {active && narrow.value && <Tabs tab={tab} />}
        <SpeedBar />
      </div>
      <Banner />
      <Toasts />
    </>
  );
}
