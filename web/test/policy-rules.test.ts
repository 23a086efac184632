import { expect, test } from "vitest";
import { Standing } from "../src/run/policy-rules.ts";

const ants = ["ant_0", "ant_1"].map((team) => ({ team, robot: "ant" }));

test("what was given to all is the base of what arrives", () => {
  const standing = new Standing();
  expect(standing.base).toBe("gait");
  standing.give("random", { share: 0.5 }, 0);
  standing.give("zero", {}, 8);
  expect(standing.base).toBe("zero");
  expect(standing.arrive(ants)).toEqual([null, null]);
});

test("a share goes on from the agents that it has met", () => {
  const standing = new Standing();
  standing.give("random", { share: 0.3 }, 7);
  const got = Array.from({ length: 50 }, () => standing.arrive([{ team: "a", robot: "ant" }])[0]);
  expect(got.filter((key) => key === "random").length).toBe(15);
  standing.begin();
  const anew = Array.from({ length: 10 }, () => standing.arrive([{ team: "a", robot: "ant" }])[0]);
  expect(anew.map((key, i) => (key ? i : -1)).filter((i) => i >= 0)).toEqual([3, 6, 9]);
});

test("teams, robots and agents are met; worlds by number are no rule; the last counts", () => {
  const standing = new Standing();
  standing.give("random", { team: "ant_1" }, 0);
  standing.give("zero", { agents: [0] }, 0);
  standing.give("keyboard", { envs: [3] }, 0);
  expect(standing.arrive(ants)).toEqual(["zero", "random"]);
  standing.give("mine", { robot: "ant" }, 0);
  expect(standing.arrive(ants)).toEqual(["mine", "mine"]);
  standing.drop("mine");
  expect(standing.arrive(ants)).toEqual(["zero", "random"]);
});
