"""The teams and roles of the agents of one world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from envgen.core.deprecation import warn_renamed
from envgen.core.errors import InputError
from envgen.tasks.base import Task
from envgen.worlds.sampling.draw import Agent
from envgen.worlds.team_colours import colour_number

CHASER, RUNNER = "chaser", "runner"


@dataclass(frozen=True)
class Teams:
    """The agents of a world with their teams and roles.

    Attributes:
        agents: Ids, in the order of the world.
        by_agent: Team of each.
        roles: Role of each, or None.
    """

    agents: tuple[str, ...]
    by_agent: tuple[str, ...]
    roles: tuple[str | None, ...]

    @classmethod
    def of(
        cls,
        agents: Sequence[str],
        teams: Sequence[str] | None = None,
        roles: Sequence[str | None] | None = None,
    ) -> Teams:
        """Return the teams of agents; by default each agent is a team of its own and has no role."""
        return cls(tuple(agents), tuple(teams or agents), tuple(roles or [None] * len(agents)))

    @property
    def teams(self) -> tuple[str, ...]:
        """Deprecated name of `by_agent`."""
        warn_renamed("Teams.teams", "Teams.by_agent")
        return self.by_agent

    @property
    def sides(self) -> list[str]:
        """The teams, in order of appearance."""
        return list(dict.fromkeys(self.by_agent))

    def side(self, agent: int) -> int:
        """Return the number of the team of an agent."""
        return self.sides.index(self.by_agent[agent])

    def group(self, agent: int, name: str) -> list[int]:
        """Return the indices of the agents of a group (`expr.GROUPS`) of an agent, itself left out."""
        own, others = self.by_agent[agent], [i for i in range(len(self.agents)) if i != agent]
        if name == "opponents":
            return [i for i in others if self.by_agent[i] != own]
        if name == "teammates":
            return [i for i in others if self.by_agent[i] == own]
        if name in ("chasers", "runners"):
            return [i for i in others if self.roles[i] == name[:-1]]
        return others


def assign_teams(kind: type[Task], agents: Sequence[Agent]) -> tuple[Agent, ...]:
    """Give agents their teams and roles in a task.

    Without a given team each agent is a team of its own, unless the task is for two teams: then the first
    half plays the second. Without given roles, the first agent chases the others.

    Raises:
        InputError: The task is not for that number of agents, or not for these teams and roles.
    """
    _check_number(kind, len(agents))
    if kind.roles:
        agents = _assign_roles(agents)
    elif given := [agent for agent in agents if agent.role]:
        raise InputError(
            f"task {kind.kind!r} has no roles, but {given[0].id} is to be a {given[0].role}",
            "Leave out robots[].role, or take task.kind 'tag'.",
        )
    if kind.teams and len(agents) > 1:
        agents = _split_teams(kind, agents)
    sides = list(dict.fromkeys(agent.team or agent.id for agent in agents))
    return tuple(
        replace(agent, colour=colour_number(name, sides.index(name)))
        for agent in agents
        for name in [agent.team or agent.id]
    )


def _check_number(kind: type[Task], number: int) -> None:
    most = kind.max_agents
    if number >= kind.min_agents and (most is None or number <= most):
        return
    if most is None:
        wanted = f"at least {_robots(kind.min_agents)}"
    elif most == kind.min_agents:
        wanted = _robots(most)
    else:
        wanted = f"{kind.min_agents} to {_robots(most)}"
    raise InputError(
        f"task {kind.kind!r} is for {wanted}, not {number}", "Change robots[].count or task.kind."
    )


def _robots(number: int) -> str:
    return f"{number} robot{'' if number == 1 else 's'}"


def _assign_roles(agents: Sequence[Agent]) -> list[Agent]:
    """Give agents their roles, with one team of chasers and one of runners."""
    given = {agent.role for agent in agents}
    roles: list[str | None] = [agent.role for agent in agents]
    if given == {None}:
        roles[0] = CHASER
    # agents without a role get the one that nobody was given; if both were given, they are runners
    rest = CHASER if given == {None, RUNNER} else RUNNER
    roles = [role or rest for role in roles]
    for role in (CHASER, RUNNER):
        if role not in roles:
            other = RUNNER if role == CHASER else CHASER
            raise InputError(
                f"tag needs a {role}, but all robots are {other}s", f"Give some robots the role {role!r}."
            )
    return [replace(agent, role=role, team=f"{role}s") for agent, role in zip(agents, roles)]


def _split_teams(kind: type[Task], agents: Sequence[Agent]) -> Sequence[Agent]:
    assert kind.teams is not None
    least, most = kind.teams
    if most and not any(agent.team for agent in agents):
        share = -(-len(agents) // most)  # rounded up: the first teams are the larger ones
        names = ("red", "blue", "green", "yellow")
        agents = [replace(agent, team=names[i // share]) for i, agent in enumerate(agents)]
    sides = list(dict.fromkeys(agent.team or agent.id for agent in agents))
    if least <= len(sides) and (most is None or len(sides) <= most):
        return agents
    wanted = f"{least} teams" if most == least else f"at least {least} teams"
    raise InputError(
        f"task {kind.kind!r} is for {wanted}, not {len(sides)} ({', '.join(sides[:8])})",
        "Give each robots[] entry its team, or leave out all of them.",
    )
