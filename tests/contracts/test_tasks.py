"""What every kind of task promises, evaluated on compiled worlds."""

from __future__ import annotations

import itertools
import json
import math

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.core.errors import InputError
from envgen.core.families import ROBOTS, TASKS
from envgen.packs.recipe import Recipe, task_params
from envgen.tasks.expr import ARGUMENT, GROUPS, SOURCES, VIEWS, evaluate
from envgen.tasks.operators import OPERATORS
from envgen.worlds.compiled.state import BatchTaskState
from envgen.worlds.compiled.task_context import TaskContext, layout
from envgen.worlds.sampling.teams import Teams

pytestmark = pytest.mark.slow

KINDS = TASKS.names()
PAIRS = [(t, r) for t in KINDS for r in ROBOTS.names() if TASKS.get(t).planar or not ROBOTS.get(r).planar]
SIZES = {
    "height": 1, "up": 3, "linear_velocity": 3, "angular_velocity": 3,
    "goal_distance": 1, "goal_direction": 3, "command": 1, "remaining": 1,
    "rise": 1, "away": 1, "outwards": 3, "object": 3, "object_velocity": 3, "object_to_goal": 3, "ring": 1,
    "opponent": 3, "opponent_velocity": 3, "teammate": 3, "teammate_velocity": 3, "chaser": 1,
    "goal": 3, "own_goal": 3, "heading": 3,
}  # fmt: skip


class Episode:
    """An agent on hilly ground in one world, or in several alike."""

    def __init__(self, task, robot="ant", *, terrain="hills", count=1, worlds=1, size=14, **more):
        count = max(count, TASKS.get(task).min_agents)
        self.cfg = make_cfg(
            terrain,
            size=size,
            task={"kind": task},
            robots=[{"model": robot, "count": count}],
            difficulty=0.3,
            **more,
        )
        self.terms = Recipe(self.cfg, 0).task
        built = [build_world(self.cfg, 0, index) for index in range(worlds)]
        self.variants, self.worlds = zip(*built)
        self.data = [start(world.model) for world in self.worlds]
        self.planar = ROBOTS.get(robot).planar
        self.agent = self.worlds[0].agents[0]
        agents = self.variants[0].draw.agents
        self.teams = Teams.of(
            [a.id for a in agents], [a.team or a.id for a in agents], [a.role for a in agents]
        )

    def reading(self, agent=None):
        agent = agent or self.agent
        for world, data in zip(self.worlds, self.data):
            mujoco.mj_forward(world.model, data)
        sizes = [{a.id: a.robot.size for a in v.draw.agents} for v in self.variants]
        params = [task_params(v.draw.values) for v in self.variants]
        return BatchTaskState(
            TaskContext.of(self.worlds, self.teams, sizes, params, self.terms), self.data, agent
        )

    def value(self, group, name, agent=None):
        terms = self.terms[group]
        term = terms if isinstance(terms, dict) else next(t for t in terms if t["name"] == name)
        return evaluate(term["expr"], self.reading(agent))

    def move_to(self, x, y, lift=0.0):
        """Put the root over a point, as high above the ground there as it was at its start."""
        for world, data in zip(self.worlds, self.data):
            root = world.roots[self.agent]
            mujoco.mj_forward(world.model, data)
            at = data.xpos[root].copy()
            under, there = (
                float(world.ground.at(np.array([a]), np.array([b]))[0]) for a, b in [(at[0], at[1]), (x, y)]
            )
            joint = world.model.body_jntadr[root]
            if self.planar:
                data.qpos[0] += (x - at[0]) * data.xaxis[joint, 0]  # it may head along -x
                data.qpos[1] += there - under + lift
            else:
                address = world.model.jnt_qposadr[joint]
                data.qpos[address : address + 3] = x, y, at[2] + there - under + lift
            mujoco.mj_forward(world.model, data)

    def lay_on_its_side(self):
        for data in self.data:
            if self.planar:
                data.qpos[2] = math.pi / 2
            else:
                data.qpos[3:7] = [math.cos(math.pi / 4), math.sin(math.pi / 4), 0, 0]
                # on the ground, not in it, where its contacts would overflow the arena of this world
                data.qpos[2] += self.variants[0].draw.agents[0].robot.size.radius


@pytest.mark.parametrize(("task", "robot"), PAIRS)
class TestEveryPair:
    def test_every_term_is_finite_and_of_its_size_at_the_start_and_in_motion(self, task, robot):
        episode = Episode(task, robot, worlds=3)
        model = episode.worlds[0].model
        at = layout(episode.worlds[0], episode.agent)
        optional = {
            name: sum(s.stop - s.start for key, s in at.sensors.items() if key.startswith(prefix))
            for name, prefix in [("feet", "touch_"), ("height_scan", "scan_"), ("acceleration", "imu_")]
        }
        own = {"joint_pos": len(at.joint_pos), "joint_vel": len(at.joint_vel), "action": len(at.actuators)}
        sizes = {**SIZES, **optional, **own}
        rng = np.random.default_rng(0)
        low, high = model.actuator_ctrlrange.T
        for _ in range(3):
            reading, memo = episode.reading(), {}
            for term in episode.terms["observation"]:
                value = evaluate(term["expr"], reading, memo)
                assert value.shape == (3, sizes[term["name"]]), term["name"]
                assert np.isfinite(value).all(), term["name"]
            groups = (
                episode.terms[key] for key in ("reward", "terminated", "truncated") if key in episode.terms
            )
            for term in [*itertools.chain(*groups), episode.terms["success"]]:
                value = evaluate(term["expr"], reading, memo)
                assert value.shape == (3, 1), term["name"]
                assert np.isfinite(value).all(), term["name"]
            for world, data in zip(episode.worlds, episode.data):
                data.ctrl[:] = rng.uniform(low, high)
                mujoco.mj_step(world.model, data, nstep=40)

    def test_nothing_has_ended_or_succeeded_at_the_start(self, task, robot):
        episode = Episode(task, robot)
        assert episode.terms["success"].get("at") == "end" or not episode.value("success", "").any()
        for group in ("terminated", "truncated"):
            for term in episode.terms.get(group, ()):
                assert not episode.value(group, term["name"]).any(), term["name"]

    def test_fallen_when_laid_on_its_side(self, task, robot):
        episode = Episode(task, robot)
        assert episode.value("terminated", "fallen") == 0
        episode.lay_on_its_side()
        assert episode.value("terminated", "fallen") == 1

    def test_fallen_when_it_has_sunk_to_the_ground_wherever_that_is(self, task, robot):
        """By height above the ground map: on a hill as in a valley (IsaacLab#3986)."""
        episode = Episode(task, robot)
        # it is put into the ground, where hundreds of contacts would overflow the arena of this world
        episode.worlds[0].model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_CONTACT
        stand = episode.variants[0].draw.agents[0].robot.size.stand
        field = episode.worlds[0].ground.field
        inside = np.abs(np.linspace(-7, 7, field.heights.shape[1])) < 6
        part = np.where(inside[:, None] & inside[None], field.heights, np.nan)
        for extreme in (np.nanargmax(part), np.nanargmin(part)):
            row, col = np.unravel_index(extreme, part.shape)
            x, y = field.origin[0] + col * field.cell[0], field.origin[1] + row * field.cell[1]
            if episode.planar:
                y = episode.data[0].xpos[1][1]
            episode.move_to(x, y)
            assert episode.value("terminated", "fallen") == 0
            sunk = float(episode.value("observation", "height")[0, 0]) - 0.25 * stand
            episode.move_to(x, y, lift=-sunk)
            assert episode.value("terminated", "fallen") == 1
            episode.move_to(x, y, lift=sunk)

    def test_outside_when_it_has_left_the_arena(self, task, robot):
        oblong = {"size": [16, 11], "sub_terrains": [{"kind": "hills"}]}
        for x, y in [(8.2, 0), (-8.2, 0), (0, 5.7), (0, -5.7)]:
            episode = Episode(task, robot, terrain=oblong)
            if episode.planar and y:
                continue  # it can't leave its plane
            group = "truncated" if "truncated" in episode.terms else "terminated"
            episode.move_to(x, y)
            assert episode.value(group, "outside") == 1
            episode.move_to(0.9 * x, 0.9 * y)
            assert episode.value(group, "outside") == 0


@pytest.mark.parametrize("task", KINDS)
class TestEveryTask:
    def test_the_task_is_plain_json_of_the_known_language(self, task):
        data = TASKS.get(task).terms().to_json()
        assert json.loads(json.dumps(data, allow_nan=False)) == data
        assert {*data, "truncated"} == {"observation", "reward", "terminated", "truncated", "success"}

        def check(expr):
            if isinstance(expr, list):
                assert expr[0] in {*OPERATORS, *SOURCES, *VIEWS, "slice", "concat"}
                if expr[0] in ("nearest", "any", "all"):
                    assert expr[1] in GROUPS
                    check(expr[2])
                elif expr[0] not in ARGUMENT:
                    for arg in expr[1:]:
                        check(arg)
            else:
                assert isinstance(expr, int | float)

        for group in ("observation", "reward", "terminated", "truncated"):
            names = [term["name"] for term in data.get(group, ())]
            assert len(set(names)) == len(names)
            for term in data.get(group, ()):
                check(term["expr"])
        check(data["success"]["expr"])

    def test_weights_of_the_config_apply(self, task):
        names = TASKS.get(task).reward_names()
        cfg = make_cfg(task={"kind": task, "weights": {names[0]: 7.5, names[-1]: 0}})
        data = Recipe(cfg, 0).task
        plain = Recipe(make_cfg(task={"kind": task}), 0).task
        weights = {term["name"]: term["weight"] for term in data["reward"]}
        before = {term["name"]: term["weight"] for term in plain["reward"]}
        assert weights == {**before, names[0]: 7.5, names[-1]: 0}

    def test_a_batch_gives_what_each_world_gives_by_itself(self, task):
        episode = Episode(task, worlds=3)
        for term in [*episode.terms["observation"], *episode.terms["reward"]]:
            batch = evaluate(term["expr"], episode.reading())
            for i in range(3):
                single = Episode(task, worlds=3)
                single.worlds, single.data, single.variants = (
                    single.worlds[i : i + 1], single.data[i : i + 1], single.variants[i : i + 1],
                )  # fmt: skip
                np.testing.assert_array_equal(evaluate(term["expr"], single.reading()), batch[i : i + 1])

    def test_every_agent_reads_its_own_state(self, task):
        episode = Episode(task, count=2)
        a, b = episode.worlds[0].agents
        # what it sees of others is not its own
        terms = [t for t in episode.terms["observation"] if not any(f'"{v}"' in json.dumps(t) for v in VIEWS)]
        assert len(terms) >= 10
        before = [evaluate(t["expr"], episode.reading(b)) for t in terms]
        episode.data[0].qvel[:6] = 1.0
        episode.data[0].qpos[7] += 0.2
        after = [evaluate(t["expr"], episode.reading(b)) for t in terms]
        for x, y in zip(before, after):
            np.testing.assert_array_equal(x, y)
        assert evaluate(["sensor", "root_linvel"], episode.reading(a)).any()


@pytest.mark.parametrize("robot", ROBOTS.names())
def test_goal_has_arrived_at_the_goal_and_not_beside_it(robot):
    episode = Episode("goal", robot)
    x, y, _ = episode.worlds[0].goals[0]
    radius = episode.variants[0].draw.values["task.radius"]
    assert episode.value("success", "") == 0
    episode.move_to(x, y)
    assert episode.value("success", "") == 1
    assert episode.value("observation", "goal_distance") < 0.02
    assert episode.value("reward", "arrived") == 1
    episode.move_to(x + 1.1 * radius, y)
    assert episode.value("success", "") == 0
    episode.move_to(x + 0.9 * radius, y)
    assert episode.value("success", "") == 1


def test_the_goal_is_as_far_away_as_was_asked():
    for index in range(5):
        variant, world = build_world(
            make_cfg("flat", size=16, task={"kind": "goal", "distance": 4}), 0, index
        )
        start_xy = np.array(variant.arena.starts[0].pos[:2])
        assert np.linalg.norm(world.goals[0][:2] - start_xy) == pytest.approx(4, abs=0.35)


def test_robots_start_and_arrive_clear_of_a_trench_that_they_cannot_cross():
    cfg = make_cfg("gap", "rover", size=16, sub={"gap": 4.0}, task={"kind": "goal"})
    beside = []  # m from its outer edge, of start and goal
    for index in range(8):
        variant, world = build_world(cfg, 0, index)
        edge = variant.draw.values["terrain.platform"] / 2 + 4.0
        beside.append(
            [max(abs(x), abs(y)) - edge for x, y, _ in (variant.arena.starts[0].pos, world.goals[0])]
        )
    assert np.min(beside) > variant.draw.agents[0].robot.size.radius
    assert np.max(beside, axis=0)[0] > 1.5, "all start along the edge, next to a platform out of reach"


def test_the_direction_to_the_goal_is_in_the_frame_of_the_robot():
    episode = Episode("goal", terrain="flat")
    data = episode.data[0]
    position, goal = data.qpos[:3], episode.worlds[0].goals[0]
    yaw = math.atan2(goal[1] - position[1], goal[0] - position[0])
    data.qpos[3:7] = [math.cos(yaw / 2), 0, 0, math.sin(yaw / 2)]
    np.testing.assert_allclose(episode.value("observation", "goal_direction"), [[1, 0, 0]], atol=1e-4)


def test_progress_rewards_speed_towards_the_goal():
    episode = Episode("goal", terrain="flat")
    data = episode.data[0]
    towards = episode.worlds[0].goals[0][:2] - data.qpos[:2]
    way = np.linalg.norm(towards)
    data.qvel[:2] = 1.5 * towards / way
    assert episode.value("reward", "progress") == 0  # nothing of the way is covered
    episode.move_to(*(data.qpos[:2] + 0.1 * towards))
    assert episode.value("reward", "progress") == pytest.approx(1.5 / way, rel=1e-3)
    data.qvel[:2] *= -1
    assert episode.value("reward", "progress") == pytest.approx(-1.5 / way, rel=1e-3)


@pytest.mark.parametrize("robot", ROBOTS.names())
def test_race_is_finished_past_the_line_only(robot):
    episode = Episode("race", robot)
    x, y, _ = episode.worlds[0].goals[0]
    assert episode.value("observation", "remaining") > 1
    for past, done in [(-0.1, 0), (0.1, 1)]:
        episode.move_to(x + past, y)
        assert episode.value("success", "") == done
        assert episode.value("reward", "finished") == done
        assert episode.value("observation", "remaining") == pytest.approx(-past, abs=0.02)


def test_racers_start_on_one_line_heading_for_a_common_finish():
    cfg = make_cfg(
        "rough", size=16, robots=[{"model": "ant", "count": 3}], task={"kind": "race"}, difficulty=0.2
    )
    variant, world = build_world(cfg)
    starts = np.array([s.pos for s in variant.arena.starts])
    assert np.ptp(starts[:, 0]) < 0.01
    assert np.ptp(world.goals[:, 0]) < 0.01
    assert (world.goals[:, 0] - starts[:, 0] > 3).all()
    np.testing.assert_allclose(world.goals[:, 1], starts[:, 1], atol=0.01)
    assert all(s.yaw == 0 for s in variant.arena.starts)
    gaps = np.diff(np.sort(starts[:, 1]))
    assert gaps.min() > 2 * variant.draw.agents[0].robot.size.radius


def test_walk_rewards_the_commanded_velocity_most():
    episode = Episode("walk", terrain="flat")
    data = episode.data[0]
    speed = episode.variants[0].draw.values["task.speed"]
    heading = episode.worlds[0].goals[0] - data.qpos[:3]
    heading[2] = 0
    heading /= np.linalg.norm(heading)
    reward = []
    for share in (0.0, 0.5, 1.0, 1.5, -1.0):
        data.qvel[:3] = heading * speed * share
        reward.append(float(episode.value("reward", "velocity")[0, 0]))
    assert max(reward) == reward[2] == pytest.approx(1, abs=1e-3)
    assert min(reward) == reward[4]


def test_walk_succeeds_on_course_and_is_cut_off_at_its_end():
    episode = Episode("walk", terrain="flat")
    data = episode.data[0]
    start, goal = data.qpos[:2].copy(), episode.worlds[0].goals[0][:2]
    length, speed = np.linalg.norm(goal - start), episode.variants[0].draw.values["task.speed"]
    for share, success in ((1.0, 1), (0.75, 1), (0.5, 0), (0.0, 0)):
        data.time = 0.9 * length / speed
        episode.move_to(*(start + 0.9 * share * (goal - start)))
        assert episode.value("success", "") == success, share
        assert episode.value("truncated", "course") == 0
    data.time = 1.01 * length / speed
    assert episode.value("truncated", "course") == 1


def test_stand_rewards_stillness_and_uprightness():
    episode = Episode("stand", terrain="flat")
    assert episode.value("reward", "upright") == pytest.approx(1, abs=1e-4)
    assert episode.value("reward", "still") == pytest.approx(1, abs=1e-3)
    assert episode.value("success", "") == 1
    episode.data[0].qvel[0] = 2
    assert episode.value("reward", "still") < 0.01
    episode.lay_on_its_side()
    assert episode.value("reward", "upright") == pytest.approx(0, abs=1e-3)
    assert episode.value("success", "") == 0


def test_effort_costs():
    episode = Episode("walk", terrain="flat")
    assert episode.value("reward", "effort") == pytest.approx(0)
    episode.data[0].ctrl[:] = episode.worlds[0].model.actuator_ctrlrange[:, 1]
    assert episode.value("reward", "effort") == pytest.approx(-1)
    np.testing.assert_allclose(episode.value("observation", "action"), 1)


def test_too_many_racers_for_the_arena_are_told():
    from envgen.core.errors import WorkError

    cfg = make_cfg("flat", size=5, robots=[{"model": "ant", "count": 8}], task={"kind": "race"})
    with pytest.raises((WorkError, InputError), match="8 lanes") as caught:
        build_world(cfg)
    assert "terrain.size" in caught.value.remedy
