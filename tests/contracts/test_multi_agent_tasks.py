"""Every task with one to four agents, in teams and out of them, as packs carry it."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.core.families import ROBOTS, TASKS
from envgen.packs.make import make
from envgen.rollout.rollout import Rollout

pytestmark = pytest.mark.slow

COUNTS = [(task, count) for task, kind in TASKS for count in range(kind.min_agents, 5)]


def cfg(task, robots, terrain="rough", **more):
    return {
        "name": "together",
        "terrain": {"size": [16, 16], "sub_terrains": [{"kind": terrain}]},
        "robots": robots,
        "task": {"kind": task},
        "difficulty": 0.3,
        **more,
    }


def examine(pack):
    """Random play of a few steps in all variants; every number finite and of its size."""
    rollout = Rollout(list(pack))
    first = rollout.reset()
    rng = np.random.default_rng(0)
    sizes = {agent: sum(n for _, n in rollout.observation_layout(agent)) for agent in rollout.agents}
    for k in range(6):
        result = first if k == 0 else rollout.step(
            {a: rng.uniform(-1, 1, (len(pack), rollout.action_size(a))) for a in rollout.agents}
        )  # fmt: skip
        assert list(result) == rollout.agents
        for agent, own in result.items():
            assert own.observation.shape == (len(pack), sizes[agent])
            assert np.isfinite(own.observation).all()
            assert np.isfinite(own.reward).all()
            assert set(own.rewards) == {term["name"] for term in pack.task["reward"]}
            if k == 0:
                assert own.ending == (None,) * len(pack)
                assert not own.success.any()
                assert not own.reward.any()
    return rollout


@pytest.mark.parametrize(("task", "count"), COUNTS)
def test_every_task_is_played_by_one_to_four(task, count, tmp_path):
    pack = make(cfg(task, [{"model": "ant", "count": count}]), 3, out=tmp_path / "p", jobs=1)
    rollout = examine(pack)
    assert len(rollout.agents) == count
    assert json.loads(json.dumps(pack.task, allow_nan=False)) == pack.task
    for variant in pack:
        assert len(variant.teams.by_agent) == len(variant.teams.roles) == count
    kind = TASKS.get(task)
    if kind.teams and count > 1:
        least, most = kind.teams
        assert least <= len(rollout.teams.sides) <= (most or count)
    if kind.objects:
        assert pack.task["objects"] == [f"obstacle/{kind.objects[0]}_0"]
    goals = {len(world.goals) for world in rollout.worlds}
    assert goals <= {"agent": {0, count}, "team": {2}, "shared": {1}}[kind.goals]


@pytest.mark.parametrize("task", [name for name, kind in TASKS if kind.teams and not kind.roles])
def test_teams_are_those_of_the_config(task, tmp_path):
    robots = [{"model": "ant", "count": 2, "team": "a"}, {"model": "quadruped", "count": 2, "team": "b"}]
    pack = make(cfg(task, robots), 2, out=tmp_path / "p", jobs=1)
    rollout = examine(pack)
    assert rollout.teams.by_agent == ("a", "a", "b", "b")
    assert pack[0].entry["teams"] == ["a", "a", "b", "b"]
    shells = {
        agent: tuple(world.model.mat_rgba[world.names("mat").index(f"{agent}/shell")])
        for world in rollout.worlds
        for agent in rollout.agents
    }
    # one colour a team
    assert shells["ant_0"] == shells["ant_1"] != shells["quadruped_0"] == shells["quadruped_1"]


@pytest.mark.parametrize("task", TASKS.names())
def test_agents_start_apart_and_facing_what_they_play_for(task, tmp_path):
    pack = make(cfg(task, [{"model": "ant", "count": 4}], "flat"), 4, out=tmp_path / "p", jobs=1)
    rollout = examine(pack)
    for slot in rollout.data:
        _, data = slot.mujoco()
        roots = [data.xpos[rollout.context.layouts[agent][0].root][:2] for agent in rollout.agents]
        for a, b in itertools.combinations(roots, 2):
            assert np.linalg.norm(a - b) > 2 * 0.7


@pytest.mark.parametrize(("task", "kind"), list(TASKS))
def test_robots_bound_to_a_plane_are_refused_where_they_cannot_turn(task, kind, tmp_path):
    bound = next(name for name in ROBOTS.names() if name == "hopper")
    source = cfg(task, [{"model": bound, "count": 2}], "flat")
    if kind.planar:
        examine(make(source, 2, out=tmp_path / "p", jobs=1))
        return
    with pytest.raises(InputError, match="hopper moves in a plane of its own") as caught:
        make(source, 2, out=tmp_path / "p", jobs=1)
    assert "another robot" in caught.value.remedy
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    "terrain", ["hills", "pyramid_stairs", "stepping_stones", "pit", "bowl", "gap", "craters"]
)
@pytest.mark.parametrize(
    "task", [name for name, kind in TASKS if kind.spawn not in ("free", "goal", "lanes")]
)
def test_layouts_find_places_on_terrains_of_every_sort(task, terrain, tmp_path):
    """Or say why not: a ball does not stay on stepping stones."""
    source = cfg(task, [{"model": "quadruped", "count": 2}], terrain)
    examine(make(source, 2, out=tmp_path / "p", jobs=1))
