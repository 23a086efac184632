"""Packs load in the newest MuJoCo of the registry too, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from support import ROOT
from support.worlds import needed

from envgen.core import cfgio
from envgen.core.families import ROBOTS, TERRAINS
from envgen.packs.make import make

LOAD = """
import json, pathlib, sys
import mujoco
seen = []
for path in sorted(pathlib.Path(sys.argv[1]).glob("variants/*/env.xml")):
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_step(model, data, nstep=100)
    seen.append([model.nq, model.nu, model.key(0).name, bool((data.qpos == data.qpos).all())])
print(json.dumps({"version": mujoco.__version__, "seen": seen}))
"""


@pytest.fixture(scope="module")
def newest_python() -> Path:
    """An interpreter with the newest MuJoCo; made once and kept beside .venv."""
    folder = Path(os.environ.get("ENVGEN_NEWEST_VENV", ROOT / ".venv-newest"))
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-U", "mujoco"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (folder / "ready").touch()
    return python


def test_every_terrain_and_robot_loads_and_runs_in_the_newest_mujoco(
    tmp_path: Path, newest_python: Path
) -> None:
    names = TERRAINS.names()
    cfg = cfgio.parse(
        {
            "name": "all",
            "terrain": {"size": [24, 24], "sub_terrains": [{"kind": kind, **needed(kind)} for kind in names]},
            "robots": [{"model": robot} for robot in ROBOTS.names()],
            "obstacles": [{"kind": "box", "count": 3}, {"kind": "ball", "count": 2}],
            "task": {"kind": "stand"},
            "difficulty": 0.3,
        }
    )
    pack = make(cfg, 16, out=tmp_path / "pack", jobs=1)
    done = subprocess.run(
        [newest_python, "-c", LOAD, pack.path], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    answer = json.loads(done.stdout)
    assert tuple(map(int, answer["version"].split(".")[:2])) >= (4, 0)
    ours = [[int(v.model().nq), int(v.model().nu), "home", True] for v in pack]
    assert answer["seen"] == ours
    assert not (tmp_path / "MUJOCO_LOG.TXT").exists()
