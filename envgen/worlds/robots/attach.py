"""A robot as part of a world: attached once under its agent's prefix, then kept as text.

`MjSpec.attach` renames all that a robot refers to; doing it for every variant would cost more than half of
compiling it. What it yields depends on the robot and the agent id only, so it is done once for
each pair, taken apart by section, and each variant puts its own start pose into the text.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

import mujoco
from lxml import etree

from envgen.worlds.compiler import capture_warnings
from envgen.worlds.robots.mujoco_xml import mend_sensors
from envgen.worlds.robots.robot_model import RobotModel
from envgen.worlds.team_colours import team_rgb

SECTIONS = ("contact", "deformable", "tendon", "equality", "actuator", "sensor")
"""Sections of a world that its agents alone fill, in the order of MuJoCo's documentation."""
_ASSETS = "../../assets"
"""From the folder of a variant to what all variants of a pack share."""


@dataclass(frozen=True)
class Fragment:
    """The sections of one agent, as indented text.

    Attributes:
        sections: Text by name of the section, without the section's own tags.
        body: The root body, in two parts: its pos and quat belong between them.
        shared: Where each file that it names is, by its name in the pack's assets.
    """

    sections: dict[str, str]
    body: tuple[str, str]
    shared: dict[str, str]

    def placed(self, pose: str) -> str:
        """The body with its pose."""
        return f"{self.body[0]} {pose}{self.body[1]}"


@lru_cache(maxsize=1024)
def attach_robot(
    robot: RobotModel, agent: str, colour: int, fluid_density: float, *, physics_only: bool = False
) -> Fragment:
    """The robot as that agent.

    Args:
        robot: The robot.
        agent: Agent id; becomes the prefix of every name.
        colour: Of the team, as `team_colours.colour_number` numbers it.
        fluid_density: In kg/m3; above that of air, bodies get the lift of what they displace.
        physics_only: Without what is only seen, and with its files where they are on this machine: to be compiled
            here and now, not to be written.
    """
    parent, child = (
        mujoco.MjSpec(),
        mujoco.MjSpec.from_string((physics_only and robot.physics_xml) or robot.xml),
    )
    if fluid_density > 2.0:
        for body in child.bodies:
            if body.name in robot.volumes:
                volume, mass = robot.volumes[body.name]
                body.gravcomp = buoyancy(fluid_density, volume, mass)
    with capture_warnings():  # attach warns that the parent's options stay; ours are merged in `physics`
        parent.attach(child, prefix=f"{agent}/", frame=parent.worldbody.add_frame())
        parent.compile()
        root = etree.fromstring(parent.to_xml().encode(), etree.XMLParser(remove_blank_text=True))
    _mend_defaults(root, agent)
    mend_sensors(root)
    _tint(root, agent, colour)
    shared = {} if physics_only else _share(root, robot.folder)
    name = f"{agent}/{robot.root.name}"
    body = next((b for b in root.iterfind("worldbody//body") if b.get("name") == name), None)
    sections = {}
    for section in ("default", "asset", *SECTIONS):
        parts = [child for section in root.findall(section) for child in section]
        sections[section] = "".join(_text(part, depth=2) for part in parts)
    assert body is not None  # robot_model has seen it
    for attribute in {"pos", "quat"} & set(body.attrib):
        del body.attrib[attribute]
    text = _text(body, depth=2)
    at = text.index('"', text.index('"') + 1) + 1  # behind its name, which stands first
    return Fragment(sections, (text[:at], text[at:]), shared)


def _share(root: etree._Element, folder: str) -> dict[str, str]:
    """Let the robot's files be found among the pack's assets; where each is now."""
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
    """Gravity compensation of a body that displaces a fluid: the share of its weight that the fluid carries.

    At most 1: the fluid has no surface, and what is lighter than it would rise for ever.

    Args:
        density: Of the fluid, in kg/m3.
        volume: Displaced, in m3.
        mass: Of the body, in kg.
    """
    return round(min(density * volume / max(mass, 1e-6), 1.0), 4)


def _mend_defaults(root: etree._Element, agent: str) -> None:
    """What MuJoCo 3.14 leaves unfinished in the default classes of an attached robot.

    It keeps the child's name of a material there; every geom repeats its own with the prefix.
    """
    for default in root.iterfind(".//default/*[@material]"):
        if not default.get("material", "").startswith(f"{agent}/"):
            del default.attrib["material"]


def _tint(root: etree._Element, agent: str, colour: int) -> None:
    for material in root.iter("material"):
        if material.get("name") == f"{agent}/shell":
            material.set("rgba", " ".join(f"{v:.3g}" for v in (*team_rgb(colour), 1.0)))


def _text(element: etree._Element, depth: int) -> str:
    etree.indent(element, space="  ", level=depth)
    element.tail = None
    return "  " * depth + etree.tostring(element, encoding="unicode").strip() + "\n"
