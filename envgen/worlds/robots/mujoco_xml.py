"""MJCF as MuJoCo writes it, mended where it would not read what it wrote."""

from __future__ import annotations

from typing import Any

from lxml import etree

_MISNAMED = {"kinetic": "e_kinetic", "potential": "e_potential"}


def written(spec: Any) -> str:
    """The text of a compiled `MjSpec`, with all angles in radians.

    MuJoCo 3.14 converts the angles of joints but writes those of default classes as they were given; each
    joint then repeats its own, so that these can go.
    """
    root = etree.fromstring(str(spec.to_xml()).encode(), etree.XMLParser(remove_blank_text=True))
    mend_sensors(root)
    if spec.compiler.degree:
        for default in root.iterfind(".//default/joint"):
            for angle in {"range", "ref", "springref"} & set(default.attrib):
                del default.attrib[angle]
    return etree.tostring(root, encoding="unicode")


def mend_sensors(root: etree._Element) -> None:
    """Sensors of energy under the names by which they are read; user sensors on nothing name no object."""
    for section in root.iterfind("sensor"):
        for sensor in section.iterchildren(etree.Element):
            tag = str(sensor.tag)
            sensor.tag = _MISNAMED.get(tag, tag)
            if tag == "user" and "objtype" not in sensor.attrib and "objname" in sensor.attrib:
                del sensor.attrib["objname"]
