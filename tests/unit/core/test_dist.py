from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.strategies import dists

from envgen.core import dist


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(dists(), st.integers(0, 2**32))
def test_samples_stay_within_the_bounds(plain, seed):
    parsed = dist.parse(plain)
    low, high = dist.bounds(parsed)
    generator = rng(seed)
    for _ in range(20):
        value = dist.sample(parsed, generator)
        assert isinstance(value, float)
        assert low <= value <= high


@given(dists(-20, 20, integer=True), st.integers(0, 2**32))
def test_integer_samples_are_integers_within_the_bounds(plain, seed):
    parsed = dist.check_integer(dist.parse(plain))
    low, high = dist.bounds(parsed)
    generator = rng(seed)
    for _ in range(20):
        value = dist.sample(parsed, generator, integer=True)
        assert type(value) is int
        assert low <= value <= high


@given(dists())
def test_plain_form_survives_parsing_and_json(plain):
    parsed = dist.parse(plain)
    again = dist.to_plain(parsed)
    assert again == plain
    assert dist.parse(json.loads(json.dumps(again))) == parsed


@given(st.integers(-50, 50), st.integers(0, 30), st.integers(0, 2**32))
def test_an_integer_range_includes_both_ends_and_nothing_else(low, width, seed):
    seen = {dist.sample((low, low + width), rng(seed + i), integer=True) for i in range(60)}
    assert seen <= set(range(low, low + width + 1))
    if width <= 2:
        assert len(seen) == width + 1


def test_a_range_is_uniform():
    draws = np.array([dist.sample((2.0, 6.0), g) for g in [rng(1)] for _ in range(4000)])
    counts, _ = np.histogram(draws, bins=8, range=(2, 6))
    assert counts.min() > 400
    assert counts.max() < 600


def test_a_loguniform_has_the_geometric_mean_as_its_median():
    generator = rng(2)
    draws = [dist.sample({"loguniform": (0.01, 100.0)}, generator) for _ in range(4000)]
    assert 0.75 < np.median(draws) < 1.33


def test_a_normal_has_its_mean_and_spread_and_is_cut():
    generator = rng(3)
    free = [dist.sample({"normal": (5.0, 2.0)}, generator) for _ in range(4000)]
    assert np.mean(free) == pytest.approx(5, abs=0.15)
    assert np.std(free) == pytest.approx(2, abs=0.1)
    cut = [dist.sample({"normal": (5.0, 2.0), "clip": (4.0, 5.5)}, generator) for _ in range(200)]
    assert min(cut) == 4.0
    assert max(cut) == 5.5


def test_weights_count():
    generator = rng(4)
    drawn = [dist.sample({"choice": (1, 2, 3), "weights": (0, 3, 1)}, generator) for _ in range(2000)]
    assert 1.0 not in drawn
    assert 0.7 < drawn.count(2.0) / 2000 < 0.8


def test_a_constant_draws_nothing():
    generator = rng(5)
    assert dist.sample(3, generator) == 3.0
    assert generator.random() == rng(5).random()


REFUSED = [
    ([2, 1], "upside down: write [1, 2]"),
    ([1], "must be a range [lo, hi], got"),
    ([1, 2, 3], "must be a range [lo, hi], got"),
    ([], "must be a range [lo, hi], got"),
    (["1", 2], "must be a number, got '1'"),
    (math.nan, "must be finite, got nan"),
    (math.inf, "must be finite, got inf"),
    ([0, math.inf], "must be finite, got inf"),
    ([math.nan, 1], "must be finite, got nan"),
    (True, "got True"),
    ([False, 1], "must be a number, got False"),
    ("5", "got '5'"),
    (None, "got None"),
    ({}, "must be a number, [lo, hi]"),
    ({"uniform": [0, 1]}, "must be a number, [lo, hi]"),
    ({"choice": [1], "clip": [0, 1]}, "must be a number, [lo, hi]"),
    ({"choice": []}, "must be a list of numbers"),
    ({"choice": 3}, "must be a list of numbers"),
    ({"choice": [1, 2], "weights": [1]}, "list of 2 weights"),
    ({"choice": [1, 2], "weights": [0, 0]}, "must be >= 0 and not all 0"),
    ({"choice": [1, 2], "weights": [2, -1]}, "must be >= 0 and not all 0"),
    ({"normal": [0, -1]}, "standard deviation of -1 is negative"),
    ({"normal": [0]}, "must be [mean, std]"),
    ({"normal": [0, 1], "clip": [2, 1]}, "upside down"),
    ({"loguniform": [0, 1]}, "needs a lower bound above 0"),
    ({"loguniform": [3, 1]}, "upside down"),
    ({"normal": [0, 1], "choice": [1]}, "must be a number, [lo, hi]"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=lambda v: str(v)[:40])
def test_refused_with_a_reason(value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        dist.parse(value)


@pytest.mark.parametrize(
    "value", [10**400, [0, 10**400], {"choice": [-(10**400)]}], ids=["plain", "range", "choice"]
)
def test_a_number_beyond_float_is_refused_like_infinity(value):
    with pytest.raises(ValueError, match="finite"):
        dist.parse(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["choice", "weights", "normal", "clip", "loguniform", "x"]), inner, max_size=2
            )
        ),
        max_leaves=6,
    )
)
def test_anything_is_parsed_or_refused_as_a_value_error(value):
    try:
        parsed = dist.parse(value)
    except ValueError as error:
        assert str(error)  # noqa: PT017  (either way is fine; another exception is not)
    else:
        low, high = dist.bounds(parsed)
        assert low <= high
        assert low <= dist.sample(parsed, rng()) <= high


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((0.5, 3), "[0.5, 3] is out of range: allowed is 1 to 10 m"),
        (11, "11 is out of range"),
        ({"choice": (2, 40)}, "out of range"),
        ({"normal": (5, 1), "clip": (0, 10)}, "out of range"),
    ],
)
def test_out_of_range(value, message):
    with pytest.raises(ValueError, match="out of range") as caught:
        dist.check_range(value, 1, 10, "m")
    assert message in str(caught.value)


@given(st.floats(-20, 20), st.floats(0.1, 100), st.integers(0, 2**32))
def test_a_free_normal_keeps_its_data_and_stays_in_the_range_of_its_parameter(mean, std, seed):
    data = {"normal": [mean, std]}
    bounded = dist.check_range(dist.parse(data), -5, 10)
    assert dist.to_plain(bounded) == data
    assert dist.parse(bounded) == dist.parse(data)
    assert dist.bounds(bounded) == (-5, 10)
    generator = rng(seed)
    assert all(-5 <= dist.sample(bounded, generator) <= 10 for _ in range(10))


def test_a_free_normal_does_not_pile_up_at_the_bounds_and_a_clipped_one_does():
    generator = rng()
    free = dist.check_range(dist.parse({"normal": [0.2, 1]}), 0, 10)
    draws = [dist.sample(free, generator) for _ in range(1000)]
    assert min(draws) > 0
    assert len(set(draws)) == 1000
    cut = dist.check_range(dist.parse({"normal": [0.2, 1], "clip": [0, 10]}), 0, 10)
    assert [dist.sample(cut, generator) for _ in range(1000)].count(0.0) > 300


def test_a_free_normal_far_outside_ends_at_the_bound():
    far = dist.check_range(dist.parse({"normal": [-1e6, 1]}), 0, 10)
    assert dist.sample(far, rng()) == 0
    with pytest.raises(ValueError, match="out of range"):
        dist.check_range(dist.parse({"normal": [-1, 0]}), 0, 10)
    with pytest.raises(ValueError, match="must be a number"):
        dist.parse({"normal": [0, 1], "(within)": [0, 1]})


@pytest.mark.parametrize("value", [2.5, {"choice": (1, 1.5)}, (0.2, 0.8)])
def test_a_fraction_is_no_whole_number(value):
    with pytest.raises(ValueError, match="whole number"):
        dist.check_integer(dist.parse(value))


def test_the_schema_of_a_number_names_every_form():
    schema = dist.json_schema(0, 5)
    forms = schema["anyOf"]
    assert forms[0] == {"type": "number", "minimum": 0, "maximum": 5}
    assert {next(iter(f["properties"])) for f in forms if "properties" in f} == {
        "choice",
        "normal",
        "loguniform",
    }


def test_as_a_pydantic_field():
    field = TypeAdapter(dist.number(0, 5, "m", integer=True))
    assert field.validate_python([1, 3]) == (1, 3)
    for wrong in (6, [0.2, 0.4], 1.5, True, "3"):
        with pytest.raises(ValidationError):
            field.validate_python(wrong)
