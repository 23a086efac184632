"""Robots that a prompt names by their file or source: `./mine.xml`, `gymnasium:ant`."""

from __future__ import annotations

import re
from collections.abc import Callable

from envgen.core.errors import InputError
from envgen.core.families import MENAGERIE, PACKAGES, ROBOTS

_SOURCES = "|".join((*PACKAGES, MENAGERIE))
PATTERN = rf"""
    "[^"\x00-\x1f]+\.(?:xml|mjcf)"
  | '[^'\x00-\x1f]+\.(?:xml|mjcf)'
  | (?<![^\s,;"'()\[\]<>]) (?:[a-z]:\\)? [^\s,;:"'()\[\]<>\x00-\x1f]+ \.(?:xml|mjcf) (?![\w/\\])
  | (?<![\w.:/\\-]) (?:{_SOURCES}) : \w (?:[\w.-]*\w)?
"""
"""A path in quotes, a path without blanks, or `<source>:<name>`; to be compiled verbose, ignoring case."""
_REFERENCE = re.compile(PATTERN, re.VERBOSE | re.IGNORECASE)


def split(prompt: str) -> list[str]:
    """The prompt in pieces: text at even places, references between them."""
    pieces, at = [], 0
    for match in _REFERENCE.finditer(prompt):
        pieces += [prompt[at : match.start()], match.group()]
        at = match.end()
    return [*pieces, prompt[at:]]


def bare(reference: str) -> str:
    """The name of the robot, as an EnvCfg has it: without quotes."""
    return reference.strip("\"'")


def is_path(reference: str) -> bool:
    """Whether it names a file, and not a source."""
    return bare(reference).lower().endswith((".xml", ".mjcf"))


def rewritten(prompt: str, rename: Callable[[str], str]) -> str:
    """The prompt with every path in it as `rename` has it."""
    pieces = split(prompt)
    for i in range(1, len(pieces), 2):
        if is_path(pieces[i]):
            name = rename(bare(pieces[i]))
            pieces[i] = name if name == bare(pieces[i]) and pieces[i][0] not in "\"'" else f'"{name}"'
    return "".join(pieces)


def available(name: str) -> bool:
    """Whether a robot that is no built-in one is there and can be used."""
    if not (is_path(name) or _REFERENCE.fullmatch(name)):
        return False
    try:
        ROBOTS.get(name)
    except InputError:
        return False
    return True
