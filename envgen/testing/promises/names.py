"""Names inside a world follow the convention."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np

from envgen.packs.variant import PackVariant
from envgen.testing.base import Case, VariantPromise, register
from envgen.worlds.compiled.world import GOAL, OBSTACLE, TERRAIN, World

_AGENT = re.compile(r"(.+)_(\d+)")
_PARTS = ("body", "geom", "jnt", "actuator", "sensor", "site")
_OBSTACLE = re.compile(re.escape(OBSTACLE) + r"\w+_\d+")


@register
class Names(VariantPromise):
    """Agents are `<name>_<i>` and own `<agent>/…`; the rest is called terrain/…, obstacle/… or goal/…."""

    kind: ClassVar[str] = "names"
    order: ClassVar[int] = 45

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        world, counts = variant.world(), dict[str, int]()
        assert world.agents == variant.agents, (
            f"the agents of its env.xml are {world.agents}, those of the manifest {variant.agents}"
        )
        for agent in variant.agents:
            match = _AGENT.fullmatch(agent)
            assert match, f"an agent must be called <name>_<i>, got {agent!r}"
            name, number = match[1], int(match[2])
            assert number == counts.get(name, 0), f"{agent!r} must be {name}_{counts.get(name, 0)}"
            counts[name] = number + 1
            self._check_actuators(world, agent)
        assert world.terrain_geoms, f"no geom is called {TERRAIN}…"
        allowed = (*(f"{agent}/" for agent in variant.agents), TERRAIN, OBSTACLE, GOAL)
        for part in _PARTS:
            for element in world.names(part):
                known = not element or element == "world" or element.startswith(allowed)
                assert known, f"the {part} {element!r} belongs to no agent, terrain, obstacle or goal"
                if element.startswith(OBSTACLE):
                    assert _OBSTACLE.match(element), (
                        f"an obstacle must be {OBSTACLE}<kind>_<i>, got {element!r}"
                    )

    @staticmethod
    def _check_actuators(world: World, agent: str) -> None:
        own = [i for i, name in enumerate(world.names("actuator")) if name.startswith(f"{agent}/")]
        assert own, f"{agent} has no actuators"
        ranges = world.model.actuator_ctrlrange[own]
        assert world.model.actuator_ctrllimited[own].all(), f"an actuator of {agent} has no ctrlrange"
        assert np.isfinite(ranges).all(), f"a ctrlrange of {agent} is not finite"
        assert (ranges[:, 0] < ranges[:, 1]).all(), f"a ctrlrange of {agent} is empty"
