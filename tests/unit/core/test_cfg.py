from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from support.strategies import dists
from support.worlds import make_cfg, needed

from envgen.core import cfgio
from envgen.core.cfg import MAX_CELLS, EnvCfg
from envgen.core.errors import InputError
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.params import FileParam, specs

# --- any EnvCfg there can be -------------------------------------------------------------------


@st.composite
def params(draw: st.DrawFn, known: dict) -> dict:
    known = {k: spec for k, spec in known.items() if not isinstance(spec, FileParam)}
    chosen = draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=3)) if known else []
    return {k: draw(dists(known[k].low, known[k].high, integer=known[k].integer)) for k in chosen}


@st.composite
def sub_terrains(draw: st.DrawFn) -> dict:
    kind = draw(st.sampled_from(TERRAINS.names()))
    given = draw(params(specs(TERRAINS.get(kind))))
    return {"kind": kind, "weight": draw(st.floats(0.1, 5)), **needed(kind), **given}


@st.composite
def obstacles(draw: st.DrawFn) -> dict:
    kind = draw(st.sampled_from(OBSTACLES.names()))
    many = draw(
        st.fixed_dictionaries({"density": dists(0, 5)})
        | st.fixed_dictionaries({"count": dists(0, 50, integer=True)})
    )
    return {"kind": kind, **many, **draw(params(specs(OBSTACLES.get(kind))))}


@st.composite
def robots(draw: st.DrawFn) -> dict:
    model = draw(st.sampled_from(ROBOTS.names()))
    return {
        "model": model,
        "count": draw(dists(1, 8, integer=True)),
        "team": draw(st.none() | st.text(min_size=1, max_size=8).filter(str.isprintable)),
        "role": draw(st.sampled_from([None, "chaser", "runner"])),
        "params": draw(params(ROBOTS.get(model).params)),
    }


@st.composite
def tasks(draw: st.DrawFn) -> dict:
    kind = draw(st.sampled_from(TASKS.names()))
    weights = draw(st.dictionaries(st.sampled_from(TASKS.get(kind).reward_names()), st.floats(-5, 5)))
    return {"kind": kind, "weights": weights, **draw(params(specs(TASKS.get(kind))))}


cfgs = st.fixed_dictionaries(
    {},
    optional={
        "schema": st.just(1),
        "name": st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True),
        "prompt": st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20),
        "terrain": st.fixed_dictionaries(
            {},
            optional={
                "layout": st.sampled_from(["single", "grid", "track", "blend"]),
                "size": st.lists(dists(2, 40), min_size=2, max_size=2),
                "cell": st.floats(0.05, 2),
                "sub_terrains": st.lists(sub_terrains(), min_size=1, max_size=3),
            },
        ),
        "obstacles": st.lists(obstacles(), max_size=3),
        "robots": st.lists(robots(), min_size=1, max_size=3),
        "task": tasks(),
        "physics": st.fixed_dictionaries(
            {},
            optional={
                "gravity": dists(0, 100),
                "friction": dists(0, 10),
                "wind": st.lists(dists(-60, 60), min_size=3, max_size=3),
                "fluid": st.sampled_from(["air", "water"]),
                "timestep": st.none() | dists(0.0001, 0.05),
                "integrator": st.sampled_from([None, "Euler", "RK4", "implicit", "implicitfast"]),
            },
        ),
        "control": st.fixed_dictionaries(
            {}, optional={"frame_skip": st.integers(1, 1000), "episode": st.floats(0.01, 1e5)}
        ),
        "randomize": st.fixed_dictionaries(
            {}, optional={"friction_scale": dists(0, 10), "push": dists(0, 20), "mass_scale": dists(0.05, 20)}
        ),
        "difficulty": dists(0, 1),
    },
)


@settings(max_examples=80)
@given(cfgs, st.sampled_from([".json", ".toml", ".yaml", ".yml"]))
def test_round_trip_through_every_format(data, suffix):
    cfg = cfgio.parse(data)
    text = cfgio.dumps(cfg, suffix)
    again = cfgio.parse(cfgio.loads(text, suffix, "x"))
    assert again == cfg
    assert cfgio.dumps(again, suffix) == text


@given(cfgs)
def test_a_dump_is_whole_plain_json_and_holds_what_was_given(data):
    cfg = cfgio.parse(data)
    dumped = cfgio.dump(cfg)
    assert json.loads(json.dumps(dumped, allow_nan=False)) == dumped
    assert list(dumped) == [
        "schema",
        "name",
        "prompt",
        "terrain",
        "obstacles",
        "robots",
        "task",
        "physics",
        "control",
        "randomize",
        "difficulty",
    ]
    assert_contains(dumped, data)


def assert_contains(whole, part):
    """Every value of `part` is in `whole`; int and float may stand for each other."""
    if isinstance(part, dict):
        assert part.keys() <= whole.keys()
        for key in part:
            assert_contains(whole[key], part[key])
    elif isinstance(part, list):
        assert len(part) == len(whole)
        for a, b in zip(whole, part):
            assert_contains(a, b)
    else:
        assert whole == part


@given(cfgs)
def test_parsing_leaves_its_input_as_it_is(data):
    before = json.dumps(data)
    cfgio.dump(cfgio.parse(data))
    assert json.dumps(data) == before


# --- frozen -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (lambda c: c, "name"),
        (lambda c: c.terrain, "cell"),
        (lambda c: c.terrain.sub_terrains[0], "weight"),
        (lambda c: c.terrain.sub_terrains[0], "amplitude"),
        (lambda c: c.robots[0], "count"),
        (lambda c: c.physics, "gravity"),
        (lambda c: c.task, "kind"),
    ],
)
def test_parts_of_a_cfg_are_frozen(part, field):
    cfg = make_cfg("rough", sub={"amplitude": 0.1})
    before = cfgio.dump(cfg)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part(cfg), field, 3)
    assert cfgio.dump(cfg) == before


def test_lists_inside_are_tuples():
    cfg = make_cfg("rough", sub={"amplitude": [0.1, 0.2]}, obstacles=[{"kind": "box", "count": [1, 2]}])
    assert isinstance(cfg.terrain.sub_terrains, tuple)
    assert isinstance(cfg.obstacles, tuple)
    assert cfg.obstacles[0].count == (1, 2)
    assert cfg.terrain.sub_terrains[0].params["amplitude"] == (0.1, 0.2)


# --- errors: path, given, allowed, nearest ------------------------------------------------------

ROUGH = {"sub_terrains": [{"kind": "rough"}]}

WRONG = [
    ({"difficulty": list(range(10**5))}, "must be a range [lo, hi], got", ""),
    ({"difficulty": {str(i): i for i in range(10**5)}}, "must be a number, [lo, hi]", ""),
    ({"terrain": {"sub_terrains": [{"kind": [1] * 10**5}]}}, "a kind must be a text", "Known: "),
    ({"terrain": {"sub_terrains": [{"kind": "rough", "amplitude": [1] * 10**5}]}}, "must be a range", ""),
    ({"physics": {"gravity": {"choice": [5] * 10**5 + [-1]}}}, "is out of range", ""),
    ({"name": "a" * 10**5}, "name: ", ""),
    ({"a" * 10**5: 1}, "aaaa … aaaa", ""),
    ({"terrain": {"sub_terrains": [{"kind": "a" * 10**5}]}}, "unknown terrain", ""),
    ({"terrain": {"layout": "a" * 10**5}}, "terrain.layout", ""),
    ({"terain": {}}, "terain: unknown key 'terain'", "Did you mean 'terrain'? Known: control, difficulty"),
    ({"terrain": {"sise": [8, 8]}}, "terrain.sise: unknown key 'sise'", "Did you mean 'size'?"),
    ({"physics": {"frictoin": 1}}, "physics.frictoin: unknown key", "Did you mean 'friction'?"),
    ({"robots": [{"modell": "ant"}]}, "robots[0].modell: unknown key", "Did you mean 'model'?"),
    ({"robots": [{"model": "ants"}]}, "robots[0].model: unknown robot 'ants'", "Did you mean 'ant'?"),
    (
        {"robots": [{"model": "ant", "params": {"leg": 4}}]},
        "robots[0].params.leg: robot 'ant' has no",
        "'legs'?",
    ),
    (
        {"robots": [{"params": {"legs": 9}}]},
        "robots[0].params.legs: 9 is out of range: allowed is 3 to 8",
        "",
    ),
    ({"robots": [{"params": {"legs": 4.5}}]}, "robots[0].params.legs: must be a whole number, got 4.5", ""),
    ({"robots": []}, "robots: is empty, at least 1 element is needed", ""),
    ({"robots": [{"count": 0}]}, "robots[0].count: 0 is out of range: allowed is 1 to 64", ""),
    ({"robots": [{"count": 40}, {"count": 40}]}, "80 robots in one world are over the bound of 64", ""),
    ({"robots": [{"role": "chasr"}]}, "robots[0].role: 'chasr' is not allowed", "Did you mean 'chaser'?"),
    (
        {"terrain": {"sub_terrains": [{"kind": "ruogh"}]}},
        "sub_terrains[0].kind: unknown terrain 'ruogh'",
        "'rough'?",
    ),
    (
        {"terrain": {"sub_terrains": [{"kind": 3}]}},
        "terrain.sub_terrains[0].kind: a kind must be a text, got 3",
        "",
    ),
    ({"terrain": {"sub_terrains": [{}]}}, "terrain.sub_terrains[0].kind: is missing", "must be given"),
    ({"terrain": {"sub_terrains": []}}, "terrain.sub_terrains: ", ""),
    (
        {"terrain": {"sub_terrains": [{"kind": "rough", "amplitud": 1}]}},
        "terrain.sub_terrains[0].amplitud: terrain 'rough' has no parameter 'amplitud'",
        "Did you mean 'amplitude'?",
    ),
    (
        {"terrain": {"sub_terrains": [{"kind": "rough", "amplitude": [0.3, 0.1]}]}},
        "sub_terrains[0].amplitude: the range [0.3, 0.1] is upside down: write [0.1, 0.3]",
        "",
    ),
    (
        {"terrain": {"sub_terrains": [{"kind": "rough", "amplitude": -1}]}},
        "-1 is out of range: allowed is 0 to 1 m",
        "half of peak to peak",
    ),
    (
        {"terrain": {"sub_terrains": [{"kind": "rough", "weight": 0}]}},
        "weights of all sub_terrains are 0",
        "",
    ),
    ({"terrain": {"sub_terrains": [{"kind": "rough", "weight": -1}]}}, "sub_terrains[0].weight: ", ""),
    ({"terrain": {"size": [-8, 8]}}, "terrain.size[0]: -8 is out of range: allowed is 2 to 500 m", ""),
    ({"terrain": {"size": [8]}}, "terrain.size[1]: is missing", "every element"),
    ({"terrain": {"size": 8}}, "terrain.size: must be a list, got 8", ""),
    ({"terrain": {"cell": 0}}, "terrain.cell: ", ""),
    ({"terrain": {"cell": "a"}}, "terrain.cell: must be a number, [lo, hi]", ""),
    (
        {"terrain": {"layout": "gird"}},
        "terrain.layout: 'gird' is not allowed",
        "Did you mean 'grid'? Allowed: single",
    ),
    (
        {"terrain": {"size": [400, 400], "cell": 0.1}},
        "a heightfield of 4000 x 4000 cells is over the bound",
        "larger cell",
    ),
    ({"physics": {"fluid": "none", "wind": [1, 0, 0]}}, "physics: wind needs a fluid", "set fluid to 'air'"),
    ({"physics": {"fluid": "none", "wind": [0, [0, 2], 0]}}, "wind needs a fluid", ""),
    ({"physics": {"wind": [1, 2]}}, "physics.wind", ""),
    ({"physics": {"gravity": math.nan}}, "physics.gravity: must be finite, got nan", ""),
    ({"physics": {"gravity": math.inf}}, "physics.gravity: must be finite, got inf", ""),
    ({"physics": {"gravity": True}}, "physics.gravity: must be a number, [lo, hi]", ""),
    ({"physics": {"gravity": 10**400}}, "physics.gravity: ", "must be finite as a float"),
    ({"physics": {"timestep": 0}}, "physics.timestep: 0 is out of range: allowed is 0.0001 to 0.05 s", ""),
    ({"physics": {"integrator": "rk4"}}, "physics.integrator: 'rk4' is not allowed", "Allowed: Euler, RK4"),
    ({"obstacles": [{"kind": "box"}]}, "obstacles[0]: neither density nor count is given", "give one"),
    (
        {"obstacles": [{"kind": "box", "count": 1, "density": 0.1}]},
        "obstacles[0]: density and count are both given",
        "",
    ),
    (
        {"obstacles": [{"kind": "box", "count": -1}]},
        "obstacles[0].count: -1 is out of range: allowed is 0 to 2000",
        "",
    ),
    (
        {"obstacles": [{"kind": "box", "count": 1.5}]},
        "obstacles[0].count: must be a whole number, got 1.5",
        "",
    ),
    ({"obstacles": {"kind": "box"}}, "obstacles: must be a list, got {'kind': 'box'}", ""),
    ({"task": {"kind": "wlak"}}, "task.kind: unknown task 'wlak'", "Did you mean 'walk'?"),
    ({"task": {"kind": "walk", "weights": {"velocty": 1}}}, "task: no reward term 'velocty'", "'velocity'?"),
    ({"task": {"kind": "walk", "weights": {"velocity": math.inf}}}, "task", "finite"),
    ({"control": {"frame_skip": 0}}, "control.frame_skip: 0 is out of range: allowed is 1 to 1000", ""),
    ({"control": {"frame_skip": True}}, "control.frame_skip: must be a number, [lo, hi]", ""),
    ({"control": {"frame_skip": 2.5}}, "control.frame_skip: must be a whole number, got 2.5", ""),
    ({"control": {"episode": math.inf}}, "control.episode: must be finite, got inf", ""),
    ({"difficulty": [0, 2]}, "difficulty: [0, 2] is out of range: allowed is 0 to 1", ""),
    ({"difficulty": None}, "difficulty: must be a number, [lo, hi]", ""),
    (
        {"name": "Rough Terrain"},
        "name: must be lower-case words joined by hyphens, such as rough-ants, got 'Rough Terrain'",
        "Write e.g. 'rough-terrain'.",
    ),
    ({"name": "a" * 81}, "name: has 81 characters, at most 80 are allowed", ""),
    ({"robots": [{"team": ""}]}, "robots[0].team: is empty, at least 1 character is needed", ""),
    ({"robots": [{"team": "x" * 41}]}, "robots[0].team: has 41 characters, at most 40 are allowed", ""),
    ({"robots": [{"team": 5}]}, "robots[0].team: must be a text, got 5", ""),
    ({"robots": [{"params": 5}]}, "robots[0].params: must be a table of keys, got 5", ""),
    ({"task": {"kind": "walk", "weights": 5}}, "task.weights: must be a table of keys, got 5", ""),
    ({"terrain": {"size": "[nan,10]"}}, "terrain.size: must be a list, got '[nan,10]'", "is it valid JSON?"),
    ({"terrain": {"size": [8, 8, 8]}}, "terrain.size: has 3 elements, at most 2 are allowed", ""),
    ({"schema": 2}, "schema: 2 is not allowed", "Allowed: 1"),
    ({"schema": "1"}, "schema: '1' is not allowed", "Write it without quotes."),
    ({"prompt": 5}, "prompt: must be a text, got 5", ""),
    ({"physics": 5}, "physics: must be a table of keys, got 5", ""),
    ({"randomize": {"push": [2, 1]}}, "randomize.push: the range [2, 1] is upside down", ""),
]


@pytest.mark.parametrize(("data", "cause", "more"), WRONG, ids=[str(w[0])[:60] for w in WRONG])
def test_errors_name_path_given_and_allowed(data, cause, more):
    with pytest.raises(InputError) as caught:
        cfgio.parse(data, "my.toml")
    error = caught.value
    assert error.cause.startswith("my.toml")
    assert cause in error.cause
    assert more in str(error)
    assert "\n" not in error.cause, "one line of cause"
    assert "\n" not in error.remedy, "one line of remedy"
    assert error.remedy
    assert len(str(error)) < 1500
    assert "more)" not in error.cause, "one error, counted once"
    for word in (
        "pydantic",
        "Input should",
        "should have",
        "should match",
        "tuple",
        "dictionary",
        "model_type",
    ):
        assert word not in str(error)


def test_further_errors_are_counted():
    with pytest.raises(InputError, match=r"\(and 2 more\)"):
        cfgio.parse({"a": 1, "b": 2, "c": 3})


@pytest.mark.parametrize("data", [None, [], 5, "rough", [{}]])
def test_no_table(data):
    with pytest.raises(InputError, match="must be a table of keys"):
        cfgio.parse(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(sorted({*EnvCfg.model_fields, "kind", "size", "model", "schema"})),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_any_data_is_parsed_or_refused_with_an_input_error(data):
    try:
        cfgio.parse(data)
    except InputError as error:
        assert error.cause  # noqa: PT017  (either way is fine; another exception is not)


def test_the_largest_heightfield_allowed_is_allowed():
    side = int(math.sqrt(MAX_CELLS)) * 0.1
    assert cfgio.parse({"terrain": {"size": [side, side], "cell": 0.1}})
    with pytest.raises(InputError, match="over the bound"):
        cfgio.parse({"terrain": {"size": [side + 0.2, side], "cell": 0.1}})


# --- files --------------------------------------------------------------------------------------
