"""Videos show a world that moves, in files that players read."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.worlds import build_world, make_cfg

from envgen.core.errors import InputError
from envgen.preview.film import FilmOptions, film
from envgen.preview.render import fit_camera, render_world
from envgen.preview.textured_world import build_textured_world
from envgen.preview.theme import HeightScale
from envgen.preview.video import FORMATS, Video
from envgen.worlds.compiled.world import World

pytestmark = pytest.mark.slow

SIZE = (96, 64)


def textured_world(kind: str = "rough", model: str = "ant", **keys: object) -> World:
    variant, _ = build_world(make_cfg(kind, model, difficulty=0.5, **keys))
    return build_textured_world(variant.rendered.text, variant.rendered.files, variant.draw.cell)


def moving(count: int = 12) -> list[np.ndarray]:
    """Frames of a white disc that moves over grey ground."""
    frames = []
    for i in range(count):
        image = np.full((SIZE[1], SIZE[0], 3), 70, dtype=np.uint8)
        cv2.circle(image, (20 + 4 * i, 32), 10, (250, 250, 250), -1)
        frames.append(image)
    return frames


def decoded(path: Path) -> list[np.ndarray]:
    """The frames of a file, as a player shows them."""
    if path.suffix in (".gif", ".webp"):
        done, film_ = cv2.imreadanimation(str(path))
        assert done
        return [frame[..., 2::-1] for frame in film_.frames]
    capture, frames = cv2.VideoCapture(str(path)), []
    while True:
        done, frame = capture.read()
        if not done:
            return frames
        frames.append(frame[..., ::-1])


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_decoded_is_what_was_added(tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]):
    path = tmp_path / "deep" / f"film{suffix}"
    with Video(path, 25, SIZE) as video:
        for image in moving():
            video.add(image)
    frames = decoded(path)
    assert len(frames) == 12
    for image, frame in zip(moving(), frames):
        assert np.abs(image.astype(int) - frame).mean() < 8
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert capfd.readouterr() == ("", "")


def test_interrupted_film_is_kept_and_failed_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "film.webm"

    def write(count: int, error: type[BaseException]) -> None:
        with pytest.raises(error), Video(path, 25, SIZE) as video:  # noqa: PT012
            for image in moving(count):
                video.add(image)
            raise error

    write(5, KeyboardInterrupt)
    assert len(decoded(path)) == 5
    before = path.read_bytes()
    write(3, RuntimeError)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["film.webm"]


def test_files_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of no format") as error:
        Video(tmp_path / "film.avi", 25, SIZE)
    assert ".webm" in error.value.remedy
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        Video(tmp_path / "file" / "film.webm", 25, SIZE)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


# --- worlds in motion ---------------------------------------------------------------------------


@pytest.mark.usefixtures("opengl")
@pytest.mark.parametrize("view", ["follow", "orbit"])
def test_frames_differ_and_are_not_blank(view: str) -> None:
    frames = list(film(textured_world(), FilmOptions(0.6, 10, SIZE, view=view)))
    assert len(frames) == 6
    for one, other in itertools.pairwise(frames):
        assert one.shape == (SIZE[1], SIZE[0], 3)
        assert one.std() > 15
        assert (np.abs(one.astype(int) - other).max(axis=2) > 12).mean() > 0.01
    again = list(film(textured_world(), FilmOptions(0.6, 10, SIZE, view=view)))
    assert all((one == other).all() for one, other in zip(frames, again))


@pytest.mark.usefixtures("opengl")
def test_camera_keeps_robots_in_the_middle() -> None:
    """However far apart they are, and though it is thrown away, the orange robot is in the middle third."""
    world = textured_world("flat", size=30.0)
    world.model.key_qvel[0, 0] = 4.0  # m/s along x
    shown = list(film(world, FilmOptions(2.0, 5, (192, 128))))
    for image in (shown[0], shown[-1]):
        red, green, blue = (image[..., i].astype(int) for i in range(3))
        rows, cols = np.nonzero((red > 120) & (red > green + 40) & (green > blue))
        assert len(rows) > 20
        assert 0.3 < np.median(rows) / 128 < 0.7
        assert 0.25 < np.median(cols) / 192 < 0.75


@pytest.mark.parametrize(
    ("shot", "says"),
    [
        (FilmOptions(size=(97, 64)), "got 97 × 64"),
        (FilmOptions(size=(8, 8)), "got 8 × 8"),
        (FilmOptions(seconds=3600, fps=120), "432,000 frames"),
    ],
)
def test_shots_that_cannot_be_are_refused(shot: FilmOptions, says: str) -> None:
    with pytest.raises(InputError, match=says):
        next(film(textured_world("flat"), shot))


# --- dress --------------------------------------------------------------------------------------


def test_dress_changes_colours_and_nothing_else() -> None:
    variant, plain = build_world(make_cfg("rough", obstacles=[{"kind": "ball", "count": 1}]))
    fine = build_textured_world(variant.rendered.text, variant.rendered.files).model
    for array in ("geom_pos", "geom_friction", "hfield_data", "body_mass", "key_qpos", "geom_size"):
        assert (getattr(fine, array) == getattr(plain.model, array)).all(), array


@pytest.mark.parametrize("kind", ["hills", "slope"])
def test_texture_tells_the_height_under_it(kind: str) -> None:
    world = textured_world(kind, size=8.0)
    side = int(world.model.tex_width[-1])
    texture = world.model.tex_data[-3 * side * side :].reshape(side, side, 3).mean(axis=2)[::-1]
    field = world.ground.field
    at = (np.arange(side) + 0.5) / side * 8 - 4
    x, y = np.meshgrid(at, at)
    heights = field.at(x, y)
    brightness = HeightScale.of(np.array([[heights.min(), *np.percentile(heights, (5, 95)), heights.max()]]))
    expected = brightness.colour(heights.astype(np.float32)).mean(axis=2)
    assert np.corrcoef(texture.ravel(), expected.ravel())[0, 1] > 0.9


@pytest.mark.usefixtures("opengl")
def test_texture_lies_as_the_ground_does() -> None:
    """From above, blue is low and cream is high, on ground that is no mirror image of itself."""
    world = textured_world("hills", size=8.0, sub={"wavelength": 6.0, "amplitude": 0.02})
    corners = np.array([(x, y, 0.0) for x in (-4, 4) for y in (-4, 4)])
    image = render_world(world, 96, 96, fit_camera(world, corners, 1.0, 90.0, -89.9)).astype(int)
    warm = (image[..., 0] - image[..., 2])[8:-8, 8:-8]  # light and shade change it little
    at = np.linspace(-3.4, 3.4, 80)
    x, y = np.meshgrid(at, -at)
    heights = world.ground.field.at(x, y)
    fit = np.corrcoef(warm.ravel(), heights.ravel())[0, 1]
    assert fit > 0.65
    for turned in (heights[::-1], heights[:, ::-1], heights.T, heights[::-1, ::-1]):
        assert np.corrcoef(warm.ravel(), turned.ravel())[0, 1] < fit - 0.2
