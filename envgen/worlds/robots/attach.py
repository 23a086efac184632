"""Attach a robot to a world under its agent's prefix, as MJCF text.

`MjSpec.attach` renames every element of a robot; to do so for each variant would cost more than half of
compiling it. The result depends on the robot, the agent id and its colour only, so it is computed once, split
by section and cached; each variant inserts its own start pose into the text.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

import mujoco
from lxml import etree

from envgen.worlds.compiler import capture_warnings
from envgen.worlds.robots.mujoco_xml import fix_sensors
from envgen.worlds.robots.robot_model import RobotModel
from envgen.worlds.team_colours import team_rgb

SECTIONS = ("contact", "deformable", "tendon", "equality", "actuator", "sensor")
"""Sections of a world's MJCF that only agents fill, in the order of MuJoCo's documentation."""
_ASSETS = "../../assets"
"""Path from the folder of a variant to the files that all variants of a pack share."""


@dataclass(frozen=True)
class Fragment:
    """One agent's part of a world's MJCF, as indented text by section.

    Attributes:
        sections: Text by name of the section, without the section's own tags.
        body: The root body in two parts; its pos and quat are inserted between them.
        shared: Path on this machine of each file that it names, by its name in the pack's assets.
    """

    sections: dict[str, str]
    body: tuple[str, str]
    shared: dict[str, str]

    def body_at(self, pose: str) -> str:
        """Return the root body with pose attributes inserted."""
        return f"{self.body[0]} {pose}{self.body[1]}"


@lru_cache(maxsize=1024)
def attach_robot(
    robot: RobotModel, agent: str, colour: int, fluid_density: float, *, physics_only: bool = False
) -> Fragment:
    """Attach a robot to an empty world as an agent, and return its part of the MJCF.

    Args:
        robot: The robot.
        agent: Agent id; becomes the prefix of every name.
        colour: Number of the team's colour, see `team_colours.colour_number`.
        fluid_density: In kg/m3; in a fluid denser than air, bodies get buoyancy as gravity compensation.
        physics_only: Leave out visual geoms and textures, and keep absolute file paths: for compiling on this
            machine, not for a pack.
    """
    xml = (physics_only and robot.physics_xml) or robot.xml
    parent, child = mujoco.MjSpec(), mujoco.MjSpec.from_string(xml)
    if fluid_density > 2.0:
        for body in child.bodies:
            if body.name in robot.volumes:
                volume, mass = robot.volumes[body.name]
                body.gravcomp = buoyancy(fluid_density, volume, mass)
    with capture_warnings():  # attach warns that the parent keeps its options; `physics_options` merges them
        parent.attach(child, prefix=f"{agent}/", frame=parent.worldbody.add_frame())
        parent.compile()
        root = etree.fromstring(parent.to_xml().encode(), etree.XMLParser(remove_blank_text=True))
    _fix_default_materials(root, agent)
    fix_sensors(root)
    _set_team_colour(root, agent, colour)
    shared = {} if physics_only else _share(root, robot.folder)
    name = f"{agent}/{robot.root.name}"
    body = next((b for b in root.iterfind("worldbody//body") if b.get("name") == name), None)
    sections = {}
    for section in ("default", "asset", *SECTIONS):
        parts = [child for section in root.findall(section) for child in section]
        sections[section] = "".join(_text(part, depth=2) for part in parts)
    assert body is not None  # robot_model checked it
    for attribute in {"pos", "quat"} & set(body.attrib):
        del body.attrib[attribute]
    text = _text(body, depth=2)
    at = text.index('"', text.index('"') + 1) + 1  # after its name, the first attribute
    return Fragment(sections, (text[:at], text[at:]), shared)


def _share(root: etree._Element, folder: str) -> dict[str, str]:
    """Point file attributes at the pack's assets; return the present path of each file by its new name."""
    shared: dict[str, str] = {}
    for element in root.iterfind("asset/*[@file]"):
        path = str(element.get("file"))
        name = f"{folder}/{os.path.basename(path)}"
        if shared.get(name, path) != path:  # two files of one name, from different folders
            digest = hashlib.sha256(path.encode()).hexdigest()[:8]
            name = f"{folder}/{digest}-{os.path.basename(path)}"
        shared[name] = path
        element.set("file", f"{_ASSETS}/{name}")
    return shared


def buoyancy(density: float, volume: float, mass: float) -> float:
    """Return the gravity compensation of a body in a fluid: the share of its weight that buoyancy carries.

    At most 1: the fluid has no surface, so a body lighter than the fluid would rise without end.

    Args:
        density: Of the fluid, in kg/m3.
        volume: Displaced, in m3.
        mass: Of the body, in kg.
    """
    return round(min(density * volume / max(mass, 1e-6), 1.0), 4)


def _fix_default_materials(root: etree._Element, agent: str) -> None:
    """Remove materials of default classes that MuJoCo 3.14 leaves without the agent's prefix.

    Every geom names its own material, with the prefix.
    """
    for default in root.iterfind(".//default/*[@material]"):
        if not default.get("material", "").startswith(f"{agent}/"):
            del default.attrib["material"]


def _set_team_colour(root: etree._Element, agent: str, colour: int) -> None:
    for material in root.iter("material"):
        if material.get("name") == f"{agent}/shell":
            material.set("rgba", " ".join(f"{v:.3g}" for v in (*team_rgb(colour), 1.0)))


def _text(element: etree._Element, depth: int) -> str:
    etree.indent(element, space="  ", level=depth)
    element.tail = None
    return "  " * depth + etree.tostring(element, encoding="unicode").strip() + "\n"
