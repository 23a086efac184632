"""Terminals, pipes and locales: progress on a terminal, plain text elsewhere, and no litter in the folder."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from support.command_line import command, environment, names

CLEAR = "\r\x1b[K"


def _on_a_terminal(*arguments: str, columns: int = 100, **env: str) -> tuple[int, str, str]:
    """Status, standard output (a pipe) and standard error (a terminal of that width)."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    process = subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment(**env)
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the last writer has closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out.decode(), shown.decode().replace("\r\n", "\n")


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", text)


STATE = re.compile(r"(\d+)/40 made · [\d,]+/s · \d+ refused · [\d.]+ s left")


def test_progress_shows_made_rate_refused_and_time_left_and_clears_itself(flat):
    code, out, shown = _on_a_terminal("make", "flat.toml", "-n", "40", "-o", "p")
    assert code == 0
    assert out.startswith("40 variants in ")
    assert shown.endswith(CLEAR), "nothing of it is left on the screen"
    drawn = [_plain(part) for part in shown.split("\r") if "made" in part]
    made = [int(found[1]) for part in drawn if (found := STATE.search(part))]
    assert len(made) == len(drawn)
    assert made == sorted(made)
    assert made[-1] == 40
    assert drawn[-1].startswith("━" * 24)


def test_a_bar_never_wraps(flat):
    _, _, shown = _on_a_terminal("make", "flat.toml", "-n", "40", "-o", "p", columns=30)
    drawn = [_plain(part) for part in shown.split("\r") if "made" in part]
    assert drawn
    assert all(len(part) < 30 for part in drawn)


def test_no_color(flat):
    arguments = ["make", "rough with a dragon", "-n", "20", "--set", "terrain.size=[4,4]"]
    _, _, colored = _on_a_terminal(*arguments, "-o", "p")
    _, _, plain = _on_a_terminal(*arguments, "-o", "q", NO_COLOR="1")
    assert "\x1b[33mnot understood: 'dragon'" in colored
    assert "not understood: 'dragon'" in plain
    assert "20/20 made" in plain
    assert set(re.findall(r"\x1b\[[0-9;]*[a-zA-Z]", plain)) == {"\x1b[K"}, (
        "only the end of the line is cleared"
    )


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_a_terminal_is_left_alone_if_asked(flat, option):
    code, _, shown = _on_a_terminal("make", "flat.toml", "-n", "4", "-o", "p", option)
    assert (code, shown) == (0, "")


# --- pipes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["schema"], ["interpret", "rough ants"]])
def test_a_reader_that_has_seen_enough_is_no_failure(here, arguments):
    ours, theirs = os.pipe()
    os.close(ours)
    process = subprocess.Popen(command(*arguments), stdout=theirs, stderr=subprocess.PIPE, env=environment())
    os.close(theirs)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_full_device_is_a_failure(here):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("schema"), stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"envgen: [Errno 28] No space left on device\n        ")


# --- locales and surroundings -------------------------------------------------------------------

ASCII = {"LC_ALL": "C", "LANG": None, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": None}


def test_the_plain_locale_shows_everything(shell, here):
    assert "–" in shell("list", "tasks", env=ASCII).out
    assert shell("make", "rough terrain", "-n", "1", "-o", "p", env=ASCII).code == 0
    assert "1 of 1 passed" in shell("validate", "p", env=ASCII).out
    assert "✓  well_formed" in shell("validate", "p", "--all", env=ASCII).out


def test_a_terminal_without_a_tick_gets_a_question_mark(shell, here):
    (here / "m.xml").write_text("<mujoco/>")
    assert "?  well_formed" in shell("validate", "m.xml", env={"PYTHONIOENCODING": "latin-1"}).out


def test_bytes_that_are_no_text_are_a_prompt_like_another(here):
    arguments = [*command("make", "-n", "1", "-o", "p", "-q", "--"), b"\xff rough ants"]
    done = subprocess.run(arguments, capture_output=True, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert Path("p/pack.json").read_text(encoding="utf-8")


def test_neither_a_home_nor_a_writable_folder_is_needed(shell, flat, tmp_path):
    out = tmp_path / "elsewhere"
    result = shell("make", flat, "-n", "1", "-o", out, "-q", env={"HOME": None}, cwd="/proc")
    assert result == (0, "", "")
    assert shell("validate", out, env={"HOME": None}, cwd="/proc").code == 0


def test_a_folder_that_cannot_be_written_is_told(shell, flat):
    result = shell("make", flat, "-n", "1", "-q", cwd="/proc")
    result.refused("packs/flat-s0 can't be written", "Give another --out.")


def test_mujoco_leaves_no_log(shell, run, here):
    unstable = (
        '<mujoco><option timestep="0.5"/><worldbody><body><joint type="slide" stiffness="1e12"/>'
        '<geom size=".1" mass="1e-6"/></body></worldbody></mujoco>'
    )
    (here / "bad.xml").write_text(unstable)
    result = shell("validate", "bad.xml")
    assert result.code == 1
    assert result.err == ""
    assert "unstable" in result.out
    assert run("make", "humanoids on hills", "-n", 2, "-j", 1, "-o", "p", "-q").code == 0
    assert names(here) == ["bad.xml", "p"]
