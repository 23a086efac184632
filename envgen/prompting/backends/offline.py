"""The default backend: rules and a lexicon, no network and no key."""

from __future__ import annotations

from envgen.core.cfg import EnvCfg
from envgen.prompting.base import BACKENDS, Interpretation
from envgen.prompting.parser import parse


def _offline(prompt: str, base: EnvCfg | None) -> Interpretation:
    if base is None:
        return parse(prompt)
    from envgen.prompting.refine import refine  # most prompts change nothing

    return refine(base, prompt)


BACKENDS.add("offline", _offline)
