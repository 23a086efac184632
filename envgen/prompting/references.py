"""Files and sources that a prompt names: `./mine.xml`, `gymnasium:ant`, `hills.png`."""

from __future__ import annotations

import re
from collections.abc import Callable

from envgen.core.errors import InputError
from envgen.core.families import MENAGERIE, PACKAGES, ROBOTS, TERRAINS
from envgen.core.params import FileParam, specs

_SOURCES = "|".join((*PACKAGES, MENAGERIE))
_ENDS = r"\.(?:xml|mjcf|png|npy)"
PATTERN = rf"""
    "[^"\x00-\x1f]+{_ENDS}"
  | '[^'\x00-\x1f]+{_ENDS}'
  | (?<![^\s,;"'()\[\]<>]) (?:[a-z]:\\)? [^\s,;:"'()\[\]<>\x00-\x1f]+ {_ENDS} (?![\w/\\])
  | (?<![\w.:/\\-]) (?:{_SOURCES}) : \w (?:[\w.-]*\w)?
"""
"""A path in quotes, a path without blanks, or `<source>:<name>`; to be compiled verbose, ignoring case."""
_REFERENCE = re.compile(PATTERN, re.VERBOSE | re.IGNORECASE)


def split_references(prompt: str) -> list[str]:
    """Return the prompt in pieces: text at even places, references between them."""
    pieces, at = [], 0
    for match in _REFERENCE.finditer(prompt):
        pieces += [prompt[at : match.start()], match.group()]
        at = match.end()
    return [*pieces, prompt[at:]]


def unquote(reference: str) -> str:
    """Return the name of the robot or the path, as an EnvCfg has it: without quotes."""
    return reference.strip("\"'")


def is_path(reference: str) -> bool:
    """Return whether it names a file, and not a source."""
    return unquote(reference).lower().endswith((".xml", ".mjcf")) or is_image(reference)


def is_image(reference: str) -> bool:
    """Return whether it names a file of heights, and not a robot."""
    return unquote(reference).lower().endswith((".png", ".npy"))


def rewrite_paths(prompt: str, rename: Callable[[str], str]) -> str:
    """Return the prompt with every path in it as `rename` has it."""
    pieces = split_references(prompt)
    for i in range(1, len(pieces), 2):
        if is_path(pieces[i]):
            name = rename(unquote(pieces[i]))
            pieces[i] = name if name == unquote(pieces[i]) and pieces[i][0] not in "\"'" else f'"{name}"'
    return "".join(pieces)


def terrain_of(image: str) -> tuple[str, str]:
    """Return the kind of terrain that is made of such a file, and its parameter for the path.

    Raises:
        InputError: No terrain takes such a file, or the file is missing or unfit.
    """
    for kind, terrain in TERRAINS:
        for name, spec in specs(terrain).items():
            if isinstance(spec, FileParam) and image.lower().endswith(spec.suffixes):
                if spec.digest is not None:
                    spec.digest(image)
                return kind, name
    raise InputError(f"no terrain is made of {image!r}", "See `envgen list terrains`.")


def available(name: str) -> bool:
    """Return whether an external robot is installed and can be used."""
    if is_image(name) or not (is_path(name) or _REFERENCE.fullmatch(name)):
        return False
    try:
        ROBOTS.get(name)
    except InputError:
        return False
    return True
