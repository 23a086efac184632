"""The score of the offline interpreter is pinned, by file of cases; and the scoring finds what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import ROOT

from envgen.bench.expectations import at, judge, mean
from envgen.bench.prompts import load, prompts, score
from envgen.core.errors import InputError
from envgen.prompting.base import interpret

FOLDER = ROOT / "tests" / "prompts"
# file: least number of cases, and at most how many of them may be wrong
PINNED = {
    "given": (90, 0),
    "develop": (210, 0),
    "unseen": (125, 0),
    "fresh_develop": (80, 0),
    "fresh_unseen": (79, 0),
}


@pytest.mark.parametrize("name", PINNED)
def test_the_score_is_kept(name: str) -> None:
    cases = load(FOLDER / f"{name}.jsonl")
    wrong = [scored for scored in score(cases) if not scored.right]
    least, allowed = PINNED[name]
    assert len(cases) >= least
    assert len(wrong) <= allowed, [(s.case.prompt, [vars(c) for c in s.checks if not c.ok]) for s in wrong]


def test_every_prompt_is_named_once() -> None:
    cases = [case for path in FOLDER.glob("*.jsonl") for case in load(path)]
    assert len({case.id for case in cases}) == len(cases)
    assert len({case.prompt for case in cases}) >= len(cases) - 1


def answer(prompt: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(interpret(prompt).to_json()))
    return plain


ANTS = "20 variants of three ants chasing a rover over hills, then stairs, 4 boxes, 3 m/s wind, dragon"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"robots": {"ant": 3, "rover": 1}}, {"robots": {"ant": 3}}),
        ({"robots": {"ant": [2, 4], "rover": 1}}, {"robots": {"ant": [4, 5], "rover": 1}}),
        ({"robots_any": [{"ant": 9}, {"ant": 3, "rover": 1}]}, {"robots_any": [{"ant": 9}]}),
        ({"roles": {"chaser": 3, "runner": 1}}, {"roles": {"chaser": 1, "runner": 3}}),
        ({"terrain": ["hills"]}, {"terrain": ["waves"]}),
        ({"terrain_any": [["waves", "stairs"]]}, {"terrain_any": [["waves"], ["hills"]]}),
        ({"terrain_only": ["hills", "stairs"]}, {"terrain_only": ["hills"]}),
        ({"terrain_not": ["gap"]}, {"terrain_not": ["hills"]}),
        ({"terrain_order": [["hills"], ["stairs"]]}, {"terrain_order": [["stairs"], ["hills"]]}),
        ({"obstacles": ["box"]}, {"obstacles": ["log"]}),
        ({"obstacles_not": ["log"]}, {"obstacles_not": ["box"]}),
        ({"no_obstacles": False}, {"no_obstacles": True}),
        ({"layout": "track"}, {"layout": "single"}),
        ({"task": "tag"}, {"task": "race"}),
        ({"task_any": ["race", "tag"]}, {"task_any": ["race"]}),
        ({"wind": True}, {"wind": False}),
        ({"fluid": "air"}, {"fluid": "water"}),
        ({"teams": 0}, {"teams": 2}),
        ({"count": 20}, {"count": None}),
        ({"unmapped": ["dragon"]}, {"unmapped": ["hills"]}),
        ({"all_mapped": False}, {"all_mapped": True}),
        ({"range": {"obstacles[*].count": [4, 4]}}, {"range": {"obstacles[*].count": [5, 9]}}),
        ({"range": {"obstacles[0].density|count": [4, 4]}}, {"range": {"obstacles[1].count": [4, 4]}}),
        ({"range": {"physics.wind[0]": [-3, -3]}}, {"range": {"physics.winds[0]": [-3, -3]}}),
        ({"error": False}, {"error": True}),
    ],
)
def test_an_expectation_holds_or_does_not(right: dict[str, Any], wrong: dict[str, Any]) -> None:
    found = answer(ANTS)
    assert all(check.ok for check in judge(right, found))
    assert not all(check.ok for check in judge(wrong, found))


def test_a_refusal_is_right_only_where_it_is_expected() -> None:
    assert [check.ok for check in judge({"error": True}, None, "empty")] == [True]
    (check,) = judge({"terrain": ["flat"]}, None, "empty")
    assert (check.ok, check.found) == (False, "empty")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        ([2, 4], 3.0),
        ([[0, 2], 3], 2.0),
        ({"choice": [1, 3], "weights": [3, 1]}, 1.5),
        ({"choice": [1, 3]}, 2.0),
        ({"normal": [5, 1], "clip": [0, 4]}, 4.0),
        ({"loguniform": [1, 2.718281828459045]}, 1.718281828459045),
        ({"loguniform": [2, 2]}, 2.0),
        (True, None),
        ("air", None),
        ([], None),
        ([1, "air"], None),
    ],
)
def test_the_mean_of_a_distribution(value: Any, expected: float | None) -> None:
    assert mean(value) == (None if expected is None else pytest.approx(expected))


def test_a_path_finds_every_value_it_matches() -> None:
    data = {"a": [{"b": 1, "c": 2}, {"b": 3}]}
    assert at(data, "a[*].b") == [1, 3]
    assert at(data, "a[*].c|b") == [2, 1, 3]
    assert at(data, "a[1].b") == [3]
    assert at(data, "a[7].b") == at(data, "z") == at(data, "a.b") == []


def test_the_table_has_a_row_for_each_tag(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    lines = [
        {"id": "1", "prompt": "ant on hills", "tags": ["x"], "expect": {"terrain": ["hills"]}},
        {"id": "2", "prompt": "ant on waves", "tags": ["x", "y"], "expect": {"terrain": ["hills"]}},
        {"id": "3", "prompt": "", "tags": ["y"], "expect": {"error": True}},
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    result = prompts([file]).to_json()
    values = {row["name"]: row["value"] for row in result["rows"]}
    assert (values["x"], values["y"], values["all"]) == (50.0, 50.0, 66.67)
    (wrong,) = result["wrong"]
    assert wrong["id"] == "2"
    assert wrong["checks"] == [{"key": "terrain", "wanted": "hills", "found": ["waves"], "ok": False}]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("", "holds no cases"),
        ("nonsense", ":1: "),
        ("[]", ":1: "),
        ('{"id": "1", "prompt": "ants"}', "'expect' is missing"),
        ('{"id": "1", "prompt": 3, "expect": {"count": 1}}', "prompt must be a text"),
        ('{"id": "1", "prompt": "ants", "expect": {"robot": {}}}', "unknown expectation 'robot'"),
        (
            '{"id": "1", "prompt": "ants", "expect": {"range": {"a..b": [0, 1]}}}',
            "needs a path of names and indices, got 'a..b'",
        ),
        (
            '{"id": "1", "prompt": "ants", "expect": {"range": {"a": [2, 1]}}}',
            "must be [low, high], got [2, 1]",
        ),
        ('{"id": "1", "prompt": "ants", "expect": {"range": 3}}', ":1: "),
    ],
)
def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path, line: str, cause: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(line)
    with pytest.raises(InputError) as error:
        load(file)
    assert cause in error.value.cause
    assert error.value.remedy


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="can't be read"):
        load(Path("/nowhere/cases.jsonl"))
    with pytest.raises(InputError, match="no file of cases"):
        prompts([])
