from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envgen.core.errors import EnvgenError
from envgen.core.resources import resource
from envgen.robots.templates import read

BODY = """
<mujoco model="m"><worldbody><body name="torso" pos="0 0 {{ size }}"><freejoint name="root"/>
<geom size="{{ size }}"/></body></worldbody><keyframe><key name="home"/></keyframe></mujoco>
"""
FRONT = """summary = "A ball"
[params.size]
unit = "m"
low = 0.1
high = 1.0
default = 0.5
doc = "radius"
"""


def template(folder: Path, text: str, name: str = "blob.xml.j2") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_front_matter_is_read(tmp_path):
    kind = read(template(tmp_path, f"{{#---\n{FRONT}---#}}{BODY}"))
    assert kind.name == "blob"
    assert kind.summary == "A ball"
    assert kind.params["size"].high == 1.0
    assert not kind.planar
    xml = kind.mjcf({"size": 0.25})
    assert 'pos="0 0 0.25"' in xml
    assert "---" not in xml


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (BODY, "has no front matter"),
        ("{#---\n" + FRONT + BODY, "has no front matter"),
        ("", "has no front matter"),
        ("{#---\nsummary = \n---#}" + BODY, "Invalid value"),
        ('{#---\nsummary = "a"\ncolour = "red"\n---#}' + BODY, "colour"),
        ("{#---\nplanar = true\n---#}" + BODY, "summary"),
        ("{#---\n" + FRONT.replace("low = 0.1\n", "") + "---#}" + BODY, "low"),
        ("{#---\n" + FRONT + "width = 3\n---#}" + BODY, "width"),
        ('{#---\nsummary = "a"\nparams = 3\n---#}' + BODY, ""),
    ],
)
def test_broken_front_matter_names_the_file_and_what_is_wrong(tmp_path, text, cause):
    path = template(tmp_path, text)
    with pytest.raises(EnvgenError) as caught:
        read(path)
    assert str(path) in caught.value.cause
    assert cause in caught.value.cause
    assert caught.value.remedy


def test_a_new_template_is_a_robot_without_listing_it_anywhere(tmp_path):
    """A checkout with one more template: the robot can be asked for by name and makes valid worlds."""
    root = resource("templates").parent
    for name in ("envgen", "templates"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    template(
        tmp_path / "templates" / "robots",
        (root / "templates/robots/quadruped.xml.j2").read_text().replace('model="quadruped"', 'model="dog"'),
        "dog.xml.j2",
    )
    script = (
        "from envgen.packs.make import make; from envgen.core.cfgio import parse\n"
        "pack = make(parse({'robots': [{'model': 'dog'}]}), 1, out='out', jobs=1)\n"
        "print(pack[0].agents, pack[0].report.ok)"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert out.returncode == 0, out.stderr
    assert out.stdout.split() == ["['dog_0']", "True"]
