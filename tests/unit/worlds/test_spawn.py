"""Spawn layouts: a task names a registered one, or brings its own in its own file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from support.worlds import build_world, make_cfg

from envgen.core.errors import EnvgenError, InputError
from envgen.core.families import SPAWN_LAYOUTS, TASKS
from envgen.core.params import param
from envgen.packs.make import make
from envgen.tasks import base
from envgen.tasks.base import Goals, Spawn, Task, TaskTerms, Term
from envgen.tasks.common import EFFORT, ENDINGS, GOAL_OBSERVATION, PROPRIOCEPTION
from envgen.tasks.spawn import SpawnArea, Spawns, register


def two_rows(area: SpawnArea) -> Spawns:
    """Two rows that face each other across the middle, which is the goal."""
    allowed = area.start_cells()
    starts = []
    for i in range(len(area.agents)):
        row, place = (-1, 1)[i % 2], i // 2
        y = 2 * area.robot_radius * place
        order = area.cells_near(row * area.param("apart") / 2, y, allowed)
        starts.append(area.place(i, order, facing=(0.0, y)))
    return Spawns(tuple(starts), (area.point(0.0, 0.0),), keep_clear=((0.0, 0.0, 1.5),))


class Terms(Task):
    """The terms of all tasks of this file."""

    @classmethod
    def terms(cls) -> TaskTerms:
        return TaskTerms((*PROPRIOCEPTION, *GOAL_OBSERVATION), (EFFORT,), ENDINGS, Term("done", 0))


@dataclass(frozen=True)
class Parade(Terms):
    """Face each other."""

    kind: ClassVar[str] = "parade"
    spawn: ClassVar[Spawn] = two_rows
    goals: ClassVar[Goals] = "shared"

    apart: float = param("m", 1.0, 20.0, "between the rows", default=5.0)


def registered(monkeypatch: pytest.MonkeyPatch, task: type[Task]) -> type[Task]:
    TASKS.names()  # loaded, so that the built-in tasks stay
    monkeypatch.setitem(TASKS._kinds, task.kind, task)
    return task


def named(monkeypatch: pytest.MonkeyPatch, **attributes: object) -> type[Task]:
    """Register a task of kind `named` with these class attributes."""
    task = type("Named", (Terms,), {"kind": "named", **attributes})
    return registered(monkeypatch, dataclass(frozen=True)(task))


def test_a_task_with_a_layout_of_its_own_makes_valid_worlds(monkeypatch, tmp_path):
    registered(monkeypatch, Parade)
    cfg = make_cfg(
        "rough",
        robots=[{"model": "ant", "count": 4}],
        task={"kind": "parade", "apart": 6},
        obstacles=[{"kind": "box", "count": 20}],
        size=14,
    )
    pack = make(cfg, 3, seed=2, out=tmp_path / "p", jobs=1)
    assert len(pack) == 3
    arena = build_world(cfg, 2, 0)[0].arena
    x, yaw = np.array([pose.pos[0] for pose in arena.starts]), np.array([pose.yaw for pose in arena.starts])
    assert (np.abs(np.abs(x) - 3) < 1).all()
    assert (np.sign(x) == [-1, 1, -1, 1]).all()
    assert (np.cos(yaw) * np.sign(x) < -0.7).all(), "they face the other row"
    assert arena.goals[0][:2] == (0.0, 0.0)
    clear = [np.hypot(*placed.pos[:2]) - placed.shape.radius for placed in arena.obstacles]
    assert min(clear) >= 1.5
    assert build_world(cfg, 2, 0)[0].rendered.text == build_world(cfg, 2, 0)[0].rendered.text


def test_a_registered_layout_is_one_function_that_any_task_may_name(monkeypatch):
    SPAWN_LAYOUTS.names()
    monkeypatch.setattr(SPAWN_LAYOUTS, "_kinds", dict(SPAWN_LAYOUTS._kinds))

    @register
    def corner(area: SpawnArea) -> Spawns:
        order = area.cells_near(-area.size[0] / 2, -area.size[1] / 2, area.start_cells())
        return Spawns(tuple(area.place(i, order) for i in range(len(area.agents))))

    named(monkeypatch, spawn="corner")
    arena = build_world(make_cfg("flat", size=10, task={"kind": "named"}))[0].arena
    assert arena.starts[0].pos[0] < -3
    assert arena.starts[0].pos[1] < -3
    with pytest.raises(EnvgenError, match="two spawn layout kinds are called 'corner'"):
        register(corner)


def test_every_task_names_a_layout_that_exists():
    built_in = {"course", "free", "goal", "lanes", "top", "centre", "ring", "chase", "push", "pitch"}
    assert set(SPAWN_LAYOUTS.names()) >= built_in
    for _, task in TASKS:
        assert callable(task.spawn_layout())


def test_an_unknown_layout_is_an_error_that_names_the_nearest(monkeypatch, tmp_path):
    named(monkeypatch, spawn="rign")
    cfg = make_cfg(task={"kind": "named"})
    with pytest.raises(InputError, match="task 'named' has an unknown spawn layout 'rign'") as error:
        make(cfg, 1, out=tmp_path / "p", jobs=1)
    assert error.value.remedy.startswith("Did you mean 'ring'? Known: centre, chase, course, free")
    assert not (tmp_path / "p").exists()


def test_a_layout_of_third_parties_under_its_former_name_still_works(monkeypatch):
    with pytest.warns(DeprecationWarning, match="write `spawn: ClassVar.Spawn. = 'centre'`") as caught:
        task = named(monkeypatch, layout="centre")
    assert caught[0].filename == __file__
    assert task.spawn == "centre"
    assert task.layout == "centre"
    start = build_world(make_cfg("flat", size=10, task={"kind": "named"}))[0].arena.starts[0]
    assert np.hypot(*start.pos[:2]) < 2.5


def test_an_unknown_layout_under_the_former_name_is_not_free(monkeypatch):
    with pytest.warns(DeprecationWarning, match="in place of `layout` in Named"):
        named(monkeypatch, layout="anywhere")
    with pytest.raises(InputError, match="unknown spawn layout 'anywhere'"):
        build_world(make_cfg(task={"kind": "named"}))


def test_the_former_name_can_still_be_read():
    with pytest.warns(DeprecationWarning, match="read `Task.spawn`"):
        assert TASKS.get("sumo").layout == "ring"


def test_the_former_type_of_layouts_can_still_be_imported():
    with pytest.warns(DeprecationWarning, match="import `Spawn` instead of `Layout`"):
        assert base.Layout == Spawn
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = base.Nothing


def spawning(monkeypatch: pytest.MonkeyPatch, layout, **more: object):
    """Build a world of two ants whose task has that layout."""
    named(monkeypatch, spawn=staticmethod(layout), **more)
    return build_world(make_cfg(robots=[{"model": "ant", "count": 2}], task={"kind": "named"}))


def test_a_layout_that_returns_too_little_is_named(monkeypatch):
    def one_start(area: SpawnArea) -> Spawns:
        return Spawns(tuple(area.place_apart()[:1]))

    def one_goal(area: SpawnArea) -> Spawns:
        return Spawns(tuple(area.place_apart()), (area.point(0, 0),))

    with pytest.raises(EnvgenError, match="must return a start for each of 2 agents, got 1"):
        spawning(monkeypatch, one_start)
    with pytest.raises(EnvgenError, match="must return 2 goals or none, got 1"):
        spawning(monkeypatch, one_goal)
    assert spawning(monkeypatch, one_goal, goals="shared")


def test_a_layout_that_asks_for_what_its_task_lacks_is_told(monkeypatch):
    with pytest.raises(EnvgenError, match="task 'named' must have a parameter 'ring'"):
        spawning(monkeypatch, SPAWN_LAYOUTS.get("ring"))
    with pytest.raises(EnvgenError, match="task 'named' must have an object"):
        spawning(monkeypatch, SPAWN_LAYOUTS.get("push"))
