"""What a lasting crew has in memory before its processes are forked: all that makes variants, and the robots.

Imported by the process that these are forked from (`crew`), and by nobody else: importing it reads the
robots, half a second's work, so that the first variant of a prompt doesn't wait for them.
"""

from __future__ import annotations

import gc
import signal
from contextlib import suppress

# Ctrl-C reaches this process too; its parent answers it, and closes what this one waits for. The handler
# goes back below, as the processes that are forked have it.
_before = signal.signal(signal.SIGINT, signal.SIG_IGN)

import envgen.packs.streaming as streaming  # noqa: E402
from envgen.core.cfgio import parse  # noqa: E402
from envgen.core.families import ROBOTS  # noqa: E402
from envgen.worlds.variant import build  # noqa: E402

__all__ = ["streaming"]

for _name in ROBOTS.names():
    with suppress(Exception):  # told when a variant with it is made
        build(parse({"name": "ahead", "robots": [{"model": _name}]}), 0, 0)
gc.freeze()
signal.signal(signal.SIGINT, _before)
