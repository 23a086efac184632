"""What a job is about: the source that a page gave, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.packs.wire.spec import TaskSpec
from envgen.prompting.base import Interpretation
from envgen.server.messages import InterpretationSpec, Started


def told(interpretation: Interpretation) -> dict[str, Any]:
    """An interpretation as a page gets it: as `envgen interpret --json` prints it, and with suggestions."""
    return {**interpretation.to_json(), "suggestions": interpretation.suggestions or None}


def started(
    cfg: EnvCfg,
    task: Mapping[str, Any],
    *,
    count: int,
    seed: int,
    interpretation: Interpretation | None = None,
    pack: str | None = None,
) -> Started:
    """The message that begins a job.

    Args:
        cfg: The distribution.
        task: As data.
        count: Variants of the job.
        seed: Of the variants.
        interpretation: Of a prompt.
        pack: Name of the pack that they are of.
    """
    read = None if interpretation is None else InterpretationSpec.model_validate(told(interpretation))
    return Started(
        name=cfg.name,
        cfg=cfgio.dump(cfg),
        interpretation=read,
        count=count,
        seed=str(seed),
        task=TaskSpec.model_validate(dict(task)),
        pack=pack,
    )
