"""Scripted play on real physics: games end for the right reason, and the right ones win."""

from __future__ import annotations

import numpy as np
import pytest
from support.scripted_play import columns, drive, launch, put, root, shove, thing_at, until_over

from envgen.rollout.rollout import play


class TestSumo:
    def test_the_ant_that_is_pushed_out_loses_and_the_other_wins(self, make_rollout):
        rollout = make_rollout("sumo", robots=[{"model": "ant", "count": 2}], size=16)
        rollout.reset()
        ring, middle = rollout.context.params[0]["ring"], rollout.worlds[0].goals[0]
        for agent in rollout.agents:
            assert np.linalg.norm(root(rollout, agent)[:2] - middle[:2]) < 0.9 * ring
        out = root(rollout, "ant_0")[:2] - middle[:2]
        body = rollout.context.layouts["ant_0"][0].root
        rollout.data[0].xfrc_applied[body, :2] = 100.0 * out / np.linalg.norm(out)
        assert until_over(rollout) == {"ant_0": ("out", False), "ant_1": ("won", True)}
        assert np.linalg.norm(root(rollout, "ant_0")[:2] - middle[:2]) > ring
        assert np.linalg.norm(root(rollout, "ant_1")[:2] - middle[:2]) < ring

    def test_a_wrestler_shoves_the_other_out(self, make_rollout):
        rollout = make_rollout("sumo", robots=[{"model": "point", "count": 2}])
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "opponent")})
        assert outcome["point_1"].ending == "out"
        assert outcome["point_0"].ending == "won"
        assert outcome["point_0"].reward > outcome["point_1"].reward

    def test_who_has_fallen_has_lost(self, make_rollout):
        rollout = make_rollout("sumo", robots=[{"model": "ant", "count": 2}], size=16)
        rollout.reset()
        rollout.data[0].qpos[3:7] = 0, 1, 0, 0
        rollout.refresh()
        assert until_over(rollout) == {"ant_0": ("fallen", False), "ant_1": ("won", True)}

    def test_the_last_team_wins_and_who_is_out_stays_out(self, make_rollout):
        robots = [
            {"model": "point", "count": 2, "team": "red"},
            {"model": "point", "count": 2, "team": "blue"},
        ]
        rollout = make_rollout("sumo", robots=robots, params={"ring": 2})
        rollout.reset()
        put(rollout, "point_2", 5, 0)
        first = rollout.step({})
        assert first["point_2"].ending == ("out",)
        assert [first[a].ending[0] for a in ("point_0", "point_1", "point_3")] == [None] * 3
        assert first["point_0"].rewards["drive"] > 0
        put(rollout, "point_2", 0, 0)  # back inside: too late
        assert rollout.step({})["point_2"].ending == (None,)
        put(rollout, "point_3", 5, 0)
        last = rollout.step({})
        assert [last[a].ending[0] for a in ("point_0", "point_1", "point_3")] == ["won", "won", "out"]
        assert rollout.done.all()

    def test_both_out_at_once_is_no_win(self, make_rollout):
        rollout = make_rollout("sumo", robots=[{"model": "point", "count": 2}])
        rollout.reset()
        put(rollout, "point_0", 5, 0)
        put(rollout, "point_1", -5, 0)
        result = rollout.step({})
        assert [result[a].ending for a in rollout.agents] == [("out",)] * 2


class TestTag:
    ROBOTS = [{"model": "point", "role": "chaser"}, {"model": "point", "count": 2, "role": "runner"}]  # noqa: RUF012

    def test_runners_that_are_touched_are_caught_and_with_the_last_the_chaser_has_won(self, make_rollout):
        rollout = make_rollout("tag", robots=self.ROBOTS, size=10)
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "opponent")})
        assert {a: (o.ending, o.success) for a, o in outcome.items()} == {
            "point_0": ("won", True),
            "point_1": ("caught", False),
            "point_2": ("caught", False),
        }
        first, last = sorted((outcome["point_1"].steps, outcome["point_2"].steps))
        assert first < last == outcome["point_0"].steps  # the chase went on
        for runner in ("point_1", "point_2"):
            assert root(rollout, runner)[2] > 0

    def test_touch_is_where_the_circles_of_the_robots_meet(self, make_rollout):
        rollout = make_rollout("tag", robots=self.ROBOTS, params={"reach": 0.1})
        rollout.reset()
        put(rollout, "point_0", 0, 0)
        put(rollout, "point_2", 0, -5)
        put(rollout, "point_1", 0.52, 0)  # radii of 0.2 m and a reach of 0.1 m
        assert rollout.step({})["point_1"].ending == (None,)
        put(rollout, "point_1", 0.48, 0)
        assert rollout.step({})["point_1"].ending == ("caught",)

    def test_chasers_do_not_catch_each_other(self, make_rollout):
        robots = [{"model": "point", "count": 2, "role": "chaser"}, {"model": "point", "role": "runner"}]
        rollout = make_rollout("tag", robots=robots)
        rollout.reset()
        put(rollout, "point_0", 0, 0)
        put(rollout, "point_1", 0.42, 0)
        put(rollout, "point_2", 0, -5)
        result = rollout.step({})
        assert [result[a].ending[0] for a in rollout.agents] == [None] * 3

    def test_a_runner_that_is_free_until_the_end_has_all_the_reward(self, make_rollout):
        rollout = make_rollout("tag", robots=self.ROBOTS, episode=2.0)
        (outcome,) = play(rollout, {})
        assert {o.ending for o in outcome.values()} == {"time"}
        assert outcome["point_1"].reward > outcome["point_0"].reward

    def test_runners_start_away_from_chasers(self, make_rollout):
        rollout = make_rollout("tag", robots=self.ROBOTS, size=12)
        rollout.reset()
        for runner in ("point_1", "point_2"):
            assert np.linalg.norm(root(rollout, runner)[:2] - root(rollout, "point_0")[:2]) >= 3.6


class TestSoccer:
    ROBOTS = [  # noqa: RUF012
        {"model": "point", "count": 2, "team": "red"},
        {"model": "point", "count": 2, "team": "blue"},
    ]

    def test_teams_start_in_their_halves_and_face_the_ball(self, make_rollout):
        rollout = make_rollout("soccer", robots=self.ROBOTS)
        rollout.reset()
        ball = thing_at(rollout)
        assert np.linalg.norm(ball) < 0.3
        goals = rollout.worlds[0].goals
        assert len(goals) == 2
        assert goals[0][0] > 4 > -4 > goals[1][0]
        for agent, side in zip(rollout.agents, (-1, -1, 1, 1)):
            assert side * root(rollout, agent)[0] > 0
            at = rollout.context.layouts[agent][0]
            _, data = rollout.data[0].mujoco()
            heading = data.xmat[at.root].reshape(3, 3)[:2, 0]
            towards = ball - root(rollout, agent)[:2]
            assert heading @ towards > 0.99 * np.linalg.norm(towards)

    @pytest.mark.parametrize(("goal", "winner"), [(0, "red"), (1, "blue")])
    def test_a_ball_into_a_goal_scores_for_the_team_that_attacks_it(self, make_rollout, goal, winner):
        rollout = make_rollout("soccer", robots=self.ROBOTS)
        rollout.reset()
        x, y, _ = rollout.worlds[0].goals[goal]
        launch(rollout, (x - np.sign(x) * 0.8, y), (np.sign(x) * 4.0, 0.0))
        endings = until_over(rollout)
        for agent, team in zip(rollout.agents, rollout.teams.by_agent):
            assert endings[agent] == (("scored", True) if team == winner else ("conceded", False))

    def test_a_ball_beside_the_goal_scores_for_nobody(self, make_rollout):
        rollout = make_rollout("soccer", robots=self.ROBOTS, params={"width": 1.0})
        rollout.reset()
        x, y, _ = rollout.worlds[0].goals[0]
        launch(rollout, (x - 0.8, y + 0.8), (4.0, 0.0))
        assert set(until_over(rollout).values()) == {("object_outside", False)}

    def test_a_player_drives_the_ball_into_the_goal(self, make_rollout):
        own = [{"kind": "ball", "count": 1, "radius": 0.3}]
        robots = [{"model": "point", "count": 2}]
        rollout = make_rollout("soccer", robots=robots, params={"width": 4}, obstacles=own, episode=60.0)
        assert rollout.teams.by_agent == ("red", "blue")  # without teams, halves play each other
        observation = rollout.reset()["point_0"].observation
        put(rollout, "point_1", 3, 4)  # out of the way
        seen = [columns(rollout, "point_0", name) for name in ("object", "goal")]
        while not rollout.done.all():
            thing, goal = (observation[0, at][:2] for at in seen)
            result = rollout.step({"point_0": shove(thing, goal - thing)})
            observation = result["point_0"].observation
        assert result["point_0"].ending == ("scored",)
        assert result["point_1"].ending == ("conceded",)
        assert result["point_0"].rewards["scored"] == 10
        assert result["point_1"].rewards["conceded"] == -10
