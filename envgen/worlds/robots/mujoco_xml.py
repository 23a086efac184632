"""MJCF text of an MjSpec, with fixes where MuJoCo can't read back what it wrote."""

from __future__ import annotations

from typing import Any

from lxml import etree

_SENSOR_TAGS = {"kinetic": "e_kinetic", "potential": "e_potential"}


def spec_to_xml(spec: Any) -> str:
    """Return the MJCF of a compiled `MjSpec`, with all angles in radians.

    MuJoCo 3.14 converts the angles of joints but not those of default classes. As it also writes the angles
    at each joint, those of default classes are removed.
    """
    root = etree.fromstring(str(spec.to_xml()).encode(), etree.XMLParser(remove_blank_text=True))
    fix_sensors(root)
    if spec.compiler.degree:
        for default in root.iterfind(".//default/joint"):
            for angle in {"range", "ref", "springref"} & set(default.attrib):
                del default.attrib[angle]
    return etree.tostring(root, encoding="unicode")


def fix_sensors(root: etree._Element) -> None:
    """Correct tags of energy sensors, and user sensors that name an object but no type."""
    for section in root.iterfind("sensor"):
        for sensor in section.iterchildren(etree.Element):
            tag = str(sensor.tag)
            sensor.tag = _SENSOR_TAGS.get(tag, tag)
            if tag == "user" and "objtype" not in sensor.attrib and "objname" in sensor.attrib:
                del sensor.attrib["objname"]
