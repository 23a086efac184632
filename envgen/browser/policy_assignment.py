"""Assigning policies to agents: `gait`, `ant_0=gait`, `ant_*=gait`, `team:red=random`, `walk.onnx@30%`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envgen.core.errors import InputError, nearest
from envgen.core.families import POLICIES
from envgen.policies.policy_files import network_files

if TYPE_CHECKING:
    from envgen.browser.session import Session

SYNTAX = "Write POLICY, AGENT=POLICY (or 'ant_*=POLICY'), team:TEAM=POLICY, and @30% behind it for a share."
_FIND_ONE = "Take one for this robot and task; `envgen list policies` says which are for what."
_TEAM, _ONNX = "team:", "onnx:"


@dataclass(frozen=True)
class PolicyAssignment:
    """A policy for some agents.

    Attributes:
        policy: Name of a policy of the page, or the path of an .onnx file.
        agent: Agent id or a pattern of ids such as `ant_*`, or None.
        team: Team, or None.
        share: Share of those agents that get it, 0 to 1.
    """

    policy: str
    agent: str | None = None
    team: str | None = None
    share: float = 1.0

    @classmethod
    def parse(cls, text: str) -> PolicyAssignment:
        """Parse an argument of the command line.

        Raises:
            InputError: It is of none of the forms, or names a policy or file that is not there.
        """
        who, equals, rest = text.rpartition("=")
        policy, at, percent = rest.partition("@")
        share = _share(percent, text) if at else 1.0
        if not policy or (equals and not who):
            raise InputError(f"{text!r} names no policy", SYNTAX)
        if policy.endswith(".onnx") and not Path(policy).is_file():
            raise InputError(f"there is no file {policy}", "Give the path of an .onnx file.")
        if not policy.endswith(".onnx"):
            files = network_files()
            _check_known(policy, {*POLICIES.names(), *(f"{_ONNX}{name}" for name in files), *files})
        if who.startswith(_TEAM):
            return cls(policy, team=who.removeprefix(_TEAM), share=share)
        return cls(policy, agent=who or None, share=share)

    def apply(self, page: Session) -> list[dict[str, Any]]:
        """Give the policy to its agents.

        Returns:
            Agents that refused it: a line per robot and reason, with `policy`, `robot`, `agents` and `why`.

        Raises:
            InputError: The policy is unknown, there is no such agent or team, or it fits none.
        """
        key = page.add_onnx(Path(self.policy)) if self.policy.endswith(".onnx") else self._key(page)
        share = {"share": self.share} if self.share < 1 else {}
        results = [page.set_policy(key, {**to, **share}) for to in self._selections(page)]
        if not any(result["agents"] for result in results):
            raise InputError(f"the policy {self.policy!r} drives nobody: {page.problem()[0]}", _FIND_ONE)
        refused: dict[tuple[str, str], dict[str, Any]] = {}
        for reason in (reason for result in results for reason in result["reasons"]):
            line = refused.setdefault((reason["robot"], reason["why"]), {**reason, "agents": 0})
            line["agents"] += reason["agents"]
        return [{"policy": self.policy, **reason} for reason in refused.values()]

    def _selections(self, page: Session) -> list[dict[str, Any]]:
        """Return the selections of the page: worlds of one pack may have different numbers of robots."""
        if self.team is None and self.agent is None:
            return [{}]
        agents = page.agents()
        if self.team is not None:
            teams = {agent["team"] for agent in agents}
            if self.team not in teams:
                raise InputError(f"there is no team {self.team!r}", f"Known: {', '.join(sorted(teams))}.")
            return [{"team": self.team}]
        worlds: dict[int, list[int]] = {}
        for agent in agents:
            if fnmatchcase(agent["id"], str(self.agent)):
                worlds.setdefault(agent["agent"], []).append(agent["slot"])
        if not worlds:
            ids = sorted({agent["id"] for agent in agents})
            raise InputError(f"there is no agent {self.agent!r}", f"Known: {', '.join(ids)}.")
        return [{"agents": [number], "slots": slots} for number, slots in worlds.items()]

    def _key(self, page: Session) -> str:
        known = {row["name"]: row["key"] for row in page.policies()}
        known |= {key: key for key in known.values()}
        _check_known(self.policy, known)
        return str(known[self.policy])


def _check_known(policy: str, known: Iterable[str]) -> None:
    names = sorted(set(known) - {"onnx"})
    if policy not in names:
        near = nearest(policy, names)
        hint = f"Did you mean {near!r}? " if near else ""
        raise InputError(
            f"there is no policy {policy!r}",
            f"{hint}Known: {', '.join(names)}, or the path of an .onnx file.",
        )


def _share(text: str, whole: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise InputError(f"{whole!r} has no share such as @30%", SYNTAX)
    return value
