"""Episodes of policies on a pack, each scored once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from envgen.core.errors import InputError
from envgen.learn.intervals import wilson
from envgen.learn.motion import level_distance, level_positions
from envgen.packs.measured import Measured
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.policies.onnx import find_network
from envgen.rollout.alike import groups_of
from envgen.rollout.physics import drawn_keys
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
        draws: What `randomize` drew for it, by path such as `randomize.latency`.
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
    draws: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Evaluation:
    """Episodes of one or several policies on the same variants.

    Attributes:
        episodes: All episodes.
        policies: Names, in the order asked for.
        variants: Drawn values by index of the variant, `difficulty` included.
        task: Kind of the task.
        seed: Of the pack.
    """

    episodes: list[Episode]
    policies: tuple[str, ...]
    variants: dict[int, dict[str, Any]] = field(repr=False)
    task: str = ""
    seed: int = 0

    def of(self, policy: str) -> list[Episode]:
        """Return the episodes of a policy."""
        return [episode for episode in self.episodes if episode.policy == policy]

    def value(self, episode: Episode, key: str) -> Any:
        """Return what was drawn for an episode or its variant; None where there is no such value."""
        return episode.draws[key] if key in episode.draws else self.variants[episode.variant].get(key)

    def measured(self) -> dict[int, list[Measured]]:
        """Return the failure rate of each policy by index of the variant."""
        found: dict[int, list[Measured]] = {}
        for policy in self.policies:
            digest = file_digest(policy)
            by_variant: dict[int, list[bool]] = {}
            for episode in self.of(policy):
                by_variant.setdefault(episode.variant, []).append(not episode.success)
            for index, failures in by_variant.items():
                count, lost = len(failures), sum(failures)
                ends = (round(end, 6) for end in wilson(lost, count))
                found.setdefault(index, []).append(
                    Measured(policy, digest, count, round(lost / count, 6), *ends)
                )
        return found


class EvaluationInterrupted(KeyboardInterrupt):
    """Ctrl-C; what every policy had finished by then is in `evaluation`."""

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__("interrupted", "Run it again.")
        self.evaluation = evaluation


def file_digest(policy: str) -> str | None:
    """Return the SHA-256 of a policy that is a file or a listed network, or of those of several agents."""
    contents = []
    for own in assignment(policy).values():
        kind, _, name = own.partition(":")
        path = find_network(name) if kind == "onnx" else Path(own)
        if path.is_file():
            contents.append(path.read_bytes())
    return hashlib.sha256(b"".join(contents)).hexdigest() if contents else None


def evaluate(
    pack: Pack | Sequence[PackVariant],
    policies: Sequence[str],
    *,
    episodes: int = 1,
    first: int = 0,
    threads: int = 2,
    seed: int = 0,
    start_noise: float = 0.0,
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
        start_noise: `randomize.start_noise` where the pack has none: else every episode of a variant starts
            alike, and a policy that draws nothing plays all of them alike.
        progress: Called with the number of finished episodes of agents since the last call.

    Raises:
        InputError: A policy does not exist or does not fit, or a number is wrong.
        EvaluationInterrupted: By Ctrl-C.
    """
    if episodes < 1 or first < 0:
        raise InputError(f"episodes must be a positive integer, got {episodes}", "Such as --episodes 3.")
    if not policies or len(set(policies)) < len(policies):
        cause = "a policy is named twice" if policies else "no policy to evaluate"
        raise InputError(cause, "Name each once: --policy gait --policy my.onnx.")
    variants = list(pack)
    if not variants:
        raise InputError("there are no variants to evaluate on", "Give a pack with at least one.")
    found: list[Episode] = []
    noise = start_noise_of(variants, start_noise)
    try:
        for part in batches(variants):
            # once for all policies: models take long to compile
            rollout = Rollout(part, threads=threads, randomize=noise)
            actors = {name: bind(rollout, assignment(name), seed=seed) for name in policies}
            for episode in range(first, first + episodes):
                played: list[Episode] = []
                for name, actor in actors.items():
                    new = play_scored(rollout, actor, name, episode)
                    played += new
                    if progress:
                        progress(len(new))
                found += played  # by all policies, so that they can be compared when Ctrl-C comes
    except KeyboardInterrupt:
        raise EvaluationInterrupted(_evaluation(found, policies, variants)) from None
    return _evaluation(found, policies, variants)


def _evaluation(found: list[Episode], policies: Sequence[str], variants: Sequence[PackVariant]) -> Evaluation:
    drawn = {v.index: {**v.drawn, "difficulty": v.difficulty} for v in variants}
    order, place = {p: i for i, p in enumerate(policies)}, {index: i for i, index in enumerate(drawn)}
    found.sort(key=lambda e: (order[e.policy], place[e.variant], e.episode, e.agent))
    manifest = variants[0].manifest
    kind = str(manifest["cfg"]["task"]["kind"])
    return Evaluation(found, tuple(policies), drawn, kind, int(manifest["seed"]))


def start_noise_of(variants: Iterable[PackVariant], size: float) -> dict[str, float]:
    """Return the setting of start noise for variants that have none of their own, and nothing for others."""
    if not size or any(variant.randomize["start_noise"] != 0 for variant in variants):
        return {}
    return {"start_noise": size}


def assignment(name: str) -> dict[str, str]:
    """Return policies by agent pattern: `gait` drives all, `ant_0=gait,ant_1=zero` each its own.

    Raises:
        InputError: A part names no agent, or an agent is named twice.
    """
    if "=" not in name:
        return {"*": name}
    found: dict[str, str] = {}
    for part in name.split(","):
        agent, equals, policy = part.strip().partition("=")
        if not equals or not agent or not policy or agent in found:
            raise InputError(
                f"policies of several agents must be AGENT=POLICY, each agent once, got {name!r}",
                "Such as ant_0=gait,ant_1=zero, or *=zero for all others.",
            )
        found[agent] = policy
    return found


def batches(variants: Sequence[PackVariant]) -> list[list[PackVariant]]:
    """Return variants that can be stepped together, at most SLOTS at a time."""
    return [own[at : at + SLOTS] for own in groups_of(variants) for at in range(0, len(own), SLOTS)]


def play_scored(rollout: Rollout, actor: Callable[[Any], Any], policy: str, episode: int) -> list[Episode]:
    """Play an episode in every slot, from its start to the end of its last agent.

    Args:
        rollout: The worlds.
        actor: Gives actions for the result of a step.
        policy: Its name.
        episode: Number of the episode.
    """
    shape = len(rollout), len(rollout.agents)
    result = rollout.reset(episode)
    reward, path = np.zeros(shape), np.zeros(shape)
    draws = [
        {path: getattr(physics, key) for path, key in drawn_keys(rollout.variants[place]).items()}
        for place, physics in zip(rollout.variant.tolist(), rollout.physics)
    ]
    where, period = level_positions(rollout), rollout.period[rollout.variant]
    found: list[Episode] = []
    step = 0
    while not rollout.done.all():
        playing = ~rollout.over
        result = rollout.step(actor(result))
        step += 1
        now = level_positions(rollout)
        path += np.where(playing, level_distance(where, now), 0.0)
        where = now
        for number, agent in enumerate(rollout.agents):
            own = result[agent]
            reward[:, number] += own.reward
            found += [
                Episode(
                    policy=policy,
                    variant=int(rollout.indices[slot]),
                    episode=episode,
                    agent=agent,
                    reward=float(reward[slot, number]),
                    steps=step,
                    success=bool(own.success[slot]),
                    failed=bool(own.terminated[slot]),
                    ending=own.causes[own.cause[slot]],
                    speed=float(path[slot, number]) / (step * float(period[slot])),
                    draws=draws[slot],
                )
                for slot in np.flatnonzero(own.cause >= 0).tolist()
            ]
    return found
