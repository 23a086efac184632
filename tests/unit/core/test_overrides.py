from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import make_cfg

from envgen.core import cfgio
from envgen.core.errors import InputError
from envgen.core.overrides import Sweep, apply, combinations, parse_set, parse_sweep

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.floats(-1e6, 1e6)
    | st.text(alphabet='abcxyz_-,[]{}" \\', min_size=1, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet="abc", min_size=1, max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.sampled_from(["a", "physics.gravity", "robots[0].count"]), values)
def test_set_reads_back_any_json(path, value):
    assert parse_set(f"{path}={json.dumps(value)}") == (path, value)


@given(st.lists(values, min_size=1, max_size=5))
def test_sweep_reads_back_any_list_of_json(axis):
    text = ",".join(json.dumps(v) for v in axis)
    assert parse_sweep(f"p.q={text}") == Sweep("p.q", tuple(axis))


def test_a_comma_in_a_quoted_string_does_not_divide():
    assert parse_sweep('prompt="a, b",c').values == ("a, b", "c")
    assert parse_sweep('prompt=["a]", "b,"],5" tall,c').values == (["a]", "b,"], '5" tall', "c")


def test_bare_words_and_spaces():
    assert parse_set(" physics.fluid = water ") == ("physics.fluid", "water")
    assert parse_set("prompt=a=b") == ("prompt", "a=b")
    assert parse_sweep("physics.fluid=air, water").values == ("air", "water")
    assert parse_sweep("difficulty=[0,0.5],[0.5,1],0.7").values == ([0, 0.5], [0.5, 1], 0.7)


@pytest.mark.parametrize("text", ["physics.gravity", "=3", " =3", ""])
def test_set_without_a_path_or_value(text):
    with pytest.raises(InputError) as caught:
        parse_set(text)
    assert "must be path=value" in caught.value.cause
    assert "--set" in caught.value.remedy


@pytest.mark.parametrize("text", ["physics.gravity", "physics.gravity=", "=1,2", "a=,"])
def test_sweep_without_values(text):
    with pytest.raises(InputError, match="must be path=a,b,c"):
        parse_sweep(text)


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("physics.gravity", 1.62, lambda c: c.physics.gravity),
        (
            "terrain.sub_terrains[0].amplitude",
            (0.1, 0.2),
            lambda c: c.terrain.sub_terrains[0].params["amplitude"],
        ),
        ("robots[0].params.legs", 6, lambda c: c.robots[0].params["legs"]),
        ("robots[*].count", 2, lambda c: c.robots[1].count),
        ("task.weights.alive", 3.0, lambda c: c.task.weights["alive"]),
        ("control.frame_skip", 3, lambda c: c.control.frame_skip),
    ],
)
def test_set_changes_what_the_path_names_and_nothing_else(path, value, read):
    cfg = make_cfg("rough", robots=[{"model": "ant"}, {"model": "ant"}])
    before = cfgio.dump(cfg)
    changed = apply(cfg, {path: list(value) if isinstance(value, tuple) else value})
    assert read(changed) == value
    assert cfgio.dump(cfg) == before
    different = {k for k, v in cfgio.dump(changed).items() if v != before[k]}
    assert different == {path.split(".")[0].split("[")[0]}


@pytest.mark.parametrize(
    ("path", "value", "cause", "remedy"),
    [
        ("phisics.gravity", 1, "phisics: unknown key 'phisics'", "Did you mean 'physics'?"),
        ("physics.gravitty", 1, "physics.gravitty: unknown key", "Did you mean 'gravity'?"),
        ("physics.gravity", -1, "physics.gravity: -1 is out of range", ""),
        ("physics.gravity.x", 1, "must lead through tables, got 9.81", "schema"),
        ("robots[3].count", 1, "there is no element 3", "The list has 1"),
        ("physics[0]", 1, "an index needs a list", "schema"),
        ("terrain.sub_terrains[0].amplitud", 1, "no parameter 'amplitud'", "Did you mean 'amplitude'?"),
        ("robots[-1].count", 1, "must be names and indices", "robots[0].count"),
        ("a b", 1, "must be names and indices", ""),
        ("", 1, "must be names and indices", ""),
        ("task.weights.alife", 1, "no reward term 'alife'", "Did you mean 'alive'?"),
    ],
)
def test_a_wrong_path_or_value_is_told(path, value, cause, remedy):
    with pytest.raises(InputError) as caught:
        apply(make_cfg("rough"), {path: value})
    assert cause in str(caught.value)
    assert remedy in str(caught.value)


def test_combinations_vary_the_last_axis_fastest():
    axes = [Sweep("a", (1, 2)), Sweep("b", ("x", "y", "z"))]
    assert [tuple(c.values()) for c in combinations(axes)] == [
        (1, "x"), (1, "y"), (1, "z"), (2, "x"), (2, "y"), (2, "z"),
    ]  # fmt: skip
    assert combinations([]) == [{}]


def test_too_many_combinations_are_refused_before_they_are_made():
    axes = [Sweep(str(i), tuple(range(1000))) for i in range(8)]
    with pytest.raises(InputError, match="1,000,000,000,000,000,000,000,000 combinations are over the bound"):
        combinations(axes)


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused(text):
    for parse in (parse_set, parse_sweep):
        try:
            parse(text)
        except InputError as error:
            assert error.cause  # noqa: PT017  (either way is fine; another exception is not)


@given(st.text(alphabet="ab.[]*0_", max_size=12), values)
def test_any_path_is_applied_or_refused(path, value):
    cfg = make_cfg("flat")
    try:
        apply(cfg, {path: value})
    except InputError as error:
        assert error.cause  # noqa: PT017
