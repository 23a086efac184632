"""The text of a world, byte for byte: a change of it changes every pack of every user."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.worlds import make_cfg

from envgen.worlds.variant import build

GOLDEN = Path(__file__).with_name("flat-ant.xml")
HOW = f"If the change is meant, look at the difference, then write the snapshot anew: python {Path(__file__)}"


def rendered() -> str:
    """Two ants race over flat ground past a box, a log and a ball: every section of a world but heights."""
    cfg = make_cfg(
        "flat",
        size=12,
        prompt="two ants race over flat ground",
        robots=[{"model": "ant", "team": "red", "params": {"legs": 3}}, {"model": "ant", "team": "blue"}],
        obstacles=[{"kind": kind, "count": 1} for kind in ("box", "log", "ball")],
        physics={"friction": 0.5, "wind": [2, 0, 0]},
        task={"kind": "race"},
        difficulty=0.5,
    )
    return build(cfg, 11, 3).rendered.text


def test_the_written_world_is_the_snapshot():
    expected, text = GOLDEN.read_text(encoding="utf-8"), rendered()
    difference = "".join(
        difflib.unified_diff(
            expected.splitlines(keepends=True), text.splitlines(keepends=True), "snapshot", "now", n=1
        )
    )
    assert text == expected, f"{HOW}\n{difference}"


def test_the_written_xml_is_canonical():
    """Canonical: no trailing blanks, no tabs, two spaces a level, long lines for start and header only."""
    lines = rendered().splitlines()
    assert lines[0] == '<mujoco model="test-00003">'
    assert lines[-1] == "</mujoco>"
    for line in lines:
        assert line == line.rstrip()
        assert "\t" not in line
        assert (len(line) - len(line.lstrip())) % 2 == 0
        assert len(line) < 260 or "qpos=" in line or line.startswith("  <!--")
    assert "-0 " not in "".join(lines)
    assert '"-0"' not in "".join(lines)


if __name__ == "__main__":
    GOLDEN.write_text(rendered(), encoding="utf-8")
    print(f"wrote {GOLDEN}")
