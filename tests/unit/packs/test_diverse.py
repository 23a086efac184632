"""Selection by diversity: farthest points, and packs of the variants that differ most."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from support.packs import tree
from support.worlds import make_cfg

import envgen
from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.packs.selection.diverse import differing, farthest_points
from envgen.testing.check_pack import check_pack
from envgen.worlds.placement.descriptors import DESCRIPTORS, describe
from envgen.worlds.variant import build

CFG = make_cfg("rough", "point", obstacles=[{"kind": "box", "count": [0, 8]}], difficulty=[0, 1])


def least_distance(points: np.ndarray) -> float:
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(points, 2))


def test_the_first_point_is_in_the_middle_and_the_next_ones_at_the_ends():
    line = np.array([[0.0], [1.0], [4.9], [5.1], [10.0]])
    assert farthest_points(line, 3) == [2, 4, 0]
    assert farthest_points(line, 9) == [2, 4, 0, 1, 3]
    assert farthest_points(line * [[1e6]], 3) == [2, 4, 0]
    assert farthest_points(np.hstack([line, np.full((5, 1), 7.0)]), 3) == [2, 4, 0]  # a constant says nothing
    assert farthest_points(np.zeros((3, 2)), 2) == [0, 1]
    assert farthest_points(np.empty((0, 4)), 2) == []


def test_it_keeps_points_at_least_half_as_far_apart_as_the_best_choice():
    rng = np.random.default_rng(0)
    for _ in range(20):
        points = rng.normal(size=(9, 2))
        points = (points - points.mean(axis=0)) / points.std(axis=0)
        own = least_distance(points[farthest_points(points, 4)])
        best = max(least_distance(points[list(some)]) for some in combinations(range(9), 4))
        assert own >= best / 2


def _only(**terrain):
    return {"size": [10, 10], "sub_terrains": [terrain]}


def test_descriptors_say_what_the_ground_is_like():
    flat = build(make_cfg("flat", "point"), 0, 0)
    size = flat.draw.agents[0].robot.size
    assert describe(flat.arena, size) == dict.fromkeys(DESCRIPTORS, 0.0)
    ramp = build(make_cfg(_only(kind="slope", slope=0.3, platform=0.3), "point"), 0, 0)
    assert describe(ramp.arena, size)["slope"] == pytest.approx(0.3, abs=0.03)
    stairs = build(make_cfg(_only(kind="stairs", step_height=0.12), "point"), 0, 0)
    assert describe(stairs.arena, size)["step"] == pytest.approx(0.12, abs=1e-3)
    boxes = build(
        make_cfg("flat", "point", obstacles=[{"kind": "cylinder", "count": 5, "radius": 0.5}]), 0, 0
    )
    area = boxes.arena.size[0] * boxes.arena.size[1]
    assert describe(boxes.arena, size)["clutter"] == pytest.approx(5 * np.pi * 0.25 / area, rel=0.1)


@pytest.fixture(scope="module")
def selected(tmp_path_factory):
    return make(
        CFG, 4, seed=1, out=tmp_path_factory.mktemp("diverse") / "pack", select=envgen.Diverse(), jobs=1
    )


def test_a_pack_spreads_wider_than_the_first_variants(selected):
    whole = make(CFG, 16, seed=1, out=selected.path.parent / "whole", jobs=1)
    assert selected.manifest["candidates"] == 16
    size = build(CFG, 1, 0).draw.agents[0].robot.size
    values = np.array([list(describe(build(CFG, 1, i).arena, size).values()) for i in range(16)])
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    indices = [variant.index for variant in selected]
    assert least_distance(values[indices]) > least_distance(values[:4])
    for variant in selected:
        assert variant.files == whole.by_index(variant.index).files
        assert variant.entry["ground"].keys() == set(DESCRIPTORS)
    assert selected.to_table()["ground.slope"].to_pylist() == [v.entry["ground"]["slope"] for v in selected]
    assert len(selected.filter("ground_slope >= 0")) == 4
    check_pack(selected.path)


def test_the_same_seed_keeps_the_same_bytes_on_any_number_of_processes(selected, tmp_path):
    again = make(CFG, 4, seed=1, out=tmp_path / "again", select=envgen.Diverse(), jobs=2)
    assert tree(again.path) == tree(selected.path)


def test_an_interrupted_selection_goes_on_from_its_candidates(selected, tmp_path):
    told = []

    def stop(status):
        told.append(status.tried)
        if len(told) == 6:
            raise KeyboardInterrupt

    out = tmp_path / "pack"
    rule = {"out": out, "select": envgen.Diverse(), "jobs": 1}
    with pytest.raises(KeyboardInterrupt):
        make(CFG, 4, seed=1, **rule, progress=stop)
    assert told[-1] == 6
    told.clear()
    make(
        CFG,
        4,
        seed=1,
        out=out,
        select=envgen.Diverse(),
        jobs=1,
        resume=True,
        progress=lambda s: told.append(s.tried),
    )
    assert told[0] == 7
    assert tree(out) == tree(selected.path)
    # and once more, with nothing left to do
    make(CFG, 4, seed=1, **rule, resume=True)
    assert tree(out) == tree(selected.path)


def test_descriptors_that_differ_are_told_from_those_that_are_constant():
    def entries(**columns):
        values = dict.fromkeys(DESCRIPTORS, (0.1 + 0.2, 0.3, 0.3)) | columns
        return [{"ground": {name: own[i] for name, own in values.items()}} for i in range(3)]

    assert differing(entries()) == []
    assert differing(entries()[:1]) == []
    for name in DESCRIPTORS:
        assert differing(entries(**{name: (0.3, 0.3, 0.31)})) == [name]


def test_what_does_not_go_together_is_refused(tmp_path):
    out = tmp_path / "pack"
    with pytest.raises(InputError, match="only and select exclude each other"):
        make(CFG, 4, out=out, only=[1], select=envgen.Diverse())
    with pytest.raises(InputError, match=r"keeps at most 20,000 variants, got a count of 20,001"):
        make(CFG, 20_001, out=out, select=envgen.Diverse())
    assert not out.exists()
