"""Episodes of policies on a pack, each scored once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.rollout.alike import group_key
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout

SLOTS = 512
"""Variants that are stepped side by side: more take memory and are not faster."""


@dataclass(frozen=True)
class Episode:
    """One episode of one agent.

    Attributes:
        policy: Name of the policy, as it was asked for.
        variant: Index of the variant.
        episode: Number of the episode: equal numbers have equal draws.
        agent: Id of the agent.
        reward: Return: sum of the rewards.
        steps: Control steps until its end.
        success: Whether the task was done.
        failed: Whether it ended by a failure: a term that terminates, or an unstable simulation.
        ending: Name of the term that ended it, `time` or `unstable`.
        speed: Mean level speed of the root, in m/s.
    """

    policy: str
    variant: int
    episode: int
    agent: str
    reward: float
    steps: int
    success: bool
    failed: bool
    ending: str
    speed: float


@dataclass(frozen=True)
class Evaluation:
    """Episodes of one or several policies on the same variants.

    Attributes:
        episodes: All episodes.
        policies: Names, in the order asked for.
        variants: Drawn values by index of the variant, `difficulty` included.
        task: Kind of the task.
    """

    episodes: list[Episode]
    policies: tuple[str, ...]
    variants: dict[int, dict[str, Any]] = field(repr=False)
    task: str = ""

    def of(self, policy: str) -> list[Episode]:
        """Return the episodes of a policy."""
        return [episode for episode in self.episodes if episode.policy == policy]

    def value(self, episode: Episode, key: str) -> Any:
        """Return what was drawn for the variant of an episode; None where it has no such value."""
        return self.variants[episode.variant].get(key)


def evaluate(
    pack: Pack | Sequence[PackVariant],
    policies: Sequence[str],
    *,
    episodes: int = 1,
    first: int = 0,
    threads: int = 2,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Run every policy on every variant for the same episodes.

    Args:
        pack: A pack, or some of its variants.
        policies: Names (`gait`, `onnx:ant-walk`, `my.onnx`), or several agents' as `ant_0=gait,ant_1=zero`.
        episodes: Episodes of each variant.
        first: Number of the first episode.
        threads: Threads of physics.
        seed: For policies that draw.
        progress: Called with the number of finished episodes of agents since the last call.

    Raises:
        InputError: A policy does not exist or does not fit, or a number is wrong.
    """
    if episodes < 1 or first < 0:
        raise InputError(f"episodes must be a positive integer, got {episodes}", "Such as --episodes 3.")
    if not policies:
        raise InputError("no policy to evaluate", "Name one: --policy gait.")
    variants = list(pack)
    found: list[Episode] = []
    for name in policies:
        for part in _batches(variants):
            rollout = Rollout(part, threads=threads)
            actor = bind(rollout, assignment(name), seed=seed)
            for episode in range(first, first + episodes):
                new = _play(rollout, actor, name, episode)
                found += new
                if progress:
                    progress(len(new))
    drawn = {v.index: {**v.drawn, "difficulty": v.difficulty} for v in variants}
    return Evaluation(found, tuple(policies), drawn, str(variants[0].manifest["cfg"]["task"]["kind"]))


def assignment(name: str) -> dict[str, str]:
    """Return policies by agent pattern: `gait` drives all, `ant_0=gait,ant_1=zero` each its own."""
    if "=" not in name:
        return {"*": name}
    return dict(part.split("=", 1) for part in name.split(","))


def _batches(variants: Sequence[PackVariant]) -> list[list[PackVariant]]:
    """Variants that can be stepped together, at most SLOTS at a time."""
    groups: dict[object, list[PackVariant]] = {}
    for variant in variants:
        groups.setdefault(group_key(variant), []).append(variant)
    return [own[at : at + SLOTS] for own in groups.values() for at in range(0, len(own), SLOTS)]


def _play(rollout: Rollout, actor: Callable[[Any], Any], policy: str, episode: int) -> list[Episode]:
    count, agents = len(rollout), rollout.agents
    result = rollout.reset(episode)
    reward = np.zeros((count, len(agents)))
    path, where = np.zeros((count, len(agents))), _positions(rollout)
    period = np.array([n * float(w.model.opt.timestep) for n, w in zip(rollout.frame_skip, rollout.worlds)])
    found: list[Episode] = []
    step = 0
    while not rollout.done.all():
        playing = ~rollout.over
        result = rollout.step(actor(result))
        step += 1
        now = _positions(rollout)
        moved = np.hypot(*(now - where).transpose(2, 0, 1))
        path += np.where(playing, moved, 0.0)
        where = now
        for number, agent in enumerate(agents):
            own = result[agent]
            reward[:, number] += own.reward
            for slot in np.flatnonzero(own.cause >= 0).tolist():
                seconds = step * float(period[slot])
                found.append(
                    Episode(
                        policy=policy,
                        variant=rollout.variants[slot].index,
                        episode=episode,
                        agent=agent,
                        reward=float(reward[slot, number]),
                        steps=step,
                        success=bool(own.success[slot]),
                        failed=bool(own.terminated[slot]),
                        ending=own.causes[own.cause[slot]],
                        speed=float(path[slot, number]) / seconds if seconds else math.nan,
                    )
                )
    return found


def _positions(rollout: Rollout) -> NDArray[np.float64]:
    """(slots, agents, 2) level position of each root, in m."""
    state = rollout.state.sensordata
    columns = [rollout.context.layouts[agent][0].sensors["root_pos"] for agent in rollout.agents]
    return np.stack([state[:, at.start : at.start + 2] for at in columns], axis=1).copy()
