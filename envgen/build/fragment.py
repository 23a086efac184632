"""A robot as part of a world: attached once under its agent's prefix, then kept as text.

`MjSpec.attach` renames all that a robot refers to; doing it for every variant would cost more than half of
compiling it. What it yields depends on the robot and the agent id only, so it is done once for
each pair, taken apart by section, and each variant puts its own start pose into the text.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from functools import lru_cache

import mujoco
from lxml import etree

from envgen.build.engine import listening
from envgen.build.robot import ROOT, RobotModel

POSE = "@pose@"
"""Stands in the text of a fragment for the attributes pos and quat of the root body."""

_SECTIONS = ("default", "asset", "contact", "tendon", "equality", "actuator", "sensor")


@dataclass(frozen=True)
class Fragment:
    """The sections of one agent, as indented text.

    Attributes:
        sections: Text by name of the section, without the section's own tags.
        body: The root body, with POSE where its pos and quat belong.
    """

    sections: dict[str, str]
    body: str

    def placed(self, pose: str) -> str:
        """The body with its pose."""
        return self.body.replace(POSE, pose, 1)


@lru_cache(maxsize=1024)
def fragment(robot: RobotModel, agent: str, colour: int, fluid_density: float) -> Fragment:
    """The robot as that agent.

    Args:
        robot: The robot.
        agent: Agent id; becomes the prefix of every name.
        colour: Number of the team, which decides the hue.
        fluid_density: In kg/m3; above that of air, bodies get the lift of what they displace.
    """
    parent, child = mujoco.MjSpec(), mujoco.MjSpec.from_string(robot.xml)
    for key in list(child.keys):
        child.delete(key)
    if fluid_density > 2.0:
        for body in child.bodies:
            if body.name in robot.volumes:
                volume, mass = robot.volumes[body.name]
                body.gravcomp = buoyancy(fluid_density, volume, mass)
    with listening():  # attach warns that the parent's options stay; ours are merged in `physics`
        parent.attach(child, prefix=f"{agent}/", frame=parent.worldbody.add_frame())
        parent.compile()
        root = etree.fromstring(parent.to_xml().encode(), etree.XMLParser(remove_blank_text=True))
    _mend_defaults(root, agent)
    _tint(root, agent, colour)
    body = root.find(f"worldbody//body[@name='{agent}/{ROOT}']")
    sections = {}
    for name in _SECTIONS:
        parts = [child for section in root.findall(name) for child in section]
        sections[name] = "".join(_text(part, depth=2) for part in parts)
    assert body is not None  # robot_model has seen it
    for attribute in {"pos", "quat"} & set(body.attrib):
        del body.attrib[attribute]
    text = _text(body, depth=2)
    opened = f'<body name="{agent}/{ROOT}"'
    return Fragment(sections, text.replace(opened, f"{opened} {POSE}", 1))


def buoyancy(density: float, volume: float, mass: float) -> float:
    """Gravity compensation of a body that displaces a fluid: the share of its weight that the fluid carries.

    At most 1: the fluid has no surface, and what is lighter than it would rise for ever.

    Args:
        density: Of the fluid, in kg/m3.
        volume: Displaced, in m3.
        mass: Of the body, in kg.
    """
    return round(min(density * volume / max(mass, 1e-6), 1.0), 4)


def hue(colour: int) -> tuple[float, float, float]:
    """The red, green and blue (0 to 1) of a team; neighbouring numbers differ clearly."""
    # steps of the golden ratio around the circle of hues; it starts at orange
    return colorsys.hsv_to_rgb((0.07 + colour * 0.618034) % 1.0, 0.75, 0.9)


def _mend_defaults(root: etree._Element, agent: str) -> None:
    """What MuJoCo 3.14 leaves unfinished in the default classes of an attached robot.

    It writes angles of defaults in the child's unit (every joint repeats its own in radians) and keeps the
    child's name of a material (every geom repeats its own with the prefix).
    """
    for default in root.iterfind(".//default/joint"):
        for angle in {"range", "ref", "springref"} & set(default.attrib):
            del default.attrib[angle]
    for default in root.iterfind(".//default/*[@material]"):
        if not default.get("material", "").startswith(f"{agent}/"):
            del default.attrib["material"]


def _tint(root: etree._Element, agent: str, colour: int) -> None:
    for material in root.iter("material"):
        if material.get("name") == f"{agent}/shell":
            material.set("rgba", " ".join(f"{v:.3g}" for v in (*hue(colour), 1.0)))


def _text(element: etree._Element, depth: int) -> str:
    etree.indent(element, space="  ", level=depth)
    element.tail = None
    return "  " * depth + etree.tostring(element, encoding="unicode").strip() + "\n"
