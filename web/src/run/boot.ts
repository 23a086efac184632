/** Start-up of the page: checks the browser, creates the pool, finds the server or the static site. */

import { spawn } from "@envgen/wasm/pool/browser";
import { Pool } from "@envgen/wasm/pool/pool";
import mujocoUrl from "@mujoco/mujoco/mujoco.wasm?url";
import onnxUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { fromHash } from "../lib/link.ts";
import { listPolicies } from "../net/api.ts";
import { findSite, SiteSource } from "../net/site.ts";
import { StreamSocket } from "../net/socket.ts";
import * as store from "../state/store.ts";
import { app, setApp } from "./app.ts";
import { installAutomation } from "./automation.ts";
import { Engine } from "./engine.ts";
import { flags } from "./flags.ts";
import { interpretWhileTyping } from "./interpretation.ts";
import { connectView } from "./mount.ts";
import { Painter } from "./paint.ts";
import { Policies } from "./policies.ts";
import { missingRequirement, sharingAdvice } from "./requirements.ts";
import { applyPace, onJobBegin, recordArrival, sourceEvents } from "./session.ts";

export async function boot(): Promise<void> {
  const problem = missingRequirement();
  if (problem) {
    installAutomation();
    store.blocked.value = problem;
    store.connection.value = "none";
    return;
  }
  const site = await findSite();
  if (await becomeIsolated(site !== null)) return;
  installAutomation();
  let pool: Pool;
  try {
    pool = await Pool.create({
      mujoco: new URL(mujocoUrl, location.href),
      onnx: new URL(onnxUrl, location.href),
      spawn,
      mode: { kind: "realtime", speed: 1 },
      ...(flags.workers ? { workers: flags.workers } : {}),
    });
  } catch (error) {
    const { cause, remedy } = store.problemOf(error);
    store.blocked.value = { cause: `the physics could not be started: ${cause}`, remedy };
    return;
  }
  const advice = sharingAdvice(pool.shared);
  if (advice) store.toast(advice.cause, advice.remedy, "info");
  // before the address is rewritten to what runs
  if (site && fromHash(location.hash)) {
    store.toast(
      "the link asks for worlds that this page can't make",
      "No server is behind published worlds, which run instead. Open the link on a page of `envgen serve`.",
    );
  }
  begin(pool, site);
}

/** Timeout in ms for the service worker. */
const SERVICE_WORKER_TIMEOUT = 5000;

/** A static host can't send isolation headers: a service worker adds them, and the page loads once more. */
async function becomeIsolated(isSite: boolean): Promise<boolean> {
  if (!isSite || window.crossOriginIsolated || !("serviceWorker" in navigator)) return false;
  const works = navigator.serviceWorker
    .register("./isolate.js", { scope: "./" })
    .then(() => navigator.serviceWorker.ready)
    .then(
      () => true,
      () => false,
    );
  // where a browser blocks it, it may never be ready
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SERVICE_WORKER_TIMEOUT));
  if (!(await Promise.race([works, late]))) return false; // without it poses travel in messages
  const KEY = "envgen.isolating";
  if (sessionStorage.getItem(KEY)) return false;
  sessionStorage.setItem(KEY, "1");
  location.reload();
  return true;
}

function begin(pool: Pool, site: Awaited<ReturnType<typeof findSite>>): void {
  const policies = new Policies(pool);
  const engine = new Engine(
    pool,
    {
      added: (env) => policies.applyRules(env),
      ready: () => recordArrival(pool.envs.size),
      taken: () => app()?.source.taken(1),
    },
    (spec) => policies.policyForNew(spec),
  );
  const painter = new Painter(pool, engine, policies, () => app()?.view ?? null);
  onJobBegin(() => {
    painter.reset();
    policies.restart();
  });
  pool.on("worker", ({ why, environments }) => {
    store.toast(
      `a worker died: ${why}`,
      `It was replaced; its ${environments} worlds go on from their last reset.`,
    );
  });
  pool.on("flagged", ({ index, why }) => {
    store.toast(
      `a world was reset: ${why}`,
      `World ${index} was the last; it goes on with its next episode.`,
      "info",
    );
  });
  pool.on("error", ({ why }) => store.toast(why));

  const url = new URL("./api/stream", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  // built-in policies first, so that arriving worlds find them
  void Promise.all(["gait", "random", "zero", "keyboard"].map((key) => policies.ensure(key))).then(() => {
    const source = site
      ? new SiteSource(site, sourceEvents)
      : new StreamSocket(url.href, __MUJOCO__, sourceEvents);
    setApp({ pool, engine, policies, painter, source, site, view: null });
    connectView();
    applyPace();
    interpretWhileTyping();
    painter.start();
    if (site) policies.offer(site.policies?.map((p) => ({ ...p, task: "", error: null })) ?? []);
    else void offerServed(policies);
  });
}

async function offerServed(policies: Policies): Promise<void> {
  try {
    policies.offer(await listPolicies());
  } catch (error) {
    const { cause, remedy } = store.problemOf(error);
    store.toast(`policies of the server can't be listed: ${cause}`, remedy);
  }
}
