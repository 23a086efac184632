"""Evaluations in numbers: totals, breakdowns by drawn parameters, paired comparisons, the worst variants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from envgen.core.errors import InputError, suggestion
from envgen.learn.evaluate import Episode, Evaluation
from envgen.learn.intervals import bootstrap_mean, wilson

BANDS = 5
"""Bands that a drawn number is divided into, from 0 to 1 for difficulty and else by quantiles."""


@dataclass(frozen=True)
class Score:
    """Statistics of a set of episodes.

    Attributes:
        count: Episodes.
        success: Share that succeeded, with its 95 % Wilson interval over variants.
        failed: Share that ended by a failure, such as a fall.
        reward: Mean return, with its 95 % bootstrap interval over variants.
        speed: Mean level speed, in m/s.
        steps: Mean control steps.
    """

    count: int
    success: float
    success_low: float
    success_high: float
    failed: float
    reward: float
    reward_low: float
    reward_high: float
    speed: float
    steps: float


def score(episodes: Iterable[Episode]) -> Score:
    """Summarise episodes; those of one variant resemble each other and count as one for the intervals."""
    found = list(episodes)
    by_variant: dict[int, list[Episode]] = defaultdict(list)
    for episode in found:
        by_variant[episode.variant].append(episode)
    means = np.array([np.mean([e.reward for e in own]) for own in by_variant.values()])
    wins = sum(float(np.mean([e.success for e in own])) for own in by_variant.values())
    count = len(found)

    def mean(values: Iterable[float]) -> float:
        return float(np.mean(list(values))) if count else float("nan")

    return Score(
        count,
        mean(episode.success for episode in found),
        *wilson(wins, len(by_variant)),
        mean(episode.failed for episode in found),
        float(means.mean()) if count else float("nan"),
        *bootstrap_mean(means),
        mean(episode.speed for episode in found),
        mean(episode.steps for episode in found),
    )


def breakdown(evaluation: Evaluation, policy: str, keys: Sequence[str]) -> dict[tuple[str, ...], Score]:
    """Return the score of a policy by drawn parameters, numbers in bands.

    Args:
        evaluation: The episodes.
        policy: Whose.
        keys: Paths such as `terrain.kind`, `difficulty`, `terrain.amplitude`.

    Raises:
        InputError: No variant has such a value.
    """
    labels = {key: _labels(evaluation, key) for key in keys}
    groups: dict[tuple[str, ...], list[Episode]] = defaultdict(list)
    for episode in evaluation.of(policy):
        groups[tuple(labels[key][_place(episode, key)] for key in keys)].append(episode)
    return {cell: score(groups[cell]) for cell in sorted(groups, key=lambda cell: [*map(label_order, cell)])}


@dataclass(frozen=True)
class Comparison:
    """Two policies on the same variants and episodes.

    Attributes:
        first: Name of the one.
        second: Name of the other.
        success: Mean difference of success (second minus first) over variants, with its 95 % interval.
        reward: The same of the return.
    """

    first: str
    second: str
    success: tuple[float, float, float]
    reward: tuple[float, float, float]


def compare(evaluation: Evaluation, first: str, second: str) -> Comparison:
    """Compare two policies, paired by variant, episode and agent."""
    a = {(e.variant, e.episode, e.agent): e for e in evaluation.of(first)}
    b = {(e.variant, e.episode, e.agent): e for e in evaluation.of(second)}
    success: dict[int, list[float]] = defaultdict(list)
    reward: dict[int, list[float]] = defaultdict(list)
    for key in a.keys() & b.keys():
        success[key[0]].append(float(b[key].success) - float(a[key].success))
        reward[key[0]].append(b[key].reward - a[key].reward)
    return Comparison(first, second, _paired(success), _paired(reward))


def worst(evaluation: Evaluation, policy: str, count: int = 10) -> list[tuple[int, Score]]:
    """Return the variants on which a policy does worst: fewest successes, then least return."""
    groups: dict[int, list[Episode]] = defaultdict(list)
    for episode in evaluation.of(policy):
        groups[episode.variant].append(episode)
    scores = [(variant, score(own)) for variant, own in groups.items()]
    return sorted(scores, key=lambda item: (item[1].success, item[1].reward))[:count]


def best_policies(evaluation: Evaluation, keys: Sequence[str]) -> dict[tuple[str, ...], str]:
    """Return the policy with most successes, then most return, by drawn parameters."""
    tables = {policy: breakdown(evaluation, policy, keys) for policy in evaluation.policies}
    cells = next(iter(tables.values()))
    return {
        cell: max(tables, key=lambda policy: (tables[policy][cell].success, tables[policy][cell].reward))
        for cell in cells
    }


def label_order(label: str) -> tuple[float, str]:
    """Return a key by which labels are sorted: numbers and bands by value, before words."""
    try:
        return float(label.split("–")[0]), label
    except ValueError:
        return float("inf"), label


def _paired(by_variant: dict[int, list[float]]) -> tuple[float, float, float]:
    means = np.array([np.mean(values) for _, values in sorted(by_variant.items())])
    if not len(means):
        return float("nan"), float("nan"), float("nan")
    return (float(means.mean()), *bootstrap_mean(means))


def _place(episode: Episode, key: str) -> tuple[int, ...]:
    """Return by what a value is found: variant and episode where each episode draws it, else the variant."""
    return (episode.variant, episode.episode) if key in episode.draws else (episode.variant,)


def _labels(evaluation: Evaluation, key: str) -> dict[tuple[int, ...], str]:
    """Label of the value of each variant, or of each of its episodes: itself, or the band of a number."""
    values: dict[tuple[int, ...], Any] = {
        (variant,): drawn.get(key) for variant, drawn in evaluation.variants.items()
    }
    values |= {_place(e, key): e.draws[key] for e in evaluation.episodes if key in e.draws}
    if all(value is None for value in values.values()):
        known = sorted(
            {name for drawn in evaluation.variants.values() for name in drawn}
            | {name for episode in evaluation.episodes for name in episode.draws}
        )
        raise InputError(f"no variant has a value {key!r}", suggestion(key, known))
    numbers = np.array([v for v in values.values() if isinstance(v, int | float) and not isinstance(v, bool)])
    if len(np.unique(numbers)) <= BANDS and key != "difficulty":
        return {
            variant: "–" if v is None else f"{v:g}" if isinstance(v, float) else str(v)
            for variant, v in values.items()
        }
    edges = (
        np.linspace(0, 1, BANDS + 1)
        if key == "difficulty"
        else np.quantile(numbers, np.linspace(0, 1, BANDS + 1))
    )
    return {variant: _band(value, edges) for variant, value in values.items()}


def _band(value: Any, edges: Any) -> str:
    if not isinstance(value, int | float):
        return "–"
    at = min(max(int(np.searchsorted(edges, value, side="right")) - 1, 0), len(edges) - 2)
    return f"{edges[at]:.3g}–{edges[at + 1]:.3g}"
