"""Check that what a recording holds observes and acts alike, as most formats of data sets need it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envgen.core.errors import InputError
from envgen.rollout.alike import describe_groups

GROUPS = "groups"
"""Key of a recording's metadata where variants differ in agents or bodies: `variants`, `agents` of each."""


def groups_in(about: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the groups of a recording's metadata; one of all variants, where they do not differ."""
    return about.get(GROUPS) or [{"variants": [], "agents": about["agents"]}]


def check_alike(about: Mapping[str, Any], agents: Sequence[str], source: str, format: str) -> None:
    """Check that agents observe and act alike, in all variants.

    Args:
        about: Metadata of a recording.
        agents: Ids of those that are taken.
        source: What is recorded, for the message.
        format: Name of the format that needs it.

    Raises:
        InputError: They differ. The groups are named.
    """
    tables = [
        {agent: _shape(own["agents"][agent]) for agent in agents if agent in own["agents"]}
        for own in groups_in(about)
    ]
    if len({shape for table in tables for shape in table.values()}) <= 1:
        return
    for table in tables:
        by_shape: dict[str, list[str]] = {}
        for agent, shape in table.items():
            by_shape.setdefault(shape, []).append(agent)
        if len(by_shape) > 1:
            first = next(iter(by_shape.values()))
            raise InputError(
                f"the agents of {source} observe or act differently:"
                f" {'; '.join(', '.join(own) for own in by_shape.values())}",
                f"Choose one group, e.g. agents={first}, or the format parquet.",
                on_command_line=f"Choose one group: {' '.join(f'--agent {agent}' for agent in first)},"
                " or --format parquet.",
            )
    described = describe_groups(
        [
            ({agent: len(own["agents"][agent]["actuators"]) for agent in table}, own["variants"])
            for own, table in zip(groups_in(about), tables)
        ]
    )
    raise InputError(
        f"the variants of {source} differ in observations or actions, which {format} can't hold: {described}",
        "Choose one with group=0, or the format parquet, which holds all.",
        on_command_line="Choose one with --group 0, or --format parquet, which holds all.",
    )


def _shape(agent: Mapping[str, Any]) -> str:
    return json.dumps([agent["observation"], len(agent["actuators"])])
