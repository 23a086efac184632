"""Names that were renamed still work, with a DeprecationWarning."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from envgen.core.families import POLICIES
from envgen.packs.variant import PackVariant
from envgen.policies.base import AgentInterface, PolicyInput
from envgen.validate.base import Check
from envgen.validate.report import Finding
from envgen.validate.source import Location
from envgen.validate.subject import Subject
from envgen.worlds.sampling.teams import Teams

MODULE_NAMES = [
    ("envgen.policies.base", "Seat", "AgentInterface"),
    ("envgen.policies.base", "Moment", "PolicyInput"),
    ("envgen.policies.base", "Choice", "PolicyName"),
    ("envgen.policies.base", "chosen", "select_agents"),
    ("envgen.rollout.policies", "seat", "interface"),
    ("envgen.rollout.policies", "seats", "interfaces"),
    ("envgen.terrains.base", "rounded", "round_boxes"),
    ("envgen.terrains.base", "under", "samples_under"),
]
TEAMS = Teams.of(["ant_0", "ant_1"], ["red", "blue"])
ENTRY = {"agents": ["ant_0", "ant_1"], "teams": ["red", "blue"]}
PROPERTIES = [
    (TEAMS, "teams", "by_agent"),
    (Subject(b"", teams=TEAMS), "cast", "teams"),
    (PackVariant(SimpleNamespace(), ENTRY, 0.1, SimpleNamespace(), {}), "cast", "teams"),  # type: ignore[arg-type]
]

POLICY = '''
"""Swaying."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.policies.base import Floats, Moment, Policy, Seat, register


@register
class Sway(Policy):
    """All actuators together, to and fro."""

    kind: ClassVar[str] = "zz_sway"

    def __init__(self, actuators: int) -> None:
        self.actuators = actuators

    @classmethod
    def bind(cls, seat: Seat, argument: str, seed: int) -> Sway:
        return cls(len(seat.actuators))

    def __call__(self, moment: Moment) -> Floats:
        return np.tile(np.sin(moment.time)[:, None], self.actuators)
'''
"""A policy as the docs of an earlier version showed it."""


@pytest.mark.parametrize(("module", "old", "new"), MODULE_NAMES)
def test_an_old_name_of_a_module_works(module: str, old: str, new: str) -> None:
    found = importlib.import_module(module)
    with pytest.warns(DeprecationWarning, match=rf"{old} is deprecated; use {new}") as caught:
        assert getattr(found, old) is getattr(found, new)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("module", sorted({module for module, _, _ in MODULE_NAMES}))
def test_an_unknown_name_is_an_attribute_error(module: str) -> None:
    assert not hasattr(importlib.import_module(module), "no_such_name")


@pytest.mark.parametrize(("owner", "old", "new"), PROPERTIES)
def test_an_old_property_works(owner: Any, old: str, new: str) -> None:
    with pytest.warns(DeprecationWarning, match=rf"\.{old} is deprecated; use \w+\.{new}") as caught:
        assert getattr(owner, old) == getattr(owner, new)
    assert caught[0].filename == __file__


def test_the_teams_of_a_cast_are_those_of_its_agents() -> None:
    with pytest.warns(DeprecationWarning, match=r"Subject\.cast is deprecated"):
        cast = Subject(b"", teams=TEAMS).cast
    with pytest.warns(DeprecationWarning, match=r"Teams\.teams is deprecated; use Teams\.by_agent"):
        assert cast.teams == ("red", "blue")  # type: ignore[union-attr]


def test_check_at_is_with_location() -> None:
    class Example(Check):
        kind: ClassVar[str] = "zz_example"

        def run(self, subject: Subject) -> Finding:
            return self.at_most(2, 1, "too much")

    check, location = Example(), Location("geom 'a'", "env.xml", 3)
    finding = check.run(Subject(b""))
    with pytest.warns(DeprecationWarning, match=r"Check\.at is deprecated; use Check\.with_location"):
        assert check.at(location, finding) == check.with_location(location, finding)


def test_a_policy_module_with_old_names_loads_and_binds() -> None:
    POLICIES.names()
    try:
        with pytest.warns(DeprecationWarning, match=r"envgen\.policies\.base\.") as caught:
            exec(compile(POLICY, "sway.py", "exec"), {"__name__": "third_party"})
        assert {str(warning.message).split(" ")[0].rsplit(".", 1)[1] for warning in caught} == {
            "Seat",
            "Moment",
        }
        assert {warning.filename for warning in caught} == {"sway.py"}
        interface = AgentInterface("ant", "walk", (("up", 3),), ("hip", "knee"), (-1, -1), (1, 1))
        policy = POLICIES.get("zz_sway").bind(interface, "", 0)
    finally:
        POLICIES._kinds.pop("zz_sway", None)
    one = np.zeros(1, dtype=np.int64)
    action = policy(PolicyInput(np.zeros((1, 3)), np.array([0.5]), one, one, one, one))
    assert action == pytest.approx(np.full((1, 2), np.sin(0.5)))
