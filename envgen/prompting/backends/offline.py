"""The default backend: rules and a lexicon, no network and no key."""

from __future__ import annotations

from envgen.core.cfg import EnvCfg
from envgen.prompting.base import BACKENDS, Interpretation
from envgen.prompting.reader import read
from envgen.prompting.refine import refine


def _offline(prompt: str, base: EnvCfg | None) -> Interpretation:
    return read(prompt) if base is None else refine(base, prompt)


BACKENDS.add("offline", _offline)
