"""The command `envgen preview`: contact sheets, frames and films."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.command_line import names

from envgen.cli.commands.preview import default_target


def _size(png: Path) -> tuple[int, ...]:
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


def test_preview_draws_a_sheet_into_the_pack(run, own_pack):
    result = run("preview", own_pack, "--width", 800)
    assert result == (0, f"{own_pack}/preview.png\n", "")
    assert _size(own_pack / "preview.png")[0] == 800
    assert run("validate", own_pack).code == 0


def test_frames_do_not_take_the_place_of_the_sheet(tmp_path):
    assert default_target(tmp_path, False) == tmp_path / "preview.png"
    assert default_target(tmp_path, True) == tmp_path / "frames.png"
    assert default_target(tmp_path / "p.zip", True) == tmp_path / "p-frames.png"


def test_preview_of_a_zip_and_to_a_place(run, pack, here):
    run("export", pack.path, "--format", "zip", "--out", "p.zip", "-q")
    assert run("preview", "p.zip", "-q", "--count", 2).code == 0
    assert run("preview", "p.zip", "-q", "--count", 1, "--out", "one.png").code == 0
    assert names(here) == ["one.png", "p.png", "p.zip"]
    assert _size(here / "p.png")[0] == 1600
    assert (here / "one.png").read_bytes() != (here / "p.png").read_bytes()


@pytest.mark.usefixtures("opengl")
def test_preview_films_a_variant(run, own_pack, here):
    result = run("preview", own_pack, "--video", "--seconds", 0.4, "--fps", 10, "--size", "96x64")
    assert result == (0, f"{own_pack}/00000.webm\n", "")
    for name, index, policy in (("a.mp4", 3, "random"), ("b.webp", 3, "gait"), ("c.webm", 4, "ant_0=zero")):
        more = ("--index", index, "--seconds", "0.4", "--fps", 10, "--size", "96x64", "-q", "-p", policy)
        assert run("preview", own_pack, "--video", name, *more) == (0, "", "")
    capture, frames = cv2.VideoCapture("a.mp4"), []
    while (frame := capture.read()[1]) is not None:
        frames.append(frame)
    assert len(frames) == 4
    assert frames[0].shape == (64, 96, 3)
    assert frames[0].std() > 15
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 40
    assert names(here) == ["a.mp4", "b.webp", "c.webm"]
    assert run("validate", own_pack).code == 0


@pytest.mark.usefixtures("opengl")
def test_interrupted_film_keeps_what_there_is(run, pack, here, monkeypatch):
    from envgen.preview import film

    def two(world, shot, motion):
        yield np.zeros((64, 96, 3), dtype=np.uint8)
        yield np.zeros((64, 96, 3), dtype=np.uint8)
        raise KeyboardInterrupt

    monkeypatch.setattr(film, "film", two)
    result = run("preview", pack.path, "--video", "x.webm", "--fps", 10, "--size", "96x64")
    assert result.code == 130
    assert "the first 0.2 s are in x.webm\n        Run it again" in result.err
    assert names(here) == ["x.webm"]


def test_film_without_opengl_says_what_to_install(shell, pack, here):
    result = shell("preview", pack.path, "--video", "x.webm", env={"MUJOCO_GL": "glfw"})
    result.refused("no OpenGL draws here with MUJOCO_GL=glfw", "apt-get install libosmesa6", code=1)
    assert names(here) == []


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["--video", "x.avi"], "x.avi is of no format", ".webm"),
        (["--video", "x.webm", "--size", "640"], "the size must be in pixels, such as 640x480", ""),
        (
            ["--video", "x.webm", "--size", "641x480"],
            "even sides from 16 to 3840 × 2160, got 641 × 480",
            "--size",
        ),
        (["--video", "x.mp4", "--size", "0x10"], "got 0 × 10", "--size"),
        (["--video", "x.mp4", "--size", "99999x99999"], "got 99999 × 99999", "--size"),
        (["--video", "x.mp4", "--seconds", "3600", "--fps", "120"], "432,000 frames", "fewer --seconds"),
        (["--video", "x.webm", "--seconds", "nan"], "the number must be finite, got 'nan'", ""),
        (["--video", "x.webm", "--fps", "nan"], "the number must be finite, got 'nan'", ""),
        (["--out", "x.jpg"], "a contact sheet is a .png, got x.jpg", "x.png"),
        (["--out", "sheet"], "a contact sheet is a .png, got sheet", "sheet.png"),
        (["--video", "x.webm", "--index", "6"], "has no variant 6", "It has 6"),
        (["--video", "x.webm", "--count", "3"], "a video has no --count", "Leave out --count."),
        (["--video", "--out", "x.webm"], "a video has no --out", "--video PATH"),
        (["--video", "x.webm", "--policy", "lurch"], "lurch", "Known"),
        (["--video", "x.webm", "--policy", "ant_0=smooth"], "smooth is not a policy", "Give it alone"),
        (["--video", "x.webm", "-p", "gait", "-p", "zero"], "'zero' is empty or given twice", "ant_0=gait"),
        (["--index", "3"], "a contact sheet has no --index", "Add --video."),
        (["--video", "/proc/x.webm"], "/proc/x.webm can't be written", "another path"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
@pytest.mark.usefixtures("opengl")
def test_film_refuses(run, pack, here, arguments, cause, remedy):
    run("preview", pack.path, *arguments).refused(cause, remedy)
    assert names(here) == []


def test_preview_to_where_nothing_can_be(run, pack, here):
    result = run("preview", pack.path, "-q", "--count", 1, "--out", "/proc/x.png")
    result.refused("/proc/x.png can't be written", "another --out")
    assert names(here) == []
