import { expect, test } from "vitest";
import { PolicyRules } from "../src/run/policy-rules.ts";

const ants = ["ant_0", "ant_1"].map((team) => ({ team, robot: "ant" }));

test("what was given to all is the base of what arrives", () => {
  const rules = new PolicyRules();
  expect(rules.base).toBe("gait");
  rules.add("random", { share: 0.5 }, 0);
  rules.add("zero", {}, 8);
  expect(rules.base).toBe("zero");
  expect(rules.policiesFor(ants)).toEqual([null, null]);
});

test("a share goes on from the agents that it has met", () => {
  const rules = new PolicyRules();
  rules.add("random", { share: 0.3 }, 7);
  const got = Array.from({ length: 50 }, () => rules.policiesFor([{ team: "a", robot: "ant" }])[0]);
  expect(got.filter((key) => key === "random").length).toBe(15);
  rules.restartShares();
  const anew = Array.from({ length: 10 }, () => rules.policiesFor([{ team: "a", robot: "ant" }])[0]);
  expect(anew.map((key, i) => (key ? i : -1)).filter((i) => i >= 0)).toEqual([3, 6, 9]);
});

test("teams, robots and agents are met; worlds by number are no rule; the last counts", () => {
  const rules = new PolicyRules();
  rules.add("random", { team: "ant_1" }, 0);
  rules.add("zero", { agents: [0] }, 0);
  rules.add("keyboard", { envs: [3] }, 0);
  expect(rules.policiesFor(ants)).toEqual(["zero", "random"]);
  rules.add("mine", { robot: "ant" }, 0);
  expect(rules.policiesFor(ants)).toEqual(["mine", "mine"]);
  rules.removePolicy("mine");
  expect(rules.policiesFor(ants)).toEqual(["zero", "random"]);
});
