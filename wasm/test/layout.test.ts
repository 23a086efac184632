import { describe, expect, it } from "vitest";
import { RowAllocator } from "../src/pool/row-allocator";
import { AGENT_COLUMNS } from "../src/protocol/columns";
import { AGENT, AGENT_WIDTH, allocate, POSE_WIDTH, Views } from "../src/protocol/shared-memory";

describe("rows", () => {
  it("are given first fit and joined again", () => {
    const rows = new RowAllocator(10);
    const [a, b, c] = [rows.take(3), rows.take(4), rows.take(3)];
    expect([a, b, c]).toEqual([0, 3, 7]);
    expect(rows.take(1)).toBe(-1);
    rows.give(0, 3);
    rows.give(7, 3);
    expect(rows.used).toBe(7);
    rows.give(3, 4);
    expect(rows.used).toBe(0);
    expect(rows.take(10)).toBe(0);
  });

  it("keep what is taken when there is more room", () => {
    const rows = new RowAllocator(4);
    expect(rows.take(3)).toBe(0);
    rows.extend(8);
    expect(rows.used).toBe(3);
    expect(rows.take(5)).toBe(3);
    expect(rows.used).toBe(8);
  });

  it("never overlap, whatever is taken and given", () => {
    const rows = new RowAllocator(64);
    const held: { at: number; n: number }[] = [];
    let state = 1;
    const random = (n: number) => {
      state = (state * 48271) % 2147483647;
      return state % n;
    };
    for (let i = 0; i < 5000; i++) {
      if (held.length && random(2)) {
        const [run] = held.splice(random(held.length), 1);
        if (run) rows.give(run.at, run.n);
      } else {
        const n = 1 + random(9);
        const at = rows.take(n);
        if (at < 0) continue;
        expect(held.every((run) => at + n <= run.at || run.at + run.n <= at)).toBe(true);
        held.push({ at, n });
      }
      expect(rows.used).toBe(Math.max(0, ...held.map((run) => run.at + run.n)));
    }
  });
});

describe("buffers", () => {
  it("hold two halves of poses and a row of counters an agent", () => {
    const views = new Views(allocate(true, 5, 3));
    expect(views.poses[0].length).toBe(5 * POSE_WIDTH);
    expect(views.half(3)).toBe(views.poses[1]);
    expect(views.agents.length).toBe(3 * AGENT_WIDTH);
    expect(views.control.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(AGENT.steps).toBe(AGENT_COLUMNS.indexOf("steps"));
  });
});
