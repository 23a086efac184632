"""Named policies for the agents of a rollout; they can be changed at any control step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from envgen.core.deprecation import deprecated_names
from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.policies.base import AgentInterface, Ints, Policy, PolicyInput, PolicyName, select_agents
from envgen.rollout.rollout import Rollout
from envgen.rollout.step_result import StepResult

__getattr__ = deprecated_names(__name__, {"seat": "interface", "seats": "interfaces"})


def interface(rollout: Rollout, agent: str) -> AgentInterface:
    """Return the interface of an agent (observation terms and actuators) in the first slot."""
    return interfaces(rollout, agent)[int(rollout.variant[0])]


def interfaces(rollout: Rollout, agent: str) -> list[AgentInterface]:
    """Return the interface of an agent in each variant: control ranges differ with its shape."""
    observation = tuple(rollout.observation_layout(agent))
    found = []
    for at, world, variant in zip(rollout.context.layouts[agent], rollout.worlds, rollout.variants):
        names = world.names("actuator")
        found.append(
            AgentInterface(
                robot=variant.robots[agent],
                task=rollout.task,
                observation=observation,
                actuators=tuple(names[i].removeprefix(f"{agent}/") for i in at.actuators),
                low=tuple(map(float, at.low)),
                high=tuple(map(float, at.high)),
            )
        )
    return found


@dataclass(frozen=True, eq=False)
class _Batch:
    """Agents and worlds that one policy drives in one call.

    Attributes:
        name: Name of the policy, as users give it.
        policy: The policy.
        rows: (n,) worlds by agent id.
    """

    name: str
    policy: Policy
    rows: dict[str, Ints]


class PolicySet:
    """Assignment of policies to agents. A call returns the actions of the next control step.

    Args:
        rollout: The worlds.
        policies: Name of a policy by agent: its id, a pattern such as `ant_*` or `*`, or `team:red`. An id
            takes precedence over a pattern, and an earlier pattern over a later one.
        seed: Seed of stochastic policies, >= 0.

    Raises:
        InputError: An agent has no policy, or one that can't drive it.
    """

    def __init__(self, rollout: Rollout, policies: Mapping[str, str], *, seed: int = 0) -> None:
        self.rollout, self.seed = rollout, seed
        self._choices: dict[str, list[PolicyName | None]] = {
            agent: [None] * len(rollout) for agent in rollout.agents
        }
        self._interfaces = {agent: interfaces(rollout, agent) for agent in rollout.agents}
        self._period = np.array(
            [n * float(w.model.opt.timestep) for n, w in zip(rollout.frame_skip, rollout.worlds)]
        )
        self._policies: dict[tuple[PolicyName, AgentInterface], Policy] = {}
        self._batches: list[_Batch] = []
        self._variant = rollout.variant.copy()
        self.bind(policies)

    def bind(self, policies: Mapping[str, str], worlds: Sequence[int] | None = None) -> None:
        """Change policies from the next control step on. If this raises, nothing is changed.

        Args:
            policies: As in the constructor; agents that aren't named keep theirs.
            worlds: Slots of the rollout in which to change them; by default all.

        Raises:
            InputError: There is no such agent, world or policy, or it can't drive the agent.
        """
        where = range(len(self.rollout)) if worlds is None else worlds
        for world in where:
            if not 0 <= world < len(self.rollout):
                raise InputError(
                    f"there is no world {world}", f"There are {len(self.rollout)}, counted from 0."
                )
        choices = {agent: list(old) for agent, old in self._choices.items()}
        for agent, choice in self._meant(policies).items():
            for world in where:
                choices[agent][world] = choice
        lost = [agent for agent, found in choices.items() if None in found]
        if lost:
            raise InputError(
                f"{', '.join(lost)} has no policy" if len(lost) == 1 else f"{', '.join(lost)} have no policy",
                "Name one for it, or one for all others: *=zero.",
            )
        self._batches, self._choices = self._grouped(choices), choices

    def bound(self, agent: str) -> list[str]:
        """Return the name of the policy that drives an agent, by world."""
        return [str(choice) for choice in self._choices[agent]]

    def __call__(self, result: StepResult) -> dict[str, Floats]:
        """Return the actions by agent, (worlds, actuators) in [-1, 1].

        Args:
            result: Result of the last step or reset.
        """
        rollout = self.rollout
        if not np.array_equal(self._variant, rollout.variant):  # slots got other variants at a reset
            self._batches, self._variant = self._grouped(self._choices), rollout.variant.copy()
        time = rollout.state.time.copy()
        step = np.rint(time / self._period[self._variant]).astype(np.int64)
        actions = {agent: np.empty((len(time), rollout.action_size(agent))) for agent in rollout.agents}
        for batch in self._batches:
            rows = np.concatenate(list(batch.rows.values()))
            numbers = [np.full(len(own), rollout.agents.index(agent)) for agent, own in batch.rows.items()]
            inputs = PolicyInput(
                np.concatenate([result[agent].observation[own] for agent, own in batch.rows.items()]),
                time[rows],
                step[rows],
                rollout.episode[rows],
                rollout.indices[rows],
                np.concatenate(numbers),
            )
            taken, at = batch.policy(inputs), 0
            if not np.isfinite(taken).all():
                raise InputError(
                    f"{batch.name} gives an action that is not finite to {', '.join(batch.rows)}",
                    "Look at its weights: its training may have diverged.",
                )
            for agent, own in batch.rows.items():
                actions[agent][own] = taken[at : at + len(own)]
                at += len(own)
        return actions

    def _meant(self, policies: Mapping[str, str]) -> dict[str, PolicyName]:
        """Return the choice for each agent that ids or patterns name."""
        teams = self.rollout.teams
        found: dict[str, PolicyName] = {}
        for pattern, name in reversed(list(policies.items())):
            choice = PolicyName.parse(name)
            found |= dict.fromkeys(select_agents(pattern, teams.agents, teams.by_agent), choice)
        exact = {agent: PolicyName.parse(name) for agent, name in policies.items() if agent in teams.agents}
        return found | exact

    def _grouped(self, choices: Mapping[str, Sequence[PolicyName | None]]) -> list[_Batch]:
        """Group agents and worlds with equal policies and interfaces."""
        rows: dict[tuple[PolicyName, AgentInterface], dict[str, list[int]]] = {}
        for agent, found in choices.items():
            for world, choice in enumerate(found):
                assert choice is not None  # refused before
                key = choice, self._interfaces[agent][self.rollout.variant[world]]
                rows.setdefault(key, {}).setdefault(agent, []).append(world)
        for key in rows:
            if key not in self._policies:
                self._policies[key] = key[0].bind(key[1], self.seed)
        return [
            _Batch(str(key[0]), self._policies[key], {agent: np.array(own) for agent, own in found.items()})
            for key, found in rows.items()
        ]


def bind(rollout: Rollout, policies: Mapping[str, str], *, seed: int = 0) -> PolicySet:
    """Bind policies to the agents of a rollout: `bind(rollout, {"ant_0": "gait", "*": "random"})`.

    Raises:
        InputError: An agent has no policy, or one that can't drive it.
    """
    return PolicySet(rollout, policies, seed=seed)
