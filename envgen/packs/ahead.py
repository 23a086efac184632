"""What a lasting crew has in memory before its processes are forked: all that makes variants, and the robots.

Imported by the process that these are forked from (`crew`), and by nobody else: importing it reads the
robots, half a second's work, so that the first variant of a prompt doesn't wait for them.
"""

from __future__ import annotations

import gc
from contextlib import suppress

import envgen.packs.streaming as streaming
from envgen.build.variant import build
from envgen.core.cfgio import parse
from envgen.core.families import ROBOTS

__all__ = ["streaming"]

for _name in ROBOTS.names():
    with suppress(Exception):  # told when a variant with it is made
        build(parse({"name": "ahead", "robots": [{"model": _name}]}), 0, 0)
gc.freeze()
