"""Scripted play on real physics: each task of one's own ends for the right reason."""

from __future__ import annotations

import numpy as np
import pytest
from support.scripted_play import columns, drive, launch, root, shove, thing_at, throw, until_over

from envgen.rollout.rollout import play


class TestGoal:
    def test_a_point_that_drives_to_the_goal_succeeds(self, make_rollout):
        rollout = make_rollout("goal", params={"distance": 4})
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction")})
        assert outcome["point_0"].ending == "arrived"
        assert outcome["point_0"].success
        goal = rollout.worlds[0].goals[0]
        assert np.linalg.norm(root(rollout, "point_0")[:2] - goal[:2]) < 0.5
        assert outcome["point_0"].reward > 10  # the bonus, and progress

    def test_one_that_waits_runs_out_of_time(self, make_rollout):
        rollout = make_rollout("goal", params={"distance": 4}, episode=2.0)
        (outcome,) = play(rollout, {"point_0": lambda obs: np.zeros((1, 2))})
        assert outcome["point_0"].ending == "time"
        assert not outcome["point_0"].success
        assert rollout.data[0].time == pytest.approx(2.0)

    def test_one_that_drives_away_leaves_the_arena(self, make_rollout):
        rollout = make_rollout("goal", params={"distance": 4}, size=8)
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction", -1.0)})
        assert outcome["point_0"].ending == "outside"
        assert np.abs(root(rollout, "point_0")[:2]).max() > 4

    def test_agents_end_each_for_itself(self, make_rollout):
        rollout = make_rollout(
            "goal", robots=[{"model": "point", "count": 2}], params={"distance": 4}, episode=6.0
        )
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction")})
        assert outcome["point_0"].ending == "arrived"
        assert outcome["point_1"].ending == "time"
        assert outcome["point_0"].steps < outcome["point_1"].steps == 120


class TestFalling:
    @pytest.mark.parametrize("task", ["stand", "walk", "goal"])
    def test_an_ant_on_its_back_has_fallen(self, make_rollout, task):
        rollout = make_rollout(task, robots=[{"model": "ant"}])
        rollout.reset()
        rollout.data[0].qpos[3:7] = 0, 1, 0, 0
        rollout.refresh()
        assert until_over(rollout) == {"ant_0": ("fallen", False)}
        assert rollout.data[0].time < 0.2

    def test_a_standing_ant_stands_until_time_is_up(self, make_rollout):
        rollout = make_rollout("stand", robots=[{"model": "ant"}], episode=3.0)
        (outcome,) = play(rollout, {})
        assert outcome["ant_0"].ending == "time"
        assert outcome["ant_0"].steps == 60


class TestRace:
    RACERS = [{"model": "point", "count": 3}]  # noqa: RUF012

    def test_who_crosses_first_has_won_and_the_others_are_beaten(self, make_rollout):
        rollout = make_rollout("race", robots=self.RACERS, params={"distance": 4})
        (outcome,) = play(rollout, {"point_1": lambda obs: np.array([[1.0, 0.0]])})
        assert outcome["point_1"].ending == "finished"
        assert outcome["point_1"].success
        for loser in ("point_0", "point_2"):
            assert outcome[loser].ending == "beaten"
            assert not outcome[loser].success
            assert outcome[loser].steps == outcome["point_1"].steps

    def test_a_racer_wins_for_its_team(self, make_rollout):
        robots = [{"model": "point", "count": 2, "team": "red"}, {"model": "point", "team": "blue"}]
        rollout = make_rollout("race", robots=robots, params={"distance": 4})
        (outcome,) = play(rollout, {"point_1": lambda obs: np.array([[1.0, 0.0]])})
        assert {a: (o.ending, o.success) for a, o in outcome.items()} == {
            "point_0": ("finished", True),
            "point_1": ("finished", True),
            "point_2": ("beaten", False),
        }


class TestClimb:
    @pytest.mark.parametrize("terrain", ["slope", "pyramid_slope", "ridge"])
    def test_a_point_that_drives_up_has_climbed(self, make_rollout, terrain):
        rollout = make_rollout(
            "climb", terrain=terrain, sub={"slope": 0.2} if "slope" in terrain else {}, difficulty=0.3
        )
        rollout.reset()
        start, ground = root(rollout, "point_0"), rollout.worlds[0].ground
        top = rollout.worlds[0].goals[0]
        low = float(ground.at(start[:1], start[1:2])[0])
        assert low < top[2] - 0.1
        assert top[2] >= ground.field.heights.max() - 0.3
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction")})
        assert outcome["point_0"].ending == "climbed"
        here = root(rollout, "point_0")
        assert float(ground.at(here[:1], here[1:2])[0]) - low > 0.85 * (top[2] - low)

    def test_jumping_is_not_climbing(self, make_rollout):
        rollout = make_rollout("climb", terrain="slope", sub={"slope": 0.2}, episode=3.0)
        rollout.reset()
        throw(rollout, "point_0", [0, 0, 6.0])  # 1.8 m up
        assert until_over(rollout) == {"point_0": ("time", False)}

    def test_on_level_ground_nothing_is_climbed_and_a_note_says_so(self, make_rollout, tmp_path):
        rollout = make_rollout("climb", episode=3.0)
        (outcome,) = play(rollout, {"point_0": lambda obs: np.array([[0.3, 0.0]])})
        assert not outcome["point_0"].success
        from envgen.packs.pack import Pack

        assert any("nothing to climb" in note for note in Pack.open(tmp_path / "pack")[0].entry["notes"])


class TestEscape:
    def test_a_point_escapes_from_a_bowl(self, make_rollout):
        rollout = make_rollout("escape", terrain="bowl", sub={"depth": 0.8, "radius": 5})
        rollout.reset()
        start = root(rollout, "point_0")
        assert np.linalg.norm(start[:2]) < 1.6
        field = rollout.worlds[0].ground.field.heights
        assert start[2] < 0.3 + field.min() + 0.25 * np.ptp(field)
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "outwards")})
        assert outcome["point_0"].ending == "escaped"
        assert np.linalg.norm(root(rollout, "point_0")[:2]) > 0.9 * 6

    def test_one_that_stays_does_not(self, make_rollout):
        rollout = make_rollout("escape", terrain="bowl", episode=3.0)
        (outcome,) = play(rollout, {"point_0": lambda obs: np.zeros((1, 2))})
        assert outcome["point_0"].ending == "time"


class TestPush:
    def test_points_push_a_ball_to_the_goal(self, make_rollout):
        own = [{"kind": "box", "count": 3}, {"kind": "ball", "count": 2, "radius": 0.3}]
        robots = [{"model": "point", "count": 2}]
        rollout = make_rollout("push", robots=robots, params={"distance": 3}, obstacles=own)
        assert [n for n in rollout.worlds[0].body_names if "ball_" in n] == [
            "obstacle/ball_0",
            "obstacle/ball_1",
        ]
        rollout.reset()
        ball, goal = thing_at(rollout), rollout.worlds[0].goals[0]
        assert len(rollout.worlds[0].goals) == 1
        assert np.linalg.norm(ball - goal[:2]) == pytest.approx(3, abs=0.4)
        for agent in rollout.agents:  # behind the ball, seen from the goal
            assert np.linalg.norm(root(rollout, agent)[:2] - goal[:2]) > 3

        def push(observation):
            thing = observation[:, columns(rollout, "point_0", "object")][0, :2]
            way = observation[:, columns(rollout, "point_0", "object_to_goal")][0, :2]
            return shove(thing, way)

        (outcome,) = play(rollout, {"point_0": push})
        assert {a: (o.ending, o.success) for a, o in outcome.items()} == {
            "point_0": ("delivered", True),
            "point_1": ("delivered", True),  # they push for the same goal
        }

    def test_an_object_that_leaves_the_arena_ends_it(self, make_rollout):
        rollout = make_rollout("push", params={"distance": 3})
        rollout.reset()
        goal = rollout.worlds[0].goals[0]
        away = -np.sign(goal[:2]) * 5.5
        launch(rollout, away, np.sign(away) * 6.0)
        assert until_over(rollout) == {"point_0": ("object_outside", False)}


def test_a_world_that_explodes_ends_as_unstable(make_rollout):
    rollout = make_rollout("walk", robots=[{"model": "ant"}])
    rollout.reset()
    rollout.data[0].qvel[:] = 1e12
    result = rollout.step({})["ant_0"]
    assert result.ending == ("unstable",)
    assert result.terminated.all()
    assert np.isfinite(result.observation).all()
    assert result.reward == 0
    assert np.isfinite(rollout.reset()["ant_0"].observation).all()
    assert rollout.step({})["ant_0"].ending == (None,)
