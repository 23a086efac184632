"""The robot of each agent of a variant, from the recipe of its pack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from envgen.core.errors import InputError
from envgen.core.robot_names import robot_name


def agent_robots(
    agents: Sequence[str], robots: Sequence[Mapping[str, Any]], drawn: Mapping[str, Any]
) -> dict[str, str]:
    """Return the name of each agent's robot.

    Args:
        agents: Agent ids in the order of the model, which is that of the entries.
        robots: `EnvCfg.robots` of the pack, as plain data.
        drawn: Values of the variant by path, those of a sweep too.

    Raises:
        InputError: The agents don't follow from the recipe.
    """
    if "robots" in drawn:
        robots = json.loads(drawn["robots"])
    names: list[str] = []
    for i, entry in enumerate(robots):
        model, count = (
            drawn.get(f"robots[{i}].{key}", drawn.get(f"robots[*].{key}", entry.get(key, default)))
            for key, default in (("model", ""), ("count", 1))
        )
        names += [robot_name(str(model))] * int(count)
    if len(names) != len(agents):
        raise InputError(
            f"a pack must list the agents of its recipe, got {len(agents)} agents for {len(names)} robots",
            "Make the pack again.",
        )
    return dict(zip(agents, names))
