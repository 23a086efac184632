"""Policies as options give them: `--policy gait` for all agents, `--policy ant_0=gait` for one."""

from __future__ import annotations

from collections.abc import Sequence

import click


def by_agent(given: Sequence[str]) -> dict[str, str]:
    """Return names of policies by agent or pattern.

    Raises:
        click.UsageError: One is empty, or an agent is named twice.
    """
    found: dict[str, str] = {}
    for text in given:
        agent, sign, name = text.partition("=")
        key, value = (agent.strip(), name.strip()) if sign else ("*", text.strip())
        if not key or not value or key in found:
            raise click.UsageError(
                f"{text!r} is empty or given twice\nWrite --policy gait, or --policy ant_0=gait."
            )
        found[key] = value
    return found
