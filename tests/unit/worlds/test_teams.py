"""Who plays with whom: defaults, and what a task refuses."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from support.worlds import build_world, make_cfg

from envgen.core.errors import InputError
from envgen.core.families import TASKS
from envgen.core.overrides import Sweep
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.tasks.base import Task, TaskTerms
from envgen.worlds.sampling.teams import Teams


def agents(task, robots, terrain="flat", **more):
    variant, _ = build_world(make_cfg(terrain, size=16, task={"kind": task}, robots=robots, **more))
    return variant.draw.agents


def team(model="ant", count=1, **more):
    return {"model": model, "count": count, **more}


class TestDefaults:
    def test_without_a_team_each_agent_is_its_own(self):
        for task in ("sumo", "race"):
            found = agents(task, [team(count=3)])
            assert len({agent.colour for agent in found}) == 3
            assert [agent.team for agent in found] == [None] * 3

    @pytest.mark.parametrize(("count", "red"), [(2, 1), (4, 2), (5, 3)])
    def test_soccer_divides_into_two_teams(self, count, red):
        found = agents("soccer", [team(count=count)])
        assert [agent.team for agent in found] == ["red"] * red + ["blue"] * (count - red)

    @pytest.mark.parametrize(
        ("given", "roles"),
        [
            ([None, None, None], ["chaser", "runner", "runner"]),
            (["chaser", None, None], ["chaser", "runner", "runner"]),
            ([None, "chaser", None], ["runner", "chaser", "runner"]),
            (["runner", None, None], ["runner", "chaser", "chaser"]),
            (["runner", "chaser", None], ["runner", "chaser", "runner"]),
        ],
    )
    def test_roles_that_are_left_open(self, given, roles):
        found = agents("tag", [team(role=role) for role in given])
        assert [agent.role for agent in found] == roles
        assert [agent.team for agent in found] == [f"{role}s" for role in roles]
        # chasers have one colour, runners another
        for a, b in itertools.combinations(found, 2):
            assert (a.colour == b.colour) == (a.role == b.role)

    def test_a_team_where_there_is_nothing_to_play_for_is_told(self):
        cfg = make_cfg(task={"kind": "walk"}, size=16, robots=[team(team="a"), team(team="b")])
        assert any("colours" in note for note in build_world(cfg)[0].notes)

    def test_more_wrestlers_get_a_larger_ring(self):
        rings = []
        for count in (2, 8):
            cfg = make_cfg(size=16, task={"kind": "sumo"}, robots=[team(count=count)])
            rings.append(build_world(cfg)[0].draw.values["task.ring"])
        assert rings[1] > rings[0]


class TestRefusals:
    @pytest.mark.parametrize(
        ("task", "robots", "cause", "remedy"),
        [
            ("soccer", [team(count=4, team="a")], "for 2 teams, not 1 (a)", "its team"),
            ("soccer", [team(team=t) for t in "abc"], "for 2 teams, not 3 (a, b, c)", "its team"),
            ("soccer", [team(count=2, team="a"), team()], "", ""),
            ("soccer", [team(count=2, team="a"), team(count=2)], "not 3 (a, ant_2, ant_3)", "its team"),
            ("soccer", [team()], "for at least 2 robots, not 1", "count"),
            ("sumo", [team()], "for at least 2 robots, not 1", "count"),
            ("sumo", [team(count=3, team="a")], "for at least 2 teams, not 1 (a)", "its team"),
            ("race", [team(count=3, team="a")], "for at least 2 teams, not 1 (a)", "its team"),
            ("tag", [team()], "for at least 2 robots, not 1", "count"),
            ("tag", [team(count=2, role="chaser")], "tag needs a runner, but all robots are ch", "'runner'"),
            ("tag", [team(count=2, role="runner")], "tag needs a chaser, but all robots are ru", "'chaser'"),
            ("walk", [team(role="chaser")], "task 'walk' has no roles, but ant_0 is to be a chaser", "tag"),
            ("soccer", [team(count=2, role="runner")], "task 'soccer' has no roles", "tag"),
        ],
    )  # fmt: skip
    def test_what_a_task_cannot_use(self, task, robots, cause, remedy, tmp_path):
        cfg = make_cfg("flat", size=16, task={"kind": task}, robots=robots)
        if not cause:
            make(cfg, 1, out=tmp_path / "p", jobs=1)
            return
        with pytest.raises(InputError) as caught:
            make(cfg, 1, out=tmp_path / "p", jobs=1)
        assert cause in caught.value.cause
        assert remedy in caught.value.remedy
        assert not (tmp_path / "p").exists()

    @pytest.mark.parametrize(("most", "words"), [(1, "for 1 robot, not 3"), (2, "for 1 to 2 robots, not 3")])
    def test_three_robots_in_a_task_for_fewer(self, most, words):
        @dataclass(frozen=True)
        class Solo(Task):
            """For few."""

            kind: ClassVar[str] = "solo"
            max_agents: ClassVar[int | None] = most

            @classmethod
            def terms(cls):
                return TaskTerms((), (), ())

        TASKS.add("solo", Solo)
        try:
            with pytest.raises(InputError, match=words) as caught:
                build_world(make_cfg(size=16, task={"kind": "solo"}, robots=[team(count=3)]))
        finally:
            del TASKS._kinds["solo"]
        assert "robots[].count" in caught.value.remedy

    def test_a_ring_that_is_too_small_or_too_large(self):
        for ring, words in [(0.9, "too small for 2 robots"), (9, "does not fit into 16 x 16 m")]:
            cfg = make_cfg(size=16, task={"kind": "sumo", "ring": ring}, robots=[team(count=2)])
            with pytest.raises(InputError, match=words) as caught:
                build_world(cfg)
            assert "task.ring" in caught.value.remedy

    def test_goals_that_do_not_fit(self):
        cfg = make_cfg(size=10, task={"kind": "soccer", "width": 20}, robots=[team(count=2)])
        with pytest.raises(InputError, match="goals of 20 m do not fit") as caught:
            build_world(cfg)
        assert "task.width" in caught.value.remedy


class TestSweeps:
    @pytest.mark.parametrize(
        ("path", "values"),
        [("task.kind", ("goal", "walk")), ("task.weights.effort", (0.1, 0.5))],
    )
    def test_a_sweep_that_would_change_the_task_is_told(self, path, values, tmp_path):
        with pytest.raises(InputError, match="would change the task") as caught:
            make(make_cfg(task={"kind": "goal"}), 2, out=tmp_path / "p", sweep=[Sweep(path, values)])
        assert "--set" in caught.value.remedy
        assert not (tmp_path / "p").exists()

    def test_a_sweep_of_a_parameter_of_the_task_is_made(self, tmp_path):
        cfg = make_cfg(size=16, task={"kind": "goal"})
        pack = make(cfg, 2, out=tmp_path / "p", sweep=[Sweep("task.distance", (3.0, 5.0))], jobs=1)
        assert [variant.params["distance"] for variant in pack] == [3.0, 5.0]


class TestInThePack:
    def test_teams_roles_and_sizes_are_in_the_manifest(self, tmp_path):
        robots = [team("quadruped", role="chaser"), team(count=2, role="runner")]
        cfg = make_cfg("rough", size=16, task={"kind": "tag"}, robots=robots, difficulty=0.2)
        make(cfg, 2, out=tmp_path / "p", jobs=1)
        manifest = json.loads((tmp_path / "p" / "pack.json").read_text())
        for entry in manifest["variants"]:
            assert entry["agents"] == ["quadruped_0", "ant_0", "ant_1"]
            assert entry["roles"] == ["chaser", "runner", "runner"]
            assert entry["teams"] == ["chasers", "runners", "runners"]
            assert [set(size) for size in entry["sizes"]] == [{"leg", "stand", "radius", "height"}] * 3
        variant = Pack.open(tmp_path / "p")[1]
        assert variant.teams == Teams(
            ("quadruped_0", "ant_0", "ant_1"),
            ("chasers", "runners", "runners"),
            ("chaser", "runner", "runner"),
        )
        assert variant.sizes["ant_0"].radius > variant.sizes["quadruped_0"].radius

    def test_one_robot_has_no_team(self, tmp_path):
        pack = make(make_cfg(), 1, out=tmp_path / "p", jobs=1)
        assert not {"teams", "roles"} & set(pack[0].entry)
        assert pack[0].teams == Teams(("ant_0",), ("ant_0",), (None,))

    def test_sizes_of_a_pack_without_them_are_measured(self, tmp_path):
        pack = make(make_cfg("rough", size=16, robots=[team(count=2)]), 1, out=tmp_path / "p", jobs=1)
        told = pack[0].sizes
        del pack.manifest["variants"][0]["sizes"]
        measured = pack[0].sizes
        for agent, size in told.items():
            for key in ("leg", "stand", "radius", "height"):
                assert getattr(measured[agent], key) == pytest.approx(getattr(size, key), rel=0.03, abs=0.005)


def test_groups_are_others_opponents_teammates_and_roles():
    teams = Teams.of("abcd", ["red", "red", "blue", "blue"], ["chaser", "runner", "chaser", None])
    assert teams.group(0, "others") == [1, 2, 3]
    assert teams.group(0, "opponents") == [2, 3]
    assert teams.group(0, "teammates") == [1]
    assert teams.group(0, "chasers") == [2]
    assert teams.group(0, "runners") == [1]
    assert teams.group(1, "runners") == []
    assert (teams.sides, [teams.side(i) for i in range(4)]) == (["red", "blue"], [0, 0, 1, 1])


def test_the_ring_is_drawn_as_large_as_it_is():
    cfg = make_cfg("flat", size=16, task={"kind": "sumo", "ring": 4}, robots=[team(count=2)])
    _, world = build_world(cfg)
    np.testing.assert_allclose(world.model.site("goal/0").size[0], 4)
    cfg = make_cfg("flat", size=16, task={"kind": "soccer", "width": 3}, robots=[team(count=2)])
    _, world = build_world(cfg)
    np.testing.assert_allclose(world.model.site("goal/1").size[1], 1.5)
