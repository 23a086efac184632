"""Scripted play on real physics: each task ends for the right reason, and the right ones win."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.packs.make import make
from envgen.rollout.rollout import Rollout, play


@pytest.fixture
def stage(tmp_path):
    """A function that makes a pack of one variant and a rollout of it."""

    def build(task, *, robots=None, terrain="flat", size=12, episode=20.0, sub=None, params=None, **more):
        cfg = {
            "name": "play",
            "terrain": {"size": [size, size], "sub_terrains": [{"kind": terrain, **(sub or {})}]},
            "robots": robots or [{"model": "point"}],
            "task": {"kind": task, **(params or {})},
            "control": {"episode": episode},
            **more,
        }
        pack = make(cfg, 1, out=tmp_path / "pack", overwrite=True, jobs=1)
        return Rollout(pack[0])

    return build


def columns(rollout, agent, name):
    """Where a term is in an agent's observation."""
    at = 0
    for term, width in rollout.observation_layout(agent):
        if term == name:
            return slice(at, at + width)
        at += width
    raise KeyError(name)


def drive(rollout, agent, name, sign=1.0):
    """A policy that heads where an observed vector points, or away from it."""
    at = columns(rollout, agent, name)

    def policy(observation):
        vector = observation[:, at][:, :2]
        return sign * vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), 1e-6)

    return policy


def root(rollout, agent):
    """Position of a root by its sensor, in m."""
    at = rollout.stage.layouts[agent][0]
    return rollout.data[0].sensordata[at.sensors["root_pos"]].copy()


def throw(rollout, agent, velocity):
    """Give a root a velocity, in m/s."""
    at, model = rollout.stage.layouts[agent][0], rollout.worlds[0].model
    dof = int(model.jnt_dofadr[at.root_joints[0]])
    rollout.data[0].qvel[dof : dof + 3] = velocity
    rollout.refresh()


def put(rollout, agent, x, y):
    """Move a root to a place on level ground, in m."""
    at, model = rollout.stage.layouts[agent][0], rollout.worlds[0].model
    joint = int(model.jnt_qposadr[at.root_joints[0]])
    rollout.data[0].qpos[joint : joint + 2] = x, y
    rollout.refresh()


def thing_at(rollout):
    """Where the object of the task is, level, in m."""
    at = rollout.stage.things[0][0].pos
    return rollout.data[0].qpos[at : at + 2].copy()


def launch(rollout, position, velocity):
    """Put the object of the task somewhere with a velocity."""
    data, at = rollout.data[0], rollout.stage.things[0][0]
    data.qpos[at.pos : at.pos + 2] = position
    data.qvel[at.vel : at.vel + 6] = 0
    data.qvel[at.vel : at.vel + 2] = velocity
    rollout.refresh()


def shove(thing, way):
    """An action that gets behind a thing (seen from where it is to go) and then pushes it along `way`."""
    way = way / np.linalg.norm(way)
    ahead, aside = thing @ way, thing - way * (thing @ way)
    if ahead < 0.15:  # it has got past: back, around it
        side = np.array([-way[1], way[0]]) * (1 if aside @ np.array([-way[1], way[0]]) < 0 else -1)
        return np.clip(-0.8 * way + (0.6 * side if np.linalg.norm(aside) < 0.45 else 0), -1, 1)[None]
    return np.clip(0.4 * way + 3.0 * aside, -1, 1)[None]


def until_over(rollout, actions=None, most=600):
    """The last step result of each agent, and its ending."""
    endings = {}
    for _ in range(most):
        for agent, result in rollout.step(actions or {}).items():
            if result.ending[0]:
                endings[agent] = (result.ending[0], bool(result.success[0]))
        if rollout.done.all():
            break
    return endings


class TestGoal:
    def test_a_point_that_drives_to_the_goal_succeeds(self, stage):
        rollout = stage("goal", params={"distance": 4})
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction")})
        assert outcome["point_0"].ending == "arrived"
        assert outcome["point_0"].success
        goal = rollout.worlds[0].goals[0]
        assert np.linalg.norm(root(rollout, "point_0")[:2] - goal[:2]) < 0.5
        assert outcome["point_0"].reward > 10  # the bonus, and progress

    def test_one_that_waits_runs_out_of_time(self, stage):
        rollout = stage("goal", params={"distance": 4}, episode=2.0)
        (outcome,) = play(rollout, {"point_0": lambda obs: np.zeros((1, 2))})
        assert outcome["point_0"].ending == "time"
        assert not outcome["point_0"].success
        assert rollout.data[0].time == pytest.approx(2.0)

    def test_one_that_drives_away_leaves_the_arena(self, stage):
        rollout = stage("goal", params={"distance": 4}, size=8)
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction", -1.0)})
        assert outcome["point_0"].ending == "outside"
        assert np.abs(root(rollout, "point_0")[:2]).max() > 4

    def test_agents_end_each_for_itself(self, stage):
        rollout = stage("goal", robots=[{"model": "point", "count": 2}], params={"distance": 4}, episode=6.0)
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "goal_direction")})
        assert outcome["point_0"].ending == "arrived"
        assert outcome["point_1"].ending == "time"
        assert outcome["point_0"].steps < outcome["point_1"].steps == 120


class TestFalling:
    @pytest.mark.parametrize("task", ["stand", "walk", "goal"])
    def test_an_ant_on_its_back_has_fallen(self, stage, task):
        rollout = stage(task, robots=[{"model": "ant"}])
        rollout.reset()
        rollout.data[0].qpos[3:7] = 0, 1, 0, 0
        rollout.refresh()
        assert until_over(rollout) == {"ant_0": ("fallen", False)}
        assert rollout.data[0].time < 0.2

    def test_a_standing_ant_stands_until_time_is_up(self, stage):
        rollout = stage("stand", robots=[{"model": "ant"}], episode=3.0)
        (outcome,) = play(rollout, {})
        assert outcome["ant_0"].ending == "time"
        assert outcome["ant_0"].steps == 60


class TestRace:
    RACERS = [{"model": "point", "count": 3}]  # noqa: RUF012

    def test_who_crosses_first_has_won_and_the_others_are_beaten(self, stage):
        rollout = stage("race", robots=self.RACERS, params={"distance": 4})
        (outcome,) = play(rollout, {"point_1": lambda obs: np.array([[1.0, 0.0]])})
        assert outcome["point_1"].ending == "finished"
        assert outcome["point_1"].success
        for loser in ("point_0", "point_2"):
            assert outcome[loser].ending == "beaten"
            assert not outcome[loser].success
            assert outcome[loser].steps == outcome["point_1"].steps

    def test_a_racer_wins_for_its_team(self, stage):
        robots = [{"model": "point", "count": 2, "team": "red"}, {"model": "point", "team": "blue"}]
        rollout = stage("race", robots=robots, params={"distance": 4})
        (outcome,) = play(rollout, {"point_1": lambda obs: np.array([[1.0, 0.0]])})
        assert {a: (o.ending, o.success) for a, o in outcome.items()} == {
            "point_0": ("finished", True),
            "point_1": ("finished", True),
            "point_2": ("beaten", False),
        }


class TestClimb:
    @pytest.mark.parametrize("terrain", ["slope", "pyramid_slope", "ridge"])
    def test_a_point_that_drives_up_has_climbed(self, stage, terrain):
        rollout = stage(
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

    def test_jumping_is_not_climbing(self, stage):
        rollout = stage("climb", terrain="slope", sub={"slope": 0.2}, episode=3.0)
        rollout.reset()
        throw(rollout, "point_0", [0, 0, 6.0])  # 1.8 m up
        assert until_over(rollout) == {"point_0": ("time", False)}

    def test_on_level_ground_nothing_is_climbed_and_a_note_says_so(self, stage, tmp_path):
        rollout = stage("climb", episode=3.0)
        (outcome,) = play(rollout, {"point_0": lambda obs: np.array([[0.3, 0.0]])})
        assert not outcome["point_0"].success
        from envgen.packs.pack import Pack

        assert any("nothing to climb" in note for note in Pack.open(tmp_path / "pack")[0].entry["notes"])


class TestEscape:
    def test_a_point_escapes_from_a_bowl(self, stage):
        rollout = stage("escape", terrain="bowl", sub={"depth": 0.8, "radius": 5})
        rollout.reset()
        start = root(rollout, "point_0")
        assert np.linalg.norm(start[:2]) < 1.6
        field = rollout.worlds[0].ground.field.heights
        assert start[2] < 0.3 + field.min() + 0.25 * np.ptp(field)
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "outwards")})
        assert outcome["point_0"].ending == "escaped"
        assert np.linalg.norm(root(rollout, "point_0")[:2]) > 0.9 * 6

    def test_one_that_stays_does_not(self, stage):
        rollout = stage("escape", terrain="bowl", episode=3.0)
        (outcome,) = play(rollout, {"point_0": lambda obs: np.zeros((1, 2))})
        assert outcome["point_0"].ending == "time"


class TestPush:
    def test_points_push_a_ball_to_the_goal(self, stage):
        own = [{"kind": "box", "count": 3}, {"kind": "ball", "count": 2, "radius": 0.3}]
        robots = [{"model": "point", "count": 2}]
        rollout = stage("push", robots=robots, params={"distance": 3}, obstacles=own)
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

    def test_an_object_that_leaves_the_arena_ends_it(self, stage):
        rollout = stage("push", params={"distance": 3})
        rollout.reset()
        goal = rollout.worlds[0].goals[0]
        away = -np.sign(goal[:2]) * 5.5
        launch(rollout, away, np.sign(away) * 6.0)
        assert until_over(rollout) == {"point_0": ("object_outside", False)}


class TestSumo:
    def test_the_ant_that_is_pushed_out_loses_and_the_other_wins(self, stage):
        rollout = stage("sumo", robots=[{"model": "ant", "count": 2}], size=16)
        rollout.reset()
        ring, middle = rollout.stage.params[0]["ring"], rollout.worlds[0].goals[0]
        for agent in rollout.agents:
            assert np.linalg.norm(root(rollout, agent)[:2] - middle[:2]) < 0.9 * ring
        out = root(rollout, "ant_0")[:2] - middle[:2]
        body = rollout.stage.layouts["ant_0"][0].root
        rollout.data[0].xfrc_applied[body, :2] = 100.0 * out / np.linalg.norm(out)
        assert until_over(rollout) == {"ant_0": ("out", False), "ant_1": ("won", True)}
        assert np.linalg.norm(root(rollout, "ant_0")[:2] - middle[:2]) > ring
        assert np.linalg.norm(root(rollout, "ant_1")[:2] - middle[:2]) < ring

    def test_a_wrestler_shoves_the_other_out(self, stage):
        rollout = stage("sumo", robots=[{"model": "point", "count": 2}])
        (outcome,) = play(rollout, {"point_0": drive(rollout, "point_0", "opponent")})
        assert outcome["point_1"].ending == "out"
        assert outcome["point_0"].ending == "won"
        assert outcome["point_0"].reward > outcome["point_1"].reward

    def test_who_has_fallen_has_lost(self, stage):
        rollout = stage("sumo", robots=[{"model": "ant", "count": 2}], size=16)
        rollout.reset()
        rollout.data[0].qpos[3:7] = 0, 1, 0, 0
        rollout.refresh()
        assert until_over(rollout) == {"ant_0": ("fallen", False), "ant_1": ("won", True)}

    def test_the_last_team_wins_and_who_is_out_stays_out(self, stage):
        robots = [
            {"model": "point", "count": 2, "team": "red"},
            {"model": "point", "count": 2, "team": "blue"},
        ]
        rollout = stage("sumo", robots=robots, params={"ring": 2})
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

    def test_both_out_at_once_is_no_win(self, stage):
        rollout = stage("sumo", robots=[{"model": "point", "count": 2}])
        rollout.reset()
        put(rollout, "point_0", 5, 0)
        put(rollout, "point_1", -5, 0)
        result = rollout.step({})
        assert [result[a].ending for a in rollout.agents] == [("out",)] * 2


class TestTag:
    ROBOTS = [{"model": "point", "role": "chaser"}, {"model": "point", "count": 2, "role": "runner"}]  # noqa: RUF012

    def test_runners_that_are_touched_are_caught_and_with_the_last_the_chaser_has_won(self, stage):
        rollout = stage("tag", robots=self.ROBOTS, size=10)
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

    def test_touch_is_where_the_circles_of_the_robots_meet(self, stage):
        rollout = stage("tag", robots=self.ROBOTS, params={"reach": 0.1})
        rollout.reset()
        put(rollout, "point_0", 0, 0)
        put(rollout, "point_2", 0, -5)
        put(rollout, "point_1", 0.52, 0)  # radii of 0.2 m and a reach of 0.1 m
        assert rollout.step({})["point_1"].ending == (None,)
        put(rollout, "point_1", 0.48, 0)
        assert rollout.step({})["point_1"].ending == ("caught",)

    def test_chasers_do_not_catch_each_other(self, stage):
        robots = [{"model": "point", "count": 2, "role": "chaser"}, {"model": "point", "role": "runner"}]
        rollout = stage("tag", robots=robots)
        rollout.reset()
        put(rollout, "point_0", 0, 0)
        put(rollout, "point_1", 0.42, 0)
        put(rollout, "point_2", 0, -5)
        result = rollout.step({})
        assert [result[a].ending[0] for a in rollout.agents] == [None] * 3

    def test_a_runner_that_is_free_until_the_end_has_all_the_reward(self, stage):
        rollout = stage("tag", robots=self.ROBOTS, episode=2.0)
        (outcome,) = play(rollout, {})
        assert {o.ending for o in outcome.values()} == {"time"}
        assert outcome["point_1"].reward > outcome["point_0"].reward

    def test_runners_start_away_from_chasers(self, stage):
        rollout = stage("tag", robots=self.ROBOTS, size=12)
        rollout.reset()
        for runner in ("point_1", "point_2"):
            assert np.linalg.norm(root(rollout, runner)[:2] - root(rollout, "point_0")[:2]) >= 3.6


class TestSoccer:
    ROBOTS = [  # noqa: RUF012
        {"model": "point", "count": 2, "team": "red"},
        {"model": "point", "count": 2, "team": "blue"},
    ]

    def test_teams_start_in_their_halves_and_face_the_ball(self, stage):
        rollout = stage("soccer", robots=self.ROBOTS)
        rollout.reset()
        ball = thing_at(rollout)
        assert np.linalg.norm(ball) < 0.3
        goals = rollout.worlds[0].goals
        assert len(goals) == 2
        assert goals[0][0] > 4 > -4 > goals[1][0]
        for agent, side in zip(rollout.agents, (-1, -1, 1, 1)):
            assert side * root(rollout, agent)[0] > 0
            at = rollout.stage.layouts[agent][0]
            heading = rollout.data[0].xmat[at.root].reshape(3, 3)[:2, 0]
            towards = ball - root(rollout, agent)[:2]
            assert heading @ towards > 0.99 * np.linalg.norm(towards)

    @pytest.mark.parametrize(("goal", "winner"), [(0, "red"), (1, "blue")])
    def test_a_ball_into_a_goal_scores_for_the_team_that_attacks_it(self, stage, goal, winner):
        rollout = stage("soccer", robots=self.ROBOTS)
        rollout.reset()
        x, y, _ = rollout.worlds[0].goals[goal]
        launch(rollout, (x - np.sign(x) * 0.8, y), (np.sign(x) * 4.0, 0.0))
        endings = until_over(rollout)
        for agent, team in zip(rollout.agents, rollout.cast.teams):
            assert endings[agent] == (("scored", True) if team == winner else ("conceded", False))

    def test_a_ball_beside_the_goal_scores_for_nobody(self, stage):
        rollout = stage("soccer", robots=self.ROBOTS, params={"width": 1.0})
        rollout.reset()
        x, y, _ = rollout.worlds[0].goals[0]
        launch(rollout, (x - 0.8, y + 0.8), (4.0, 0.0))
        assert set(until_over(rollout).values()) == {("object_outside", False)}

    def test_a_player_drives_the_ball_into_the_goal(self, stage):
        own = [{"kind": "ball", "count": 1, "radius": 0.3}]
        robots = [{"model": "point", "count": 2}]
        rollout = stage("soccer", robots=robots, params={"width": 4}, obstacles=own, episode=60.0)
        assert rollout.cast.teams == ("red", "blue")  # without teams, halves play each other
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


def test_a_world_that_explodes_ends_as_unstable(stage):
    rollout = stage("walk", robots=[{"model": "ant"}])
    rollout.reset()
    rollout.data[0].qvel[:] = 1e12
    result = rollout.step({})["ant_0"]
    assert result.ending == ("unstable",)
    assert result.terminated.all()
    assert np.isfinite(result.observation).all()
    assert result.reward == 0
    assert np.isfinite(rollout.reset()["ant_0"].observation).all()
    assert rollout.step({})["ant_0"].ending == (None,)
