"""What to do about XML that is refused, by what is said of it."""

from __future__ import annotations

REMEDIES = (
    ("URDF", "Convert it to MJCF: load it with MuJoCo and write it with mj_saveLastXML."),
    ("document type", "Remove the document type and the entities: write out what they stand for."),
    ("not well-formed", "Mend the XML at the line that is named."),
    ("nested", "Flatten bodies that are nested too deeply."),
    ("elements", "Take fewer elements, or lower the counts of <replicate>, <composite> and <flexcomp>."),
    ("bytes", "Move data into files beside the MJCF."),
    ("compilers", "Let one <compiler> name the folders."),
    ("includes", "Include fewer files."),
)


def remedy_of(why: str) -> str:
    """The remedy that fits what `UnsafeXml` says; empty if none does."""
    return next((remedy for words, remedy in REMEDIES if words in why), "")
