"""`envgen bench difficulty`: whether what is declared harder is harder to cross, by kind of terrain."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from envgen.bench.base import Result, Row
from envgen.core import cfgio
from envgen.core.errors import InputError, WorkError, suggestion
from envgen.core.families import TERRAINS
from envgen.core.overrides import Sweep
from envgen.core.params import FileParam, specs
from envgen.learn.evaluate import assignment, batches
from envgen.learn.intervals import RESAMPLES
from envgen.learn.motion import level_positions
from envgen.packs.make import make
from envgen.packs.variant import PackVariant
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout

LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Declared difficulties that are compared."""
TARGET = 0.8
"""Rank correlation that a kind should reach."""
FEEBLE = 0.15
"""Loss of progress from the easiest to the hardest level below which the policy hardly minds the terrain."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeasuredKind:
    """Progress of a policy on one kind of terrain.

    Attributes:
        kind: Of terrain.
        progress: (draws, levels) metres from the start per second of the course. The levels of a draw have
            the same random numbers.
        failed: (draws, levels) whether the episode ended by a failure.
    """

    kind: str
    progress: Floats
    failed: NDArray[np.bool_]

    @property
    def by_level(self) -> Floats:
        """(levels,) mean progress, in m/s."""
        return np.asarray(self.progress.mean(axis=0))

    @property
    def loss(self) -> float:
        """Share of the greatest mean progress that lies between the easiest and the hardest level."""
        means = self.by_level
        return float((means[0] - means[-1]) / max(float(means.max()), 1e-9))

    def correlation(self) -> tuple[float, float, float]:
        """Return Spearman's rank correlation of level and lost progress, with its 95 % interval.

        The interval is the percentile bootstrap's over draws (Efron 1979).
        """
        draws = np.random.default_rng(0).integers(len(self.progress), size=(RESAMPLES, len(self.progress)))
        low, high = np.quantile(rank_correlation(-self.progress[draws].mean(axis=1)), [0.025, 0.975])
        return float(rank_correlation(-self.by_level[None])[0]), float(low), float(high)


def rank_correlation(values: Floats) -> Floats:
    """Return Spearman's correlation of each row with the numbers of its columns; 0 for constant rows.

    Args:
        values: (n, k); equal values get their mean rank.
    """
    below = (values[:, None, :] < values[:, :, None]).sum(axis=2)
    equal = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    ranks = below + (equal - 1) / 2
    ranks -= (values.shape[1] - 1) / 2
    order = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    size = np.sqrt(np.square(ranks).sum(axis=1) * np.square(order).sum())
    return np.asarray((ranks @ order) / np.where(size > 0, size, 1.0))


def bench_difficulty(
    robot: str = "ant",
    policy: str = "onnx:ant-walk",
    count: int = 24,
    kinds: Iterable[str] = (),
    threads: int = 2,
    progress: Callable[[str], None] = lambda text: None,
) -> Result:
    """Let a policy walk over each kind of terrain at each level of difficulty.

    Args:
        robot: Which robot walks.
        policy: Its policy.
        count: Draws of each level.
        kinds: Of terrain; by default all that have a difficulty and need no file.
        threads: Threads of physics.
        progress: Called with what is measured next.

    Raises:
        InputError: A kind has no difficulty, or the policy does not fit.
    """
    result = Result(f"declared and measured difficulty: {policy} of {robot}, {count} draws a level")
    result.extra |= {"levels": list(LEVELS), "kinds": {}}
    for kind in kinds or kinds_with_difficulty():
        progress(kind)
        try:
            found = measure(kind, robot, policy, count, threads)
        except WorkError as error:
            result.extra["kinds"][kind] = {"problem": error.cause}
            continue
        result.rows.append(_row(found))
        result.extra["kinds"][kind] = {
            "progress": found.by_level.round(4).tolist(),
            "failed": found.failed.mean(axis=0).round(4).tolist(),
            "correlation": [round(value, 4) for value in found.correlation()],
        }
    return result


def kinds_with_difficulty() -> list[str]:
    """Return the kinds of terrain that have a difficulty and need no file."""
    return [name for name, kind in TERRAINS if kind.measure and not _needs_file(name)]


def measure(kind: str, robot: str, policy: str, count: int, threads: int = 1) -> MeasuredKind:
    """Measure one kind of terrain.

    Raises:
        InputError: It has no difficulty, or the policy does not fit.
        WorkError: Variants can't be made.
    """
    known = kinds_with_difficulty()
    if kind not in known:
        raise InputError(
            f"a terrain must be one with a difficulty of its own, got {kind!r}", suggestion(kind, known)
        )
    cfg = cfgio.parse(
        {
            "terrain": {"sub_terrains": [{"kind": kind}]},
            "robots": [{"model": robot}],
            "task": {"kind": "walk"},
            "difficulty": 0.5,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        sweep = [Sweep("difficulty", LEVELS)]
        pack = make(cfg, count * len(LEVELS), out=Path(folder) / "pack", sweep=sweep)
        found = dict[int, tuple[float, bool]]()
        for part in batches(list(pack)):
            found |= _walk(part, policy, threads)
    table = np.array([found[index] for index in sorted(found)]).reshape(count, len(LEVELS), 2)
    return MeasuredKind(kind, table[..., 0], table[..., 1] > 0)


def _walk(variants: Sequence[PackVariant], policy: str, threads: int) -> dict[int, tuple[float, bool]]:
    """Play an episode of each variant. Return progress (m/s) and whether it failed, by index.

    The metres are counted from the start to where the episode ended. They are divided by its length, or,
    if the robot fell, by the time that the longest episode took.
    """
    rollout = Rollout(variants, threads=threads)
    actor = bind(rollout, assignment(policy))
    result = rollout.reset()
    agent = rollout.agents[0]
    start = level_positions(rollout)[:, 0]
    away, steps = np.zeros(len(rollout)), np.zeros(len(rollout))
    failed = np.zeros(len(rollout), dtype=bool)
    while not rollout.done.all():
        playing = ~rollout.done
        result = rollout.step(actor(result))
        failed |= result[agent].terminated
        moved = np.hypot(*(level_positions(rollout)[:, 0] - start).T)
        away = np.where(playing & np.isfinite(moved), moved, away)
        steps += playing
    period = rollout.period[rollout.variant]
    taken = np.where(failed, steps.max(), steps) * period
    return {
        int(index): (float(metres / seconds), bool(fell))
        for index, metres, seconds, fell in zip(rollout.indices, away, taken, failed)
    }


def _needs_file(kind: str) -> bool:
    return any(isinstance(spec, FileParam) for spec in specs(TERRAINS.get(kind)).values())


def _row(found: MeasuredKind) -> Row:
    value, low, high = found.correlation()
    feeble = abs(found.loss) < FEEBLE and value < TARGET
    means = " ".join(f"{mean:.2f}" for mean in found.by_level)
    note = f"{low:.2f} to {high:.2f}; m/s {means}; fell {found.failed[:, 0].mean():.0%}"
    note += f" → {found.failed[:, -1].mean():.0%}" + ("; hardly minds it" if feeble else "")
    return Row(found.kind, round(value, 3), "", f"≥ {TARGET}", note)
