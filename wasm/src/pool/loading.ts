/** Start-up: shared memory and the compiled MuJoCo module. */

import { PoolError } from "../protocol/error";

/** Return whether memory can be shared with workers. */
export function canShare(): boolean {
  // in a page, only where it is isolated from others; in Node, always
  return typeof SharedArrayBuffer !== "undefined" && (globalThis.crossOriginIsolated ?? true);
}

/** Fetch and compile MuJoCo. Throws a PoolError that names the URL. */
export async function compile(where: string | URL): Promise<WebAssembly.Module> {
  const remedy = "Reload the page; if the error stays, build the page again.";
  try {
    const answer = await fetch(where);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return await WebAssembly.compile(await answer.arrayBuffer());
  } catch (error) {
    throw new PoolError(`MuJoCo can't be loaded from ${where}: ${(error as Error).message}`, remedy);
  }
}
