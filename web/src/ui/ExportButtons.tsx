/** Buttons that export the running set as a pack and copy the link that reproduces it. */

import { useSignal } from "@preact/signals";
import { EMPTY, toHash } from "../lib/link.ts";
import { exportPack } from "../net/api.ts";
import { app } from "../run/app.ts";
import { download } from "../run/recording.ts";
import * as store from "../state/store.ts";
import { Icon } from "./Icon.tsx";

export function ExportButtons() {
  const working = useSignal(false);
  const empty = (store.stats.value?.environments ?? 0) === 0;
  const site = store.connection.value === "site";

  const save = async () => {
    const runs = store.running.value;
    if (!runs) return;
    const { pack, count, seed } = runs.recipe;
    const indices = app()?.engine.indices() ?? [];
    working.value = true;
    const making = store.toast(
      "Making the pack",
      "Its variants are validated and written again; the download then starts automatically.",
      "info",
    );
    try {
      const source = pack ? { kind: "pack", pack } : { kind: "cfg", cfg: store.runningCfg.value };
      // only running worlds: the job may have been cancelled half-way
      const only = pack || indices.length === count ? {} : { indices };
      const blob = await exportPack({ source, seed, count, ...only });
      download(blob, `${runs.name}-s${seed}.zip`, "application/zip");
    } catch (error) {
      const { cause, remedy } = store.problemOf(error);
      store.dismiss(making);
      store.toast(`the pack could not be exported: ${cause}`, remedy);
    } finally {
      working.value = false;
    }
  };

  const link = async () => {
    const hash = toHash(store.running.value?.recipe ?? EMPTY);
    const url = `${location.origin}${location.pathname}${hash}`;
    try {
      await navigator.clipboard.writeText(url);
      store.toast("Link copied", "It runs the same worlds: same prompt, seed and count.", "info");
    } catch {
      history.replaceState(null, "", hash);
      store.toast("The link is in the address bar", "The browser did not let the page copy it.", "info");
    }
  };

  return (
    <div class="right">
      <button
        type="button"
        class="button quiet"
        disabled={empty}
        onClick={link}
        title="Copy a link that runs the same worlds"
      >
        <Icon name="link" /> Link
      </button>
      {!site && (
        <button
          type="button"
          class="button quiet"
          id="export"
          disabled={empty || working.value}
          onClick={save}
          title="The running set as a pack (.zip) that loads in stock MuJoCo"
        >
          <Icon name="save" /> {working.value ? "Making…" : "Pack"}
        </button>
      )}
    </div>
  );
}
