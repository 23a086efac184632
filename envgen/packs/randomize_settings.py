"""Settings of the draws of a variant's episodes: the `randomize` of its EnvCfg, completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envgen.core import dist
from envgen.core.cfg import RandomizeCfg

TASK_PUSH = frozenset(("push", "push_interval"))
"""Parameters with which a task pushes robots."""
_DEFAULTS: Mapping[str, Any] = dist.to_plain(RandomizeCfg().model_dump(mode="json"))


def randomize_settings(given: Mapping[str, Any], params: Mapping[str, float]) -> dict[str, Any]:
    """Return the settings of a variant's episodes, number or distribution by key, as plain data.

    Args:
        given: `EnvCfg.randomize` as plain data. Packs of earlier versions lack keys: these change nothing.
        params: Drawn parameters of the task. One that has `push` (m/s) and `push_interval` (s) pushes the
            robots itself where `randomize.push` is 0.
    """
    settings = {key: given.get(key, default) for key, default in _DEFAULTS.items()}
    if settings["push"] == 0 and params.keys() >= TASK_PUSH:
        settings |= {key: params[key] for key in TASK_PUSH}
    return settings
