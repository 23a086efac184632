"""The message that begins a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.packs.wire.spec import TaskSpec
from envgen.prompting.base import Interpretation
from envgen.server.messages import InterpretationSpec, Started


def interpretation_json(interpretation: Interpretation) -> dict[str, Any]:
    """Return what `envgen interpret --json` prints of an interpretation, with suggestions."""
    return {**interpretation.to_json(), "suggestions": interpretation.suggestions or None}


def start_message(
    cfg: EnvCfg,
    task: Mapping[str, Any],
    *,
    count: int,
    seed: int,
    interpretation: Interpretation | None = None,
    pack: str | None = None,
) -> Started:
    """Return the message that begins a job.

    Args:
        cfg: The distribution.
        task: The task as data.
        count: Number of variants.
        seed: Seed of the variants.
        interpretation: What the prompt became, if there was one.
        pack: Name of the pack, if the variants are read from one.
    """
    read = (
        None
        if interpretation is None
        else InterpretationSpec.model_validate(interpretation_json(interpretation))
    )
    return Started(
        name=cfg.name,
        cfg=cfgio.dump(cfg),
        interpretation=read,
        count=count,
        seed=str(seed),
        task=TaskSpec.model_validate(dict(task)),
        pack=pack,
    )
