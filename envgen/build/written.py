"""MJCF as MuJoCo writes it, mended where it would not read what it wrote."""

from __future__ import annotations

from typing import Any

from lxml import etree


def written(spec: Any) -> str:
    """The text of a compiled `MjSpec`, with all angles in radians.

    MuJoCo 3.14 converts the angles of joints but writes those of default classes as they were given; each
    joint then repeats its own, so that these can go.
    """
    text = str(spec.to_xml())
    if not spec.compiler.degree:
        return text
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_blank_text=True))
    for default in root.iterfind(".//default/joint"):
        for angle in {"range", "ref", "springref"} & set(default.attrib):
            del default.attrib[angle]
    return etree.tostring(root, encoding="unicode")
