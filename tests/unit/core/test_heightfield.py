from __future__ import annotations

import mujoco
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.worlds import compile_mjcf

from envgen.core.heightfield import QUANTUM, Heightfield, quantise
from envgen.worlds.ground_map import GroundMap

heights = hnp.arrays(
    np.float32,
    st.tuples(st.integers(2, 9), st.integers(2, 9)),
    elements=st.floats(-4, 4, width=32),
)
sizes = st.tuples(st.floats(0.5, 30), st.floats(0.5, 30))


def nodes(field: Heightfield) -> tuple[np.ndarray, np.ndarray]:
    nrow, ncol = field.heights.shape
    x = field.origin[0] + field.cell[0] * np.arange(ncol)
    y = field.origin[1] + field.cell[1] * np.arange(nrow)
    return np.broadcast_to(x, (nrow, ncol)), np.broadcast_to(y[:, None], (nrow, ncol))


@given(heights, sizes)
def test_exact_at_the_samples(values, size):
    field = Heightfield.centred(values, size)
    x, y = nodes(field)
    scale = 1e-5 * (1 + np.ptp(values))
    np.testing.assert_allclose(field.at(x, y), values, atol=scale)
    np.testing.assert_allclose(field.upper_bound(x, y), values, atol=scale)


@given(heights, sizes, st.integers(0, 1000))
def test_one_point_is_read_as_many_are(values, size, seed):
    field = Heightfield.centred(values, size)
    points = np.random.default_rng(seed).uniform(-0.7, 0.7, (9, 2)) * size  # some of them outside
    one_by_one = [field.at_point(x, y) for x, y in points.tolist()]
    np.testing.assert_array_equal(one_by_one, field.at(points[:, 0], points[:, 1]))


@given(heights, sizes, st.floats(0.0, 5.0), st.integers(1, 3), st.integers(1, 3))
def test_relief_of_every_so_many_samples(values, size, radius, rows, cols):
    ground = GroundMap(Heightfield.centred(values, size), sharp=False)
    np.testing.assert_array_equal(ground.relief(radius, (rows, cols)), ground.relief(radius)[::rows, ::cols])


@given(heights, sizes, st.integers(0, 1000))
def test_bilinear_between_the_samples(values, size, seed):
    field = Heightfield.centred(values, size)
    rng = np.random.default_rng(seed)
    row, col = rng.integers(values.shape[0] - 1), rng.integers(values.shape[1] - 1)
    fx, fy = rng.random(2)
    x = field.origin[0] + (col + fx) * field.cell[0]
    y = field.origin[1] + (row + fy) * field.cell[1]
    cell = values[row : row + 2, col : col + 2].astype(float)
    expected = (1 - fy) * ((1 - fx) * cell[0, 0] + fx * cell[0, 1]) + fy * (
        (1 - fx) * cell[1, 0] + fx * cell[1, 1]
    )
    assert float(field.at(x, y)) == pytest.approx(expected, abs=1e-4)


@given(heights, sizes)
def test_outside_is_the_nearest_edge(values, size):
    field = Heightfield.centred(values, size)
    corner = field.at(np.array([1e3, -1e3]), np.array([1e3, -1e3]))
    np.testing.assert_allclose(corner, [values[-1, -1], values[0, 0]], atol=1e-5 * (1 + np.ptp(values)))


@given(heights, sizes)
def test_columns_run_along_x_and_it_is_centred(values, size):
    field = Heightfield.centred(values, size)
    assert field.size == pytest.approx(size)
    assert field.origin == pytest.approx((-size[0] / 2, -size[1] / 2))
    middle = values[0, -1]
    np.testing.assert_allclose(field.at(size[0] / 2, -size[1] / 2), middle, atol=1e-5 * (1 + np.ptp(values)))


@given(heights, st.integers(0, 1000))
def test_above_is_never_below_the_surface_that_mujoco_collides_with(values, seed):
    """Rays onto a compiled hfield geom: the surface is never above `above`, nor below its mirror image."""
    size = (3.0, 2.0)
    span = max(float(np.ptp(values)), 1e-3)
    nrow, ncol = values.shape
    field = Heightfield.centred(values, size)
    model = compile_mjcf(
        f"""<mujoco><asset><hfield name="h" file="h.bin" size="{size[0] / 2} {size[1] / 2} {span} 1"/></asset>
        <worldbody><geom type="hfield" hfield="h" pos="0 0 {values.min()}"/></worldbody></mujoco>""",
        {"h.bin": field.to_bytes()},
    )
    assert (model.hfield_nrow[0], model.hfield_ncol[0]) == (nrow, ncol)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    upside_down = Heightfield.centred(-values, size)
    rng = np.random.default_rng(seed)
    geom = np.zeros(1, np.int32)
    top = float(values.max()) + 1
    for x, y in rng.uniform(-0.5, 0.5, (40, 2)) * np.array(size) * 0.999:
        away = mujoco.mj_ray(model, data, [x, y, top], [0, 0, -1], None, 1, -1, geom)
        surface = top - away
        bound = float(field.upper_bound(x, y))
        assert surface <= bound + 1e-4 * (1 + span)
        assert surface >= -float(upside_down.upper_bound(x, y)) - 1e-4 * (1 + span)


@given(heights)
def test_quantising_rounds_to_whole_millimetres_and_stays(values):
    once = quantise(values)
    assert once.dtype == np.float32
    assert np.abs(once - values).max() <= QUANTUM / 2 + 1e-6
    np.testing.assert_array_equal(quantise(once), once)
    steps = once.astype(float) / QUANTUM
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)


def test_the_binary_form_is_mujocos():
    field = Heightfield.centred(np.array([[1, 2, 3], [4, 5, 6.5]], np.float32), (2, 1))
    raw = field.to_bytes()
    assert np.frombuffer(raw[:8], "<i4").tolist() == [2, 3]
    assert np.frombuffer(raw[8:], "<f4").tolist() == [0, 1, 2, 3, 4, 5.5]
