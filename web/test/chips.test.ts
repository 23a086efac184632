import { expect, test } from "vitest";
import { edited, labelOf, makeChips, readValue, reworded, withChip, withoutChip } from "../src/lib/chips.ts";
import { diff, getPath, parsePath } from "../src/lib/path.ts";

const cfg = {
  terrain: { sub_terrains: [{ kind: "rough", amplitude: 0.1 }, { kind: "stairs" }] },
  obstacles: [{ kind: "box", density: [0.02, 0.06] }],
  physics: { gravity: 4.9 },
};
const meaning = {
  cfg,
  count: 200,
  backend: "offline",
  understood: [
    { text: "rough", path: "terrain.sub_terrains[0].kind", value: "rough" },
    { text: "few", path: "obstacles[0].density", value: [0.02, 0.06] },
    { text: "few", path: "obstacles[0].density", value: [0.02, 0.06] },
    { text: "200", path: "count", value: 200 },
  ],
  assumed: [{ path: "task.kind", value: "walk", why: "no task named" }],
  unmapped: ["shiny"],
  usage: null,
  note: null,
  suggestions: { shiny: ["slimy"] },
};

test("chips say what was understood, assumed and not understood, each once", () => {
  const chips = makeChips(meaning);
  expect(chips.map((c) => [c.kind, c.label, c.text])).toEqual([
    ["understood", "terrain", "rough"],
    ["understood", "box density", "0.02 to 0.06"],
    ["understood", "", "200 variants"],
    ["assumed", "task", "walk"],
    ["unmapped", "", "shiny"],
  ]);
  expect(chips[3]?.why).toContain("no task named");
  expect(chips[4]?.suggestions).toEqual(["slimy"]);
  expect(makeChips({ ...meaning, suggestions: null })[4]?.suggestions).toEqual([]);
  expect(chips.map((c) => c.removable)).toEqual([true, false, false, false, true]);
});

test("words of a prompt are replaced or taken out where they stand alone", () => {
  expect(reworded("shiny ants on shinyness", "shiny", "slimy")).toBe("slimy ants on shinyness");
  expect(reworded("ants on Shiny,  rough ground", "shiny", "")).toBe("ants on rough ground");
  expect(reworded("ants (a+b)* on ice", "a+b", "c")).toBe("ants (c)* on ice");
  expect(reworded("Ameisen auf grünem Eis", "grün", "")).toBe("Ameisen auf grünem Eis");
  expect(reworded("two  big\nthings", "big things", "")).toBe("two");
});

test("a kind goes as a whole, a parameter goes back to open", () => {
  const [terrain, density] = makeChips(meaning);
  if (!terrain || !density) throw new Error("no chips");
  expect(getPath(withoutChip(cfg, terrain), "terrain.sub_terrains")).toEqual([{ kind: "stairs" }]);
  expect(getPath(withoutChip(cfg, density), "obstacles")).toEqual([{ kind: "box" }]);
  expect(cfg.terrain.sub_terrains.length).toBe(2);
});

test("an edited chip takes numbers, ranges and words", () => {
  const density = makeChips(meaning)[1];
  if (!density) throw new Error("no chip");
  expect(getPath(withChip(cfg, density, "0.1 to 0.3"), density.path)).toEqual([0.1, 0.3]);
  expect(readValue("12", 3)).toBe(12);
  expect(readValue("stairs", "rough")).toBe("stairs");
  expect(readValue("[1, 2]", 0)).toEqual([1, 2]);
  expect(readValue("not json", 0)).toBe("not json");
});

test("paths are read as the server writes them", () => {
  expect(parsePath("terrain.sub_terrains[12].kind")).toEqual(["terrain", "sub_terrains", 12, "kind"]);
  expect(labelOf("robots[0].model")).toBe("robot");
  expect(labelOf("control.frame_skip")).toBe("frame skip");
});

test("a diff names leaves, also of kinds that came or went", () => {
  const other = { ...cfg, physics: { gravity: 9.81 }, obstacles: [] };
  expect(diff(cfg, other)).toEqual([
    { path: "obstacles[0]", from: { kind: "box", density: [0.02, 0.06] }, to: undefined },
    { path: "physics.gravity", from: 4.9, to: 9.81 },
  ]);
  expect(diff(cfg, structuredClone(cfg))).toEqual([]);
});

const three = {
  ...meaning,
  cfg: { robots: [{ model: "ant", count: 2 }, { model: "humanoid", count: 1 }, { model: "rover" }] },
  understood: [
    { text: "ants", path: "robots[0].model", value: "ant" },
    { text: "two", path: "robots[0].count", value: 2 },
    { text: "humanoid", path: "robots[1].model", value: "humanoid" },
    { text: "rover", path: "robots[2].model", value: "rover" },
  ],
  assumed: [{ path: "robots[1].count", value: 1, why: "one was named" }],
  unmapped: [],
};

test("after a chip was taken out the others stand for what they say", () => {
  const [ant] = makeChips(three);
  if (!ant) throw new Error("no chip");
  const after = edited(three, withoutChip(three.cfg, ant), ant);
  const [humanoid, rover] = makeChips(after);
  expect(makeChips(after).map((c) => c.path)).toEqual([
    "robots[0].model",
    "robots[1].model",
    "robots[0].count",
  ]);
  expect([humanoid?.text, rover?.text]).toEqual(["humanoid", "rover"]);
  if (!rover) throw new Error("no chip");
  expect(withoutChip(after.cfg, rover)).toEqual({ robots: [{ model: "humanoid", count: 1 }] });
});

test("after a chip was edited it says so", () => {
  const [, two] = makeChips(three);
  if (!two) throw new Error("no chip");
  expect(makeChips(edited(three, withChip(three.cfg, two, "5")))[1]?.text).toBe("5");
});
