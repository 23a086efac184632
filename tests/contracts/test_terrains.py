"""What every kind of ground promises, whoever wrote it."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, needed, start

from envgen.core.cfgio import parse
from envgen.core.errors import InputError
from envgen.core.families import TERRAINS
from envgen.core.heightfield import quantise
from envgen.core.params import FileParam, RobotSize, specs
from envgen.terrains.base import Ground, Patch
from envgen.terrains.tools.fbm import PERIOD, RATE, fbm, tile

KINDS = TERRAINS.names()
ANT = RobotSize(leg=0.53, radius=0.85, height=0.8, step=0.26, slope=0.8, gap=0.47)


def terrain(kind: str, difficulty: float = 0.5, **given):
    cls = TERRAINS.get(kind)
    files = needed(kind)
    values = {key: spec.at(difficulty, ANT) for key, spec in specs(cls).items() if key not in files}
    return cls(**{**values, **files, **given})


def numbers(kind: str):
    """The parameters that are numbers."""
    return [(k, spec) for k, spec in specs(TERRAINS.get(kind)).items() if not isinstance(spec, FileParam)]


def ground(kind: str, difficulty: float = 0.5, size=(12.0, 12.0), cell=0.1, seed=0) -> Ground:
    return terrain(kind, difficulty).ground(Patch.of(size, cell), np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
class TestEvery:
    @pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
    @pytest.mark.parametrize(
        ("size", "cell"), [((12.0, 12.0), 0.1), ((17.3, 9.7), 0.13), ((9.0, 21.0), 0.25), ((40.0, 40.0), 0.5)]
    )
    def test_finite_quantised_and_of_the_shape_of_its_patch(self, kind, difficulty, size, cell):
        patch = Patch.of(size, cell)
        made = ground(kind, difficulty, size, cell)
        assert made.surface.shape == patch.shape
        assert made.surface.dtype == np.float32
        assert np.isfinite(made.surface).all()
        np.testing.assert_array_equal(made.surface, quantise(made.surface))
        assert made.field is not None or made.plane is not None
        for solid in made.solids:
            for low, high in (solid.x, solid.y, solid.z):
                assert low < high
            centre = np.array([sum(solid.x), sum(solid.y)]) / 2
            half = np.array([np.ptp(solid.x), np.ptp(solid.y)]) / 2
            c, s = abs(np.cos(solid.yaw)), abs(np.sin(solid.yaw))
            reach = [c * half[0] + s * half[1], s * half[0] + c * half[1]]
            assert (abs(centre) + reach <= np.array(size) / 2 + 1e-3).all()

    @pytest.mark.parametrize("size", [(2.0, 2.0), (3.0, 2.5), (2.0, 30.0)])
    def test_a_patch_that_is_too_small_is_filled_or_refused_with_a_remedy(self, kind, size):
        for difficulty in (0.0, 1.0):
            try:
                made = ground(kind, difficulty, size)
            except InputError as error:
                assert kind in error.cause  # noqa: PT017
                assert "terrain.size" in error.remedy  # noqa: PT017
            else:
                assert np.isfinite(made.surface).all()

    def test_the_same_seed_gives_the_same_bytes(self, kind):
        a, b = ground(kind, seed=3), ground(kind, seed=3)
        assert a.surface.tobytes() == b.surface.tobytes()
        assert a.solids == b.solids

    def test_extreme_parameters_are_filled_or_refused_with_a_remedy(self, kind):
        for key, spec in numbers(kind):
            for value in (spec.low, spec.high):
                try:
                    made = terrain(kind, **{key: round(value) if spec.integer else value}).ground(
                        Patch.of((12.0, 12.0), 0.2), np.random.default_rng(0)
                    )
                except InputError as error:
                    assert error.remedy  # noqa: PT017
                else:
                    assert np.isfinite(made.surface).all(), key

    @pytest.mark.parametrize("difficulty", [0.0, 1.0])
    def test_the_ground_map_of_the_compiled_model_is_the_builders_surface(self, kind, difficulty):
        """The written file, compiled, holds the ground that was meant, to 1.5 mm at every sample."""
        cfg = make_cfg(kind, size=12, difficulty=difficulty)
        variant, world = build_world(cfg)
        surface = variant.arena.ground.surface
        assert world.size == (12, 12)
        assert world.ground.field.heights.shape == surface.shape
        off = np.abs(world.ground.field.heights - surface)
        assert off.max() <= 0.0015

    def test_rays_onto_the_compiled_ground_meet_the_ground_map(self, kind):
        """What MuJoCo collides with is what the map says: never above `above`, on it at the samples."""
        _, world = build_world(make_cfg(kind, size=12, difficulty=0.6, task={"kind": "stand"}))
        model, data = world.model, start(world.model)
        terrain_only = np.zeros(6, np.uint8)
        model.geom_group[:] = 1
        model.geom_group[world.terrain_geoms] = 0
        terrain_only[0] = 1
        rng = np.random.default_rng(0)
        hit = np.zeros(1, np.int32)
        for x, y in np.round(rng.uniform(-5.9, 5.9, (60, 2)), 3):
            top = 20 - mujoco.mj_ray(model, data, [x, y, 20], [0, 0, -1], terrain_only, 1, -1, hit)
            assert hit[0] in world.terrain_geoms
            assert top <= float(world.ground.upper_bound(x, y)) + 0.0015
        field = world.ground.field
        nrow, ncol = field.heights.shape
        for row, col in zip(rng.integers(1, nrow - 1, 40), rng.integers(1, ncol - 1, 40)):
            x, y = field.origin[0] + col * field.cell[0], field.origin[1] + row * field.cell[1]
            # the highest just around the sample: at an edge of a box, the sample belongs to the box
            tops = [
                20 - mujoco.mj_ray(model, data, [x + dx, y + dy, 20], [0, 0, -1], terrain_only, 1, -1, hit)
                for dx in (-1e-4, 1e-4)
                for dy in (-1e-4, 1e-4)
            ]
            assert max(tops) == pytest.approx(field.heights[row, col], abs=0.0015)

    def test_compiles_in_mujoco_without_a_robot(self, kind):
        """The terrain part of the written MJCF stands for itself."""
        from lxml import etree

        variant, _ = build_world(make_cfg(kind, size=12, task={"kind": "stand"}))
        root = etree.fromstring(variant.rendered.text.encode())
        for tag in ("actuator", "sensor", "keyframe", "contact", "tendon", "equality"):
            for part in root.findall(tag):
                root.remove(part)
        body = root.find("worldbody")
        for part in body.findall("body"):
            body.remove(part)
        model = mujoco.MjModel.from_xml_string(
            etree.tostring(root, encoding="unicode"), variant.rendered.files
        )
        data = mujoco.MjData(model)
        mujoco.mj_step(model, data)
        assert model.nbody == 1
        assert model.ngeom >= 1

    def test_difficulty_zero_is_no_harder_than_one(self, kind):
        """Steps between neighbouring samples don't get smaller with difficulty."""

        def step(difficulty):
            made = ground(kind, difficulty, seed=1).surface
            return max(np.abs(np.diff(made, axis=0)).mean(), np.abs(np.diff(made, axis=1)).mean())

        assert step(0.0) <= step(1.0)

    def test_parameters_have_a_line_of_documentation_a_range_and_a_unit_of_si(self, kind):
        for key, spec in numbers(kind):
            assert spec.doc, key
            assert spec.low < spec.high
            assert spec.unit in ("", "m", "per m2", "rad", "deg"), key
            assert (spec.easy is None) == (spec.hard is None)
            assert spec.easy is not None or spec.default is not None, key


def heights_differ_by_seed(kind):
    return ground(kind, seed=0).surface.tobytes() != ground(kind, seed=1).surface.tobytes()


def test_random_grounds_differ_between_seeds():
    """flat, stairs and gap are what their parameters say; all others are random."""
    same = {kind for kind in KINDS if not heights_differ_by_seed(kind)}
    assert {"rough", "hills", "waves", "boulders", "stepping_stones"}.isdisjoint(same)


# --- the noise ----------------------------------------------------------------------------------


def test_the_noise_tile_repeats_without_a_seam():
    """Across the border neighbours differ no more than inside."""
    field = tile().astype(float)
    assert field.shape == (PERIOD * RATE, PERIOD * RATE)
    for axis in (0, 1):
        inside = np.abs(np.diff(field, axis=axis)).max()
        seam = np.abs(np.take(field, 0, axis) - np.take(field, -1, axis)).max()
        assert seam <= inside
    # the second difference too: a kink would show as a ridge
    wrapped = np.concatenate([field[-3:], field[:3]])
    assert np.abs(np.diff(wrapped, 2, axis=0)).max() <= np.abs(np.diff(field, 2, axis=0)).max()


def test_the_noise_has_no_seams_where_it_wraps_and_is_as_rough_everywhere():
    """An arena wider than the tile: no line stands out by its steps."""
    patch = Patch.of((60.0, 60.0), 0.1)
    heights = fbm(patch, np.random.default_rng(0), wavelength=1.0, octaves=1)
    for axis in (0, 1):
        steps = np.abs(np.diff(heights, axis=axis)).mean(axis=1 - axis)
        assert steps.max() < 2.5 * np.median(steps)
        kinks = np.abs(np.diff(heights, 2, axis=axis)).mean(axis=1 - axis)
        assert kinks.max() < 2.5 * np.median(kinks)


def test_the_noise_is_that_of_the_noise_package():
    """Read out of the tile between its samples, it is gradient noise to 1 % of the amplitude."""
    from noise import pnoise2

    patch = Patch.of((5.0, 4.0), 0.0713)

    class NoTurn:
        def uniform(self, low, high, size):
            return np.array([10.25, 20.75])

        def integers(self, high):
            return 0

    got = fbm(patch, NoTurn(), wavelength=1.3, octaves=1) * 0.7
    expected = [
        [pnoise2(x / 1.3 + 10.25, y / 1.3 + 20.75, 1, 0.5, 2.0, PERIOD, PERIOD, 0) for x in patch.x[0]]
        for y in patch.y[:, 0]
    ]
    assert np.abs(got - np.array(expected)).max() < 0.02


@pytest.mark.parametrize("wavelength", [2.0, 6.0])
def test_hills_have_the_amplitude_and_wavelength_that_they_are_given(wavelength):
    patch = Patch.of((40.0, 40.0), 0.2)
    hills = terrain("hills", amplitude=0.5, wavelength=wavelength, octaves=1)
    tops = [np.abs(hills.ground(patch, np.random.default_rng(s)).surface).max() for s in range(8)]
    assert 0.3 < np.median(tops) <= 0.65
    surface = hills.ground(patch, np.random.default_rng(0)).surface
    crossings = (np.diff(np.sign(surface), axis=1) != 0).sum(axis=1).mean()
    assert 0.7 * 40 / wavelength < crossings < 2 * 40 / wavelength  # gradient noise: about once a wavelength


def test_rough_and_waves_stay_within_their_amplitude():
    patch = Patch.of((12.0, 12.0), 0.1)
    for kind in ("rough", "waves"):
        surface = terrain(kind, amplitude=0.2).ground(patch, np.random.default_rng(0)).surface
        assert np.abs(surface).max() <= 0.2005
        assert np.ptp(surface) > 0.25


def test_a_cell_that_does_not_divide_the_size_still_ends_at_the_border():
    cfg = parse({"terrain": {"size": [7.7, 5.3], "cell": 0.3, "sub_terrains": [{"kind": "rough"}]}})
    _, world = build_world(cfg)
    assert world.size == pytest.approx((7.7, 5.3))
    assert world.ground.field.size == pytest.approx((7.7, 5.3), abs=1e-6)


def test_boulders_for_a_small_robot_are_broad_enough_for_the_grid():
    # of a rover's wheel's size they would be single samples, and the field look and drive as if it was level
    variant, _ = build_world(make_cfg("boulders", "rover", size=16, difficulty=0.8))
    heights = variant.arena.ground.surface
    assert (heights > heights.max() / 4).mean() > 0.03
    assert heights.max() < variant.draw.agents[0].robot.size.leg
