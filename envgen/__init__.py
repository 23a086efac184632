"""envgen: sentences and parameter files become hundreds of different, validated MuJoCo worlds.

>>> import envgen
>>> pack = envgen.make("rough terrain for ants", count=4)     # doctest: +SKIP
>>> model = pack[0].model()                                   # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from envgen.core.version import __version__ as __version__
from envgen.envs.registration import register_with_gymnasium

if TYPE_CHECKING:
    from envgen.core.cfg import EnvCfg
    from envgen.core.errors import EnvgenError, InputError, WorkError
    from envgen.envs.make import make_env, make_vec, parallel_env
    from envgen.learn.learnable import Learnable
    from envgen.packs.make import make
    from envgen.packs.pack import Pack
    from envgen.packs.selection.diverse import Diverse
    from envgen.prompting.base import interpret, refine
    from envgen.prompting.diff import diff
    from envgen.rollout.rollout import Rollout

__all__ = [
    "Diverse",
    "EnvCfg",
    "EnvgenError",
    "InputError",
    "Learnable",
    "Pack",
    "Rollout",
    "WorkError",
    "diff",
    "interpret",
    "make",
    "make_env",
    "make_vec",
    "parallel_env",
    "refine",
]

# loaded when first used, so that `envgen --help` doesn't wait for MuJoCo
_HOMES = {
    "EnvCfg": "envgen.core.cfg",
    "EnvgenError": "envgen.core.errors",
    "InputError": "envgen.core.errors",
    "WorkError": "envgen.core.errors",
    "Diverse": "envgen.packs.selection.diverse",
    "Learnable": "envgen.learn.learnable",
    "Pack": "envgen.packs.pack",
    "Rollout": "envgen.rollout.rollout",
    "diff": "envgen.prompting.diff",
    "interpret": "envgen.prompting.base",
    "make": "envgen.packs.make",
    "make_env": "envgen.envs.make",
    "make_vec": "envgen.envs.make",
    "parallel_env": "envgen.envs.make",
    "refine": "envgen.prompting.base",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'envgen' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


register_with_gymnasium()
