"""The default backend: rules and a lexicon, no network and no key."""

from __future__ import annotations

from envgen.prompting.base import BACKENDS
from envgen.prompting.reader import read

BACKENDS.add("offline", read)
