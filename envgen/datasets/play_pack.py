"""Playing a pack into a recording: variants that differ in agents or bodies are played in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envgen.core.errors import InputError
from envgen.datasets.alike import GROUPS
from envgen.packs.variant import PackVariant
from envgen.policies.base import select_agents
from envgen.rollout.alike import choose_group, group_key
from envgen.rollout.policies import bind
from envgen.rollout.record import PHYSICS_NAMES, about, check_amount, play_into
from envgen.rollout.recorder import Recorder
from envgen.rollout.rollout import Rollout
from envgen.worlds.sampling.teams import Teams

AT_ONCE = 128
"""Variants that are played side by side."""


@dataclass(frozen=True)
class Group:
    """Variants that are stepped side by side.

    Attributes:
        variants: The variants.
        envs: Number of each in the recording.
        agents: Those that are recorded; none where no pattern matches.
        policies: Names of policies by agent or pattern, without those that are of agents of other groups.
        about: Metadata of a recording of it.
    """

    variants: list[PackVariant]
    envs: list[int]
    agents: list[str]
    policies: dict[str, str]
    about: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Groups of variants to play, by order of their first.

    Attributes:
        groups: All of them.
        episodes: Of each variant.
        seed: For policies that draw.
        group: Number of the group that was chosen, if one was.
    """

    groups: list[Group]
    episodes: int
    seed: int
    group: int | None

    @classmethod
    def of(
        cls,
        variants: Iterable[PackVariant],
        policies: Mapping[str, str],
        agents: Sequence[str],
        *,
        episodes: int = 1,
        seed: int = 0,
        group: int | None = None,
    ) -> Plan:
        """Return the plan of a recording; every model is compiled once, and freed.

        Args:
            variants: Those of a pack or view.
            policies: Name of a policy by agent id, pattern or team.
            agents: Ids or patterns of those that are recorded.
            episodes: Of each variant.
            seed: For policies that draw.
            group: Number of the group that is played; by default all are.

        Raises:
            InputError: There is no such agent, policy or group, or a policy does not fit.
        """
        found: dict[tuple[object, ...], list[PackVariant]] = {}
        periods: dict[tuple[object, ...], set[float]] = {}
        listed = list(variants)
        for variant in listed:
            world = variant.world()
            key = group_key(variant, world)
            found.setdefault(key, []).append(variant)
            period = int(variant.setting("control.frame_skip")) * float(world.model.opt.timestep)
            periods.setdefault(key, set()).add(round(period, 9))
        known = list(found)
        keys = known if group is None else [choose_group(known, group)]
        chosen = [found[key] for key in keys]
        _check_patterns([*agents, *policies], [own[0].teams for own in chosen])
        played = {id(variant) for own in chosen for variant in own}
        order = [id(variant) for variant in listed if id(variant) in played]
        place = {variant: number for number, variant in enumerate(order)}
        groups = []
        for key, own in zip(keys, chosen):
            teams = own[0].teams
            names = [agent for agent in teams.agents if any(agent in _matching(p, teams) for p in agents)]
            fitting = {pattern: name for pattern, name in policies.items() if _matching(pattern, teams)}
            rollout = Rollout(own[0])  # says before anything is played whether policies fit
            check_amount(rollout, names, None, episodes)
            bind(rollout, fitting, seed=seed)
            facts = about(rollout, names) | {"period": _only(periods[key])}
            groups.append(Group(own, [place[id(variant)] for variant in own], names, fitting, facts))
        return cls(groups, episodes, seed, group)

    @property
    def agents(self) -> list[str]:
        """Ids of all agents that are recorded."""
        return list(dict.fromkeys(agent for own in self.groups for agent in own.agents))

    @property
    def total(self) -> int:
        """Episodes of all variants."""
        return self.episodes * sum(len(own.variants) for own in self.groups if own.agents)

    def about(self) -> dict[str, Any]:
        """Return the metadata of the recording."""
        first, *others = [own.about for own in self.groups]
        agents = {name: facts for own in reversed([first, *others]) for name, facts in own["agents"].items()}
        whole = {
            **first,
            "period": _only({own["period"] for own in (first, *others)}),
            "agents": {name: agents[name] for name in self.agents},
        }
        if others:
            whole[GROUPS] = [
                {"variants": [variant.index for variant in own.variants], "agents": own.about["agents"]}
                for own in self.groups
            ]
        return whole if self.group is None else {**whole, "group": int(self.group)}

    def play(self, path: Path, threads: int, progress: Callable[[int, int], None] | None) -> None:
        """Record whole episodes of all variants, some at a time; what is interrupted leaves nothing.

        Args:
            path: The Parquet file.
            threads: On which physics is computed.
            progress: Called with the number of episodes that are played, and how many there will be.
        """
        done = 0

        def count(ended: int) -> None:
            nonlocal done
            done += ended
            if progress:
                progress(done, self.total)

        drawn = {variant.index: dict(variant.drawn) for own in self.groups for variant in own.variants}
        with Recorder(path, drawn, self.about(), PHYSICS_NAMES) as recorder:
            for own in self.groups:
                for start in range(0, len(own.variants) if own.agents else 0, AT_ONCE):
                    part = slice(start, start + AT_ONCE)
                    rollout = Rollout(own.variants[part], threads=threads)
                    play_into(
                        recorder,
                        rollout,
                        bind(rollout, own.policies, seed=self.seed),
                        own.agents,
                        episodes=self.episodes,
                        envs=own.envs[part],
                        finished=count,
                    )


def _check_patterns(patterns: Iterable[str], worlds: Sequence[Teams]) -> None:
    """Check that each pattern matches an agent of one of several worlds.

    Raises:
        InputError: One does not.
    """
    agents = tuple(agent for teams in worlds for agent in teams.agents)
    teams = tuple(team for own in worlds for team in own.by_agent)
    for pattern in patterns:
        select_agents(pattern, agents, teams)


def _matching(pattern: str, teams: Teams) -> list[str]:
    """The agents of a world that a pattern names; none is no error here."""
    try:
        return select_agents(pattern, teams.agents, teams.by_agent)
    except InputError:
        return []


def _only(values: set[Any]) -> Any:
    """The value, if there is just one."""
    return next(iter(values)) if len(values) == 1 else None
