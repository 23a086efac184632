/** Options in the query of the address: `?draw=0&workers=2&quality=high`. */

const q = new URLSearchParams(location.search);
const workers = Number(q.get("workers"));

export const flags = {
  /** Whether anything is drawn. */
  draw: q.get("draw") !== "0",
  /** Draws as finely as it can, however long it takes. */
  fine: q.get("quality") === "high",
  /** Workers of the pool; null leaves it to the pool. */
  workers: Number.isInteger(workers) && workers > 0 ? Math.min(64, workers) : null,
} as const;
