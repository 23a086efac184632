"""Pictures show what is there, where it is."""

from __future__ import annotations

import base64
import itertools
import re
from functools import lru_cache
from pathlib import Path

import cv2
import mujoco
import numpy as np
import pytest

from envgen.core import cfgio
from envgen.core.errors import InputError, WorkError
from envgen.preview import gl
from envgen.preview.html import pack_html
from envgen.preview.legend import Heading
from envgen.preview.paths import PathFinder
from envgen.preview.relief import View, ground_heights, raise_geom
from envgen.preview.render import render_world
from envgen.preview.sheet import Layout, Tile, contact_sheet, png_bytes, write_png
from envgen.preview.theme import FIXED, PAPER, HeightScale, clean, mixed, shorten, text_width
from envgen.preview.tile import Scene, draw_world, height_range
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import compile_text
from envgen.worlds.variant import build

pytestmark = pytest.mark.slow

KINDS = ("flat", "rough", "hills", "pyramid_stairs", "stepping_stones", "gap", "waves", "boulders")


@lru_cache(maxsize=32)
def world(kind: str, robot: str = "ant", task: str = "goal", boxes: int = 6, index: int = 0) -> World:
    cfg = cfgio.parse(
        {
            "name": "pictures",
            "terrain": {"sub_terrains": [{"kind": kind}], "size": [12, 12]},
            "robots": [{"model": robot, "count": 2}],
            "obstacles": [{"kind": "box", "count": boxes}, {"kind": "ball", "count": 2}] if boxes else [],
            "task": {"kind": task},
            "difficulty": 0.3,
        }
    )
    for seed in range(8):
        try:
            return build(cfg, seed, index).compile()
        except WorkError:
            continue
    raise AssertionError("no draw can be placed")


def foreign(inside: str) -> World:
    return World(compile_text(f"<mujoco><worldbody>{inside}</worldbody></mujoco>"))


def near(image: np.ndarray, at: np.ndarray, colour: tuple[int, int, int], reach: int) -> bool:
    """Whether a pixel of about that colour is within `reach` of a point."""
    x, y = np.rint(at).astype(int)
    part = image[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1].astype(int)
    return bool((np.abs(part - np.array(colour)).max(axis=2) < 25).any())


# --- sheets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4, 30])
def test_sheet_is_as_wide_as_asked_and_not_blank(count: int) -> None:
    tiles = [Tile(str(i), "rough", world("rough"), 0.5) for i in range(count)]
    image = contact_sheet(tiles, width=600, heading=Heading("ants", "rough terrain", count, 7))
    assert image.shape[1:] == (600, 3)
    assert image.dtype == np.uint8
    assert 0.8 < image.shape[0] / 600 < 1.6
    assert (np.abs(image.astype(int) - PAPER).max(axis=2) > 20).mean() > 0.4


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 30, 100, 400, 3000])
@pytest.mark.parametrize("shape", [0.2, 1.0, 3.0])
def test_layout_fills_the_width_and_keeps_labels_readable(count: int, shape: float) -> None:
    layout = Layout.of(count, 1600, shape, None)
    used = layout.columns * layout.tile + (layout.columns - 1) * layout.gap + 2 * layout.margin
    assert 1600 - layout.columns <= used <= 1600
    assert layout.columns <= count
    assert layout.font >= 9
    assert layout.tile >= text_width("399", layout.font, 700) + text_width("0.00", layout.font) + 3


def test_columns_can_be_chosen() -> None:
    tiles = [Tile(str(i), image=np.zeros((20, 20, 3), dtype=np.uint8)) for i in range(6)]
    wide, tall = contact_sheet(tiles, columns=6, width=480), contact_sheet(tiles, columns=1, width=480)
    assert wide.shape[0] < 200 < 2000 < tall.shape[0]


def test_images_take_the_place_of_maps() -> None:
    red = np.full((30, 40, 3), (200, 30, 30), dtype=np.uint8)
    image = contact_sheet([Tile("0", image=red, world=world("flat"))], width=400)
    assert (image == (200, 30, 30)).all(axis=2).mean() > 0.5


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    def sheet() -> bytes:
        tiles = [Tile("0", "hills", world("hills"), 0.2), Tile("1", "gap", world("gap"), 0.9)]
        return png_bytes(contact_sheet(tiles, width=500, heading=Heading("x", "y", 2, 0)))

    first = sheet()
    assert first == sheet()
    write_png(tmp_path / "deep" / "sheet.png", cv2.imdecode(np.frombuffer(first, np.uint8), 1)[..., ::-1])
    assert (tmp_path / "deep" / "sheet.png").read_bytes() == first
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["sheet.png"]


def test_what_cannot_be_drawn_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to draw"):
        contact_sheet([])
    with pytest.raises(InputError, match="got 10 pixels"):
        contact_sheet([Tile("0", world=world("flat"))], width=10)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        write_png(tmp_path / "file" / "sheet.png", np.zeros((4, 4, 3), dtype=np.uint8))


@pytest.mark.parametrize("text", ["", "a\nb\tc", "\x00\x1b[31m", "‮abc", "日本語 🐜 ×", "x" * 100_000])
def test_any_text_fits(text: str) -> None:
    tiles = [Tile(text, text, world("flat"), 1.5)]
    image = contact_sheet(tiles, width=300, heading=Heading(text, text, 10**12, 2**62))
    assert image.shape[1] == 300
    assert len(clean(text)) <= 400
    short = shorten(clean(text), 12, 80)
    assert text_width(short, 12) <= 80


# --- maps -------------------------------------------------------------------------------------


def test_different_worlds_give_different_pictures() -> None:
    pictures = [draw_world(world(kind), 120, 120) for kind in KINDS]
    pictures.append(draw_world(world("rough", index=1), 120, 120))
    for i, one in enumerate(pictures):
        assert one.shape == (120, 120, 3)
        assert all((one.astype(int) - other).std() > 2 for other in pictures[:i])


@pytest.mark.parametrize("pixels", [80, 150, 500])
@pytest.mark.parametrize("robot", ["ant", "humanoid"])
def test_starts_and_goals_are_where_they_are(robot: str, pixels: int) -> None:
    scene = Scene(world("flat", robot, boxes=0))
    view = View.fitting(scene.world.size, pixels, pixels)
    image = draw_world(scene.world, pixels, pixels)
    assert len(scene.agents) == 2
    bare = draw_world(foreign("<geom name='terrain/floor' type='plane' size='6 6 1'/>"), pixels, pixels)
    away = np.abs(image.astype(int) - bare).max(axis=2) > 40
    for actor in scene.agents:
        assert actor.goal is not None
        reach = max(4, round(1.2 * actor.size.radius * view.scale))
        assert near(image, view.pixels(actor.centre)[0], actor.colour, reach)
        assert near(image, view.pixels(actor.goal)[0], mixed(actor.colour, (33, 38, 48), 0.15), 2)
        assert not near(bare, view.pixels(actor.goal)[0], mixed(actor.colour, (33, 38, 48), 0.15), 2)
    # marks and paths, and nothing elsewhere
    assert 0.002 < away.mean() < 0.3


def test_height_and_slope_are_seen() -> None:
    stairs = world("pyramid_stairs", boxes=0)
    view = View.fitting(stairs.size, 300, 300)
    heights = ground_heights(stairs, view)
    field = stairs.ground.field
    x, y = np.meshgrid(view.x, view.y)
    # between the samples the map may take an edge elsewhere, by a cell
    assert np.mean(np.abs(heights - field.at(x, y)) < 1e-3) > 0.7
    assert np.unique(np.round(heights, 4)).size < 60  # sharp: no heights between the steps
    hills = world("hills", boxes=0)
    x, y = np.meshgrid(view.x, view.y)
    assert np.abs(ground_heights(hills, view) - hills.ground.field.at(x, y)).max() < 0.03


def test_large_arena_is_averaged() -> None:
    rows = np.indices((256, 256)).sum(axis=0) % 2
    text = " ".join(str(v) for v in rows.ravel())
    model = compile_text(
        f"<mujoco><asset><hfield name='h' nrow='256' ncol='256' size='20 20 1 1' elevation='{text}'/></asset>"
        "<worldbody><geom name='terrain/h' type='hfield' hfield='h'/></worldbody></mujoco>"
    )
    shown = World(model)
    heights = ground_heights(shown, View.fitting(shown.size, 64, 64))
    assert np.abs(heights[2:-2, 2:-2] - 0.5).max() < 0.1


@pytest.mark.parametrize(
    "geom",
    [
        "type='box' size='1.2 .6 .4' euler='0 0 30'",
        "type='cylinder' size='.9 .4'",
        "type='cylinder' size='.5 1' euler='70 0 20'",
        "type='capsule' size='.4 1' euler='90 40 0'",
        "type='sphere' size='.8'",
        "type='ellipsoid' size='1.2 .7 .5' euler='20 10 60'",
    ],
)
def test_obstacles_have_their_true_outline(geom: str) -> None:
    floor = "<geom name='terrain/floor' type='plane' size='3 3 1'/>"
    shown = foreign(f"{floor}<geom name='obstacle/0' pos='.7 -.5 1.5' {geom}/>")
    view = View.fitting(shown.size, 300, 300)
    scene = Scene(shown)
    heights = np.zeros((300, 300), dtype=np.float32)
    colours = np.zeros((300, 300, 3), dtype=np.float32)
    assert raise_geom(heights, colours, shown, scene.data, 1, view, np.array(FIXED, dtype=float))
    drawn = colours.any(axis=2)
    ids = np.zeros(1, dtype=np.int32)
    for row in range(4, 300, 23):
        for col in range(4, 300, 23):
            start = np.array([view.x[col], view.y[row], 10.0])
            far = mujoco.mj_ray(shown.model, scene.data, start, np.array([0, 0, -1.0]), None, 1, -1, ids)
            assert drawn[row, col] == (ids[0] == 1)
            if ids[0] == 1:
                assert heights[row, col] == pytest.approx(10 - far, abs=1e-4)
    assert drawn.any()


def test_someone_elses_model_is_drawn() -> None:
    shown = foreign(
        "<geom type='plane' size='0 0 1'/>"
        "<body pos='0 0 1'><freejoint/><geom type='box' size='.3 .3 .3'/></body>"
    )
    assert draw_world(shown, 90, 90).std() > 2
    wide = foreign("<geom name='terrain/floor' type='plane' size='20 2 1'/>")
    assert draw_world(wide, 200, 200).shape == (20, 200, 3)


def test_scale_tells_low_from_high() -> None:
    scale = HeightScale.of(np.array([height_range(world(kind)) for kind in KINDS]))
    heights = np.linspace(scale.low, scale.high, 50, dtype=np.float32)
    assert scale.place(np.array([scale.low, scale.middle, scale.high])).tolist() == pytest.approx([0, 0.5, 1])
    brightness = scale.colour(heights).mean(axis=1)
    assert (np.diff(brightness) >= 0).all()
    assert brightness[-1] > brightness[0] + 100


# --- paths ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["flat", "rough", "stepping_stones", "boulders"])
def test_path_keeps_off_obstacles(kind: str) -> None:
    found = 0
    for index in range(4):
        shown = world(kind, "quadruped", boxes=25, index=index)
        for actor in Scene(shown).agents:
            assert actor.goal is not None
            path = PathFinder(shown, actor.size).find(actor.centre, actor.goal)
            if path is None:
                continue
            found += 1
            assert path[0] == pytest.approx(actor.centre)
            assert path[-1] == pytest.approx(actor.goal)
            length = np.hypot(*np.diff(path, axis=0).T)
            dense = np.concatenate([np.linspace(a, b, 20) for a, b in itertools.pairwise(path)])
            for thing in shown.obstacles:
                if thing.fixed and thing.top > actor.size.step:
                    assert min(thing.distance(x, y) for x, y in dense) > 0
            assert length.sum() < 3 * np.hypot(*(actor.goal - actor.centre)) + 2
    assert found >= 4


def test_path_goes_around_a_wall_or_not_at_all() -> None:
    floor = "<geom name='terrain/floor' type='plane' size='4 4 1'/>"
    size = Scene(world("flat", "quadruped")).agents[0].size
    wall = foreign(f"{floor}<geom name='obstacle/0' type='box' size='.1 3 1' pos='0 -1 1'/>")
    start, goal = np.array([-3.0, -2.0]), np.array([3.0, -2.0])
    path = PathFinder(wall, size).find(start, goal)
    assert path is not None
    assert path[:, 1].max() > 2
    shut = foreign(f"{floor}<geom name='obstacle/0' type='box' size='.1 4 1' pos='0 0 1'/>")
    assert PathFinder(shut, size).find(start, goal) is None
    free = PathFinder(foreign(floor), size).find(start, goal)
    assert free is not None
    assert len(free) == 2


# --- notebooks and frames ---------------------------------------------------------------------


def test_html_escapes_what_others_wrote() -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    text = pack_html(hostile, 500, 3, hostile, [(17, world("flat"))])
    assert "<script" not in text
    assert text.count("<img") == 1
    assert "onerror=alert(1)&gt;" in text
    assert "500 variants · seed 3 · the first 1 are shown" in text
    data = re.search(r"base64,([A-Za-z0-9+/=]+)'", text)
    assert data is not None
    image = cv2.imdecode(np.frombuffer(base64.b64decode(data[1]), np.uint8), 1)
    assert image.std() > 10
    assert "<img" not in pack_html("empty", 0, 0, "", [])


@pytest.mark.usefixtures("opengl")
def test_frames_show_the_world() -> None:
    image = render_world(world("waves"), 160, 120)
    assert image.shape == (120, 160, 3)
    assert (np.abs(image.astype(int) - PAPER).max(axis=2) > 20).mean() > 0.3
    assert (image[0] == PAPER).all()
    assert (image != render_world(world("rough"), 160, 120)).any()


def test_without_opengl_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gl, "_can_draw", lambda name: False)
    gl.backend.cache_clear()
    with pytest.raises(WorkError, match="no OpenGL draws here") as error:
        render_world(world("flat"), 160, 120)
    gl.backend.cache_clear()
    assert "libosmesa6" in error.value.remedy
