"""What the episodes of a variant draw: the `randomize` of its EnvCfg, completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envgen.core import dist
from envgen.core.cfg import RandomizeCfg

_DEFAULTS: Mapping[str, Any] = dist.to_plain(RandomizeCfg().model_dump(mode="json"))


def randomize_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a variant's episodes, number or distribution by key, as plain data.

    Args:
        given: `EnvCfg.randomize` as plain data. Packs of earlier versions lack keys: these change nothing.
    """
    return {key: given.get(key, default) for key, default in _DEFAULTS.items()}
