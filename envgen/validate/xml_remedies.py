"""Remedies for XML that is refused, by the message of `UnsafeXml`."""

from __future__ import annotations

REMEDIES = (
    ("URDF", "Convert it to MJCF: load it with MuJoCo and write it with mj_saveLastXML."),
    ("document type", "Remove the document type and replace each entity by its value."),
    ("not well-formed", "Correct the XML at the given line."),
    ("nested", "Reduce the nesting of bodies."),
    ("elements", "Use fewer elements, or lower the counts of <replicate>, <composite> and <flexcomp>."),
    ("bytes", "Move data into files beside the MJCF."),
    ("compilers", "Let one <compiler> name the folders."),
    ("includes", "Include fewer files."),
)


def remedy_for(message: str) -> str:
    """Return the remedy for a message of `UnsafeXml`; empty if none fits."""
    return next((remedy for words, remedy in REMEDIES if words in message), "")
