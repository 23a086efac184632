"""Preloading for a lasting worker pool: the modules that make variants, and what they read first.

Only the process from which workers are forked imports this module. Importing it takes half a second, which
the first variant of a prompt then need not wait for. Robots are read where they are wanted, in a tenth of a
second: all of them would keep the pool waiting for another second.
"""

from __future__ import annotations

import gc
import signal
from contextlib import suppress

# Ctrl-C reaches this process too, but its parent handles it. The handler is restored below, as forked
# processes inherit it.
_before = signal.signal(signal.SIGINT, signal.SIG_IGN)

import envgen.packs.streaming as streaming  # noqa: E402
from envgen.core.cfgio import parse  # noqa: E402
from envgen.worlds.variant import build  # noqa: E402

__all__ = ["streaming"]

with suppress(Exception):  # reported when a variant is made
    build(parse({"name": "ahead"}), 0, 0)
gc.freeze()
signal.signal(signal.SIGINT, _before)
