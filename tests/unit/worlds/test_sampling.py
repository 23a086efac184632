"""From an EnvCfg to a variant: what decides what, and what must not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.worlds import build_world, make_cfg

from envgen.core.cfgio import parse
from envgen.core.errors import InputError
from envgen.core.params import Param, RobotSize
from envgen.core.rng import Streams
from envgen.worlds.sampling.draw import Attempt
from envgen.worlds.sampling.sample import sample
from envgen.worlds.variant import build


def heights(cfg, seed=0, index=0):
    return build(cfg, seed, index).arena.ground.surface


def values(cfg, seed=0, index=0):
    return sample(cfg, Streams(seed, index), Attempt()).values


def test_seeds_and_indices_give_different_worlds():
    cfg = make_cfg("rough", size=6)
    seen = {build(cfg, seed, index).rendered.files["terrain.bin"] for seed in (0, 1, 2) for index in (0, 1)}
    assert len(seen) == 6


@pytest.mark.parametrize(
    "more",
    [
        {"obstacles": [{"kind": "box", "count": 4}]},
        {"obstacles": [{"kind": "box", "density": [0.01, 0.1]}, {"kind": "ball", "count": 2}]},
        {"task": {"kind": "goal"}},
        {"physics": {"friction": [0.1, 1], "wind": [[-3, 3], 0, 0]}},
        {"randomize": {"push": [0, 1]}},
        {"prompt": "some words"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_added_leaves_the_terrain_byte_for_byte(more):
    for seed in (0, 1):
        plain = build(make_cfg("rough"), seed, 3)
        added = build(make_cfg("rough", **more), seed, 3)
        assert added.rendered.files["terrain.bin"] == plain.rendered.files["terrain.bin"]
        assert added.draw.difficulty == plain.draw.difficulty


def test_an_obstacle_entry_leaves_the_starts_and_the_entries_before_it_as_they_are():
    one = build(make_cfg("rough", obstacles=[{"kind": "box", "count": 5}]), 0, 1).arena
    two = build(
        make_cfg("rough", obstacles=[{"kind": "box", "count": 5}, {"kind": "log", "count": 3}]), 0, 1
    ).arena
    assert two.starts == one.starts
    assert two.obstacles[:5] == one.obstacles
    assert len(two.obstacles) == 8


def test_a_parameter_that_is_given_never_shifts_another():
    free = values(make_cfg("hills", sub={"amplitude": [0.1, 0.5], "wavelength": [3, 8]}), 0, 2)
    fixed = values(make_cfg("hills", sub={"amplitude": 0.3, "wavelength": [3, 8]}), 0, 2)
    assert fixed["terrain.wavelength"] == free["terrain.wavelength"]
    assert fixed["terrain.amplitude"] == 0.3


def with_kinds(*entries, layout="single"):
    return parse({"terrain": {"size": [8, 8], "sub_terrains": list(entries), "layout": layout}})


def test_sub_terrains_draw_independently():
    """Reordering the kinds or adding one with a weight of 0 changes no variant that draws the same kind."""
    rough = {"kind": "rough", "amplitude": [0.01, 0.05]}
    waves = {"kind": "waves", "amplitude": [0.05, 0.2]}
    alone = {i: build(with_kinds(rough), 0, i) for i in range(8)}
    both = {i: build(with_kinds(waves, rough), 0, i) for i in range(8)}
    same = [i for i in both if both[i].draw.values["terrain.kind"] == "rough"]
    assert 0 < len(same) < 8
    for i in same:
        assert both[i].rendered.files == alone[i].rendered.files
        assert both[i].draw.values["terrain.amplitude"] == alone[i].draw.values["terrain.amplitude"]


def test_weights_decide_how_often_a_kind_is_drawn():
    cfg = with_kinds(
        {"kind": "flat", "weight": 3}, {"kind": "rough", "weight": 1}, {"kind": "waves", "weight": 0}
    )
    kinds = [values(cfg, 0, i)["terrain.kind"] for i in range(400)]
    assert "waves" not in kinds
    assert 0.68 < kinds.count("flat") / 400 < 0.82


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_same_seed_and_index_give_the_same_bytes(seed, index):
    cfg = make_cfg("rough", size=4, obstacles=[{"kind": "log", "count": 2}], task={"kind": "stand"})
    a, b = build(cfg, seed, index), build(cfg, seed, index)
    assert a.rendered == b.rendered
    assert a.draw.values == b.draw.values


def test_every_range_is_resolved_and_reported():
    cfg = make_cfg(
        "rough",
        sub={"amplitude": {"choice": [0.01, 0.02]}},
        robots=[{"model": "ant", "count": [1, 2], "params": {"legs": [3, 8]}}],
        physics={"gravity": [1, 9], "friction": {"loguniform": [0.1, 1]}, "wind": [[0, 2], 0, 0]},
        obstacles=[{"kind": "box", "count": [1, 3], "size": [0.2, 0.4]}],
    )
    for i in range(10):
        drawn = values(cfg, 0, i)
        assert drawn["terrain.amplitude"] in (0.01, 0.02)
        assert drawn["robots[0].count"] in (1, 2)
        assert drawn["robots[0].params.legs"] in range(3, 9)
        assert isinstance(drawn["robots[0].params.legs"], int)
        assert 1 <= drawn["physics.gravity"] <= 9
        assert 0.1 <= drawn["physics.friction"] <= 1
        assert 0 <= drawn["physics.wind.x"] <= 2
        assert drawn["obstacles[0].count"] in (1, 2, 3)
        assert 0.2 <= drawn["obstacles[0].size"] <= 0.4
    assert len({str(values(cfg, 0, i)) for i in range(10)}) == 10


def test_density_counts_per_area():
    cfg = make_cfg("flat", size=20, obstacles=[{"kind": "box", "density": 0.05, "size": 0.3, "height": 0.2}])
    _, world = build_world(cfg)
    assert len(world.obstacle_geoms) == 20


def test_a_density_that_cannot_be_met_ends_with_what_fits_and_says_so():
    cfg = make_cfg("flat", size=6, obstacles=[{"kind": "box", "density": 5, "size": 0.6, "height": 0.2}])
    variant, world = build_world(cfg)
    assert 0 < len(world.obstacle_geoms) < 180
    assert variant.notes == (f"obstacles[0]: {len(world.obstacle_geoms)} of 180 box found room",)


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
def test_difficulty_sets_what_is_left_open_in_units_of_the_robot(difficulty):
    for model in ("ant", "humanoid"):
        cfg = make_cfg("rough", model, difficulty=difficulty)
        draw = sample(cfg, Streams(0, 0), Attempt())
        leg = draw.agents[0].robot.size.leg
        assert draw.values["terrain.amplitude"] == pytest.approx((0.02 + 0.18 * difficulty) * leg, rel=1e-3)
        assert draw.difficulty == difficulty


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.01, 3),
    st.floats(0.01, 3),
    st.sampled_from(["", "leg", "radius"]),
)
def test_difficulty_maps_are_monotonic_and_stay_in_range(a, b, easy, hard, scale):
    spec = Param("m", 0.05, 2.0, "", easy=easy, hard=hard, scale=scale)
    low, high = sorted((a, b))
    first, second = spec.at(low, RobotSize()), spec.at(high, RobotSize())
    assert 0.05 <= first <= 2.0
    assert (first <= second) if easy <= hard else (first >= second)


@pytest.mark.parametrize("layout", ["grid", "track", "blend"])
def test_a_layout_that_can_be_made_is_made_or_refused_as_input(layout):
    cfg = with_kinds({"kind": "rough"}, {"kind": "waves"}, layout=layout)
    try:
        _, world = build_world(cfg)
    except InputError as error:
        assert repr(layout) in error.cause  # noqa: PT017
    else:
        assert np.isfinite(world.ground.field.heights).all()


def test_agents_are_numbered_over_the_world_per_model():
    cfg = make_cfg(
        "flat", size=16, robots=[{"model": "ant"}, {"model": "hopper"}, {"model": "ant", "count": 2}]
    )
    _, world = build_world(cfg)
    assert world.agents == ["ant_0", "hopper_0", "ant_1", "ant_2"]


def test_robots_that_disagree_get_the_finest_step_and_strictest_integrator_and_the_report_says_so():
    cfg = make_cfg("flat", size=16, robots=[{"model": "ant"}, {"model": "humanoid"}])
    variant, world = build_world(cfg)
    assert world.model.opt.timestep == 0.005
    assert world.model.opt.integrator == 3  # implicitfast
    assert any("timestep" in note for note in variant.notes)
    assert any("integrator" in note for note in variant.notes)


def test_teams_share_a_colour_and_others_differ():
    robots = [
        {"model": "ant", "count": 2, "team": "red"},
        {"model": "ant", "count": 2, "team": "blue"},
        {"model": "ant"},
    ]
    _, world = build_world(make_cfg("flat", size=16, robots=robots))
    names = world.names("mat")
    colours = [tuple(world.model.mat_rgba[names.index(f"ant_{i}/shell")]) for i in range(5)]
    assert colours[0] == colours[1]
    assert colours[2] == colours[3]
    assert len(set(colours)) == 3
