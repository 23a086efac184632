"""What a layout promises for every kind of ground: patches join without seams and can be crossed."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, needed, start

from envgen.core.cfgio import parse
from envgen.core.errors import InputError
from envgen.core.families import TERRAINS
from envgen.core.rng import Streams
from envgen.packs.recipe import Recipe
from envgen.packs.writing import make_variant
from envgen.worlds.sampling.draw import Attempt
from envgen.worlds.sampling.sample import sample

KINDS = TERRAINS.names()
DRAWS = 5


def layout(name: str, *kinds: str, size=(8.0, 7.0), robot="ant", task="goal", cell=0.1, border=1.0, **more):
    subs = [{"kind": kind, **needed(kind)} for kind in kinds]
    terrain = {"layout": name, "size": list(size), "cell": cell, "border": border, "sub_terrains": subs}
    return parse(
        {
            "name": "board",
            "terrain": {**terrain, **more.pop("terrain", {})},
            "robots": [{"model": robot}],
            "task": {"kind": task},
            **more,
        }
    )


def lay(cfg, seed: int = 0):
    draw = sample(cfg, Streams(seed, 0), Attempt())
    return draw, draw.terrain.ground(Streams(seed, 0), 0)


def check_joins(*kinds: str, border: float) -> None:
    """Heightfields join within the slope that a taper may have; boxes and walls leave a way on."""
    draw, ground = lay(layout("track", "flat", *kinds, border=border, difficulty=0.5))
    board, step = draw.terrain, draw.agents[0].robot.size.step
    (cx, cy), strip = board.patch.cell, board.strip[0]
    for col, pair in enumerate(pairwise(("flat", *kinds)), 1):
        first = strip + col * (board.cells[0] + strip)
        jumps = np.abs(np.diff(ground.surface[:, first - 1 - strip : first + 2], axis=1))
        if all(_is_field(kind) for kind in pair):
            assert jumps.max() <= 1.2 * cx, pair
        ways = "".join("1" if jump <= step else " " for jump in jumps.max(axis=1))
        assert max(map(len, ways.split())) * cy >= 1.0, pair


@pytest.mark.parametrize("border", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_no_join_of_any_two_kinds_is_a_cliff(seed, border):
    """All kinds one after another in random orders, and those of boxes alone."""
    order = np.random.default_rng(seed).permutation(KINDS).tolist()
    check_joins(*order, border=border)
    check_joins(*(kind for kind in order if kind == "flat" or not _is_field(kind)), border=border)


@pytest.mark.parametrize("kind", KINDS)
class TestEvery:
    @pytest.mark.parametrize("border", [0.0, 1.0])
    @pytest.mark.parametrize("other", ["flat", "hills", "stepping_stones"])
    def test_no_join_is_a_cliff(self, kind, other, border):
        check_joins(kind, other, kind, border=border)

    def test_boxes_end_exactly_at_the_side_of_their_patch_and_the_field_lies_below_them(self, kind):
        draw, ground = lay(layout("track", "hills", kind, "hills", border=0.5, difficulty=0.5))
        board = draw.terrain
        assert ground.field is not None
        assert (ground.surface >= ground.field).all()
        first = (0.5 + 8 + 0.5) - board.size[0] / 2
        for solid in ground.solids:
            c, s = abs(np.cos(solid.yaw)), abs(np.sin(solid.yaw))
            reach = c * np.ptp(solid.x) / 2 + s * np.ptp(solid.y) / 2
            assert first - 2e-3 <= np.mean(solid.x) - reach
            assert np.mean(solid.x) + reach <= first + 8 + 2e-3
            assert solid.z[0] < solid.z[1]
        # strips between patches are level
        row = ground.surface.shape[0] // 2
        strip = ground.surface[row, 86:90]
        assert np.ptp(strip) == 0

    @pytest.mark.parametrize("name", ["grid", "track", "blend"])
    def test_the_same_seed_gives_the_same_bytes_and_the_compiled_ground_is_what_was_meant(self, kind, name):
        cfg = layout(name, kind, "rough", terrain={"levels": 3}, difficulty=0.4, task="stand")
        variant, world = build_world(cfg)
        again, _ = build_world(cfg)
        assert variant.rendered == again.rendered
        surface = variant.arena.ground.surface
        assert world.ground.field.heights.shape == surface.shape
        assert np.abs(world.ground.field.heights - surface).max() <= 0.0015
        assert world.size == pytest.approx(variant.arena.size, abs=1e-4)

    def test_what_mujoco_collides_with_is_the_ground_map(self, kind):
        _, world = build_world(layout("track", "hills", kind, difficulty=0.5, task="stand"))
        model, data = world.model, start(world.model)
        model.geom_group[:] = 1
        model.geom_group[world.terrain_geoms] = 0
        only = np.array([1, 0, 0, 0, 0, 0], np.uint8)
        hit = np.zeros(1, np.int32)
        half = np.array(world.size) / 2 - 0.05
        for x, y in np.round(np.random.default_rng(0).uniform(-half, half, (80, 2)), 3):
            top = 30 - mujoco.mj_ray(model, data, [x, y, 30], [0, 0, -1], only, 1, -1, hit)
            assert hit[0] in world.terrain_geoms
            assert top <= float(world.ground.upper_bound(x, y)) + 0.0015

    def test_a_track_through_it_can_be_run_from_the_first_patch_to_the_last(self, kind, tmp_path):
        for robot in ("ant", "quadruped"):
            cfg = layout("track", "flat", kind, "flat", robot=robot, difficulty=0.2, task="race")
            made = make_variant(Recipe(cfg, 0), 0, tmp_path / robot)
            assert made.problem is None, made.problem
            assert sum(made.refused.values()) < DRAWS, made.refused

    def test_a_grid_of_it_is_made_for_a_small_and_a_large_patch(self, kind, tmp_path):
        for size in (6.0, 12.0):
            cfg = layout("grid", kind, "flat", size=(size, size), terrain={"levels": 3}, difficulty=[0, 0.5])
            made = make_variant(Recipe(cfg, 1), 0, tmp_path / str(size))
            assert made.problem is None, made.problem

    def test_a_patch_further_on_changes_nothing_before_it(self, kind):
        """Byte for byte, apart from where the arena has its middle."""
        short, long = (layout("track", "rough", kind, *more, difficulty=0.3) for more in ((), ("waves",)))
        (one, a), (two, b) = lay(short, 5), lay(long, 5)
        number = a.surface.shape[1] - one.terrain.strip[0] - 1
        if a.pit is None:
            assert a.surface[:, :number].tobytes() == b.surface[:, :number].tobytes()
        shift = (two.size[0] - one.size[0]) / 2
        near = [s for s in b.solids if np.mean(s.x) + shift < one.size[0] / 2]
        assert len(near) == len(a.solids)
        for mine, other in zip(a.solids, near):
            np.testing.assert_allclose(np.array(mine.x), np.array(other.x) + shift, atol=2e-3)
            assert (mine.y, mine.z, mine.yaw) == (other.y, other.z, other.yaw)


@cache
def _is_field(kind: str) -> bool:
    _, ground = lay(layout("track", kind))
    return not len(ground.boxes)


def test_a_grid_rises_in_difficulty_along_x_with_a_kind_to_each_row():
    cfg = layout("grid", "rough", "waves", terrain={"levels": 4}, difficulty=[0.2, 0.8])
    draw, ground = lay(cfg)
    values = draw.values
    assert [values[f"terrain.patches[{i}].kind"] for i in range(8)] == ["rough"] * 4 + ["waves"] * 4
    assert [values[f"terrain.patches[{i}].difficulty"] for i in range(4)] == [0.2, 0.4, 0.6, 0.8]
    board = draw.terrain
    (nx, ny), (sx, sy) = board.cells, board.strip
    for row in range(2):
        spread = [
            float(
                ground.surface[
                    sy + row * (ny + sy) : sy + row * (ny + sy) + ny,
                    sx + col * (nx + sx) : sx + col * (nx + sx) + nx,
                ].std()
            )
            for col in range(4)
        ]
        assert spread == sorted(spread)
        assert spread[3] > 2 * spread[0]


def test_a_fixed_difficulty_is_that_of_the_last_column():
    draw, _ = lay(layout("grid", "rough", terrain={"levels": 3}, difficulty=0.6))
    levels = [draw.values[f"terrain.patches[{i}].difficulty"] for i in range(3)]
    assert levels == pytest.approx([0.0, 0.3, 0.6])


def test_agents_of_a_grid_start_at_its_easy_end_and_goals_lie_ahead():
    cfg = layout("grid", "rough", "stairs", "gap", robots=[{"model": "ant", "count": 3}])
    for seed in range(4):
        variant, _ = build_world(cfg, seed)
        first = 1 + 8 - variant.arena.size[0] / 2
        for pose, goal in zip(variant.arena.starts, variant.arena.goals):
            assert pose.pos[0] <= first
            assert goal[0] > first


@pytest.mark.parametrize("task", ["goal", "race"])
def test_a_track_leads_from_its_first_patch_to_its_last(task):
    cfg = layout("track", "flat", "hills", "hurdles", task=task, robots=[{"model": "ant", "count": 2}])
    for seed in range(3):
        variant, _ = build_world(cfg, seed)
        x = variant.arena.size[0] / 2
        for pose, goal in zip(variant.arena.starts, variant.arena.goals):
            assert pose.pos[0] <= -x + 9
            assert goal[0] >= x - 9


def test_what_rises_lifts_the_rest_of_a_track_and_comes_down_again_on_a_grid():
    given = {"difficulty": 0.5, "border": 1.0}
    draw, track = lay(layout("track", "stairs", "flat", **given))
    steps = draw.values["terrain.patches[0].step_height"]
    end = float(track.surface[40, -1])
    assert end > 3 * steps
    assert track.surface[:, -1].tolist() == [end] * len(track.surface)
    for other in ("flat", "hills"):  # as boxes alone, and with a heightfield
        _, grid = lay(layout("grid", "stairs", other, **given))
        assert np.abs(grid.surface[:, -1]).max() <= 0.001
        assert grid.surface.max() > 2 * steps


def test_a_blend_holds_each_kind_somewhere_by_its_weight():
    """Steep waves beside the flat: the heavier, the more of the arena is waves."""
    shares = []
    for weight in (0.05, 1.0, 20.0):
        waves = {"kind": "waves", "weight": weight, "amplitude": 0.3, "wavelength": 1.0}
        subs = {"sub_terrains": [{"kind": "flat"}, waves]}
        cfg = layout("blend", "flat", size=(20.0, 20.0), terrain=subs)
        _, ground = lay(cfg)
        assert np.abs(np.diff(ground.surface, axis=1)).max() < 0.2
        shares.append(float(np.abs(ground.surface).mean()))
    assert shares[0] < 0.5 * shares[1] < 0.9 * shares[2]


@pytest.mark.parametrize("name", ["single", "grid", "track", "blend"])
def test_one_obstacle_kind_more_leaves_the_ground_byte_for_byte(name):
    kinds = ("rough", "stairs", "stepping_stones")
    plain = layout(name, *kinds, terrain={"levels": 3}, difficulty=0.4)
    more = layout(
        name,
        *kinds,
        terrain={"levels": 3},
        difficulty=0.4,
        obstacles=[{"kind": "box", "count": 6}, {"kind": "ball", "count": 3}],
    )
    (a, _), (b, _) = build_world(plain, 3), build_world(more, 3)
    assert a.arena.ground.surface.tobytes() == b.arena.ground.surface.tobytes()
    assert a.arena.ground.boxes.tobytes() == b.arena.ground.boxes.tobytes()
    assert a.rendered.files == b.rendered.files
    assert a.arena.starts == b.arena.starts
    assert len(b.arena.obstacles) > 3


def test_obstacles_and_several_robots_on_a_board_pass_every_check(tmp_path):
    cfg = layout(
        "grid",
        "rough",
        "random_grid",
        "pit",
        difficulty=[0, 0.4],
        robots=[{"model": "ant", "count": 2}, {"model": "quadruped"}],
        obstacles=[{"kind": "box", "count": 15}, {"kind": "ball", "count": 5}, {"kind": "log", "count": 5}],
    )
    for index in range(3):
        made = make_variant(Recipe(cfg, 0), index, tmp_path)
        assert made.problem is None, made.problem


def test_cells_of_the_whole_board_are_bounded():
    with pytest.raises(InputError, match="over the bound") as caught:
        layout("grid", *["rough"] * 10, size=(40.0, 40.0), cell=0.05, terrain={"levels": 20})
    assert "levels" in caught.value.cause
    layout("track", "rough", size=(40.0, 40.0), cell=0.05)


def test_a_patch_too_small_for_its_kind_is_refused_with_a_remedy():
    stairs = {"sub_terrains": [{"kind": "stairs", "platform": 3.0}]}
    cfg = layout("grid", "stairs", size=(6.0, 6.0), terrain=stairs)
    with pytest.raises(InputError, match=r"stairs: no step") as caught:
        lay(cfg)
    assert "terrain.size" in caught.value.remedy
