"""Selection by a policy: variants on which it sometimes succeeds and sometimes fails, to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from envgen.core.errors import InputError, WorkError
from envgen.learn.evaluate import assignment, evaluate, file_digest
from envgen.packs.arguments import MAX_COUNT, check_jobs
from envgen.packs.make import make
from envgen.packs.measured import KEY, Measured
from envgen.packs.pack import Pack
from envgen.packs.progress import MakeProgress
from envgen.packs.recipe import Recipe
from envgen.packs.selection.rule import Candidate, SelectionRule, check_candidates
from envgen.packs.variant import PackVariant
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout

BAND = (0.2, 0.8)
"""Success that is kept: neither hopeless nor done. Prioritised level replay and its successors look for the
same levels by other scores (Jiang et al. 2021; Rutherford et al. 2024 select by p (1 - p))."""
EPISODES = 5
"""Episodes of each candidate."""
START_NOISE = 0.05
"""`randomize.start_noise` of these episodes where the EnvCfg has none: else all of them would be alike."""
TRIES = 20
"""Candidates for each variant that is wanted, at most."""
LEAST_TRIES = 100
BATCH = (16, 256)
"""Candidates between two choices, at least and at most."""
TOGETHER = 32
"""Candidates that are made and played together: Ctrl-C loses no more."""


@dataclass(frozen=True)
class Learnable(SelectionRule):
    """Keep variants on which a policy succeeds in a band, in the order of their indices.

    Attributes:
        policy: A name (`gait`, `onnx:ant-walk`), a file (`my.onnx`), or several agents' as `ant_0=gait,…`.
        band: Least and greatest share of successful episodes, both kept.
        episodes: Episodes of each candidate.
        candidates: Candidates at most; by default 20 for each variant that is wanted, and at least 100.
        threads: Threads of physics; by default one for each processor.
        seed: For policies that draw.

    Raises:
        InputError: A value is out of range.
    """

    name: ClassVar[str] = "learnable"

    policy: str
    band: tuple[float, float] = BAND
    episodes: int = EPISODES
    candidates: int | None = None
    threads: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.policy, str) or not self.policy:
            raise InputError(
                f"policy must be a name or a file, got {self.policy!r}", "Such as gait or ant.onnx."
            )
        low, high = self.band
        if not 0 <= low <= high <= 1:
            raise InputError(
                f"band must be two shares of success, the lower one first, got {low:g},{high:g}",
                "Such as --band 0.2,0.8.",
            )
        if isinstance(self.episodes, bool) or not isinstance(self.episodes, int) or self.episodes < 1:
            raise InputError(
                f"episodes must be a positive integer, got {self.episodes!r}", "Such as --episodes 5."
            )
        if not any(low <= won / self.episodes <= high for won in range(self.episodes + 1)):
            raise InputError(
                f"no share of {self.episodes} episodes lies in the band {low:g},{high:g}",
                "Give more --episodes, or a wider --band.",
            )

    def to_json(self, count: int) -> dict[str, Any]:
        return {
            "rule": self.name,
            "policy": self.policy,
            "digest": file_digest(self.policy),
            "band": list(self.band),
            "episodes": self.episodes,
            "seed": self.seed,
            "start_noise": START_NOISE,
        }

    def check(self, recipe: Recipe, count: int) -> None:
        check_candidates(self.candidates, count)
        if recipe.task["success"]["expr"] == 0:
            raise InputError(
                f"nobody can succeed in the task {recipe.task['kind']}, so no variant of it is learnable",
                "Take a task with a success, such as --set task.kind=goal.",
            )
        with TemporaryDirectory(prefix="envgen-") as folder:
            try:
                pack = make(recipe.cfg, 1, recipe.seed, out=Path(folder) / "one", sweep=recipe.sweep, jobs=1)
            except WorkError:
                return  # this one can't be made; others may
            bind(Rollout(list(pack)), assignment(self.policy), seed=self.seed)

    def limit(self, count: int) -> int:
        return min(max(TRIES * count, LEAST_TRIES), MAX_COUNT) if self.candidates is None else self.candidates

    def batch(self, missing: int) -> int:
        return min(max(2 * missing, BATCH[0]), BATCH[1])

    def examine(self, recipe: Recipe, indices: Sequence[int], jobs: int, room: Path) -> Iterator[Candidate]:
        for at in range(0, len(indices), TOGETHER):
            some = indices[at : at + TOGETHER]
            made = _make_candidates(recipe, some, jobs, room)
            found = self._play(made) if made else {}
            for index in some:
                kept = {KEY: [asdict(own) for own in found[index]]} if index in found else None
                yield Candidate(index, kept)

    def _play(self, variants: Sequence[PackVariant]) -> dict[int, list[Measured]]:
        return evaluate(
            variants,
            [self.policy],
            episodes=self.episodes,
            threads=check_jobs(self.threads),
            seed=self.seed,
            start_noise=START_NOISE,
        ).measured()

    def choose(self, candidates: Sequence[Candidate], count: int, *, last: bool) -> list[int]:
        low, high = self.band
        return [index for index, won in _success(candidates) if low <= won <= high][:count]

    def shortfall(self, candidates: Sequence[Candidate], kept: int, count: int) -> tuple[str, str]:
        low, high = self.band
        shares = [won for _, won in _success(candidates)]
        hard, easy = sum(won < low for won in shares), sum(won > high for won in shares)
        cause = (
            f"{kept:,} of {count:,} variants are kept: {self.policy} succeeds too seldom on {hard:,} and too"
            f" often on {easy:,} of {len(candidates):,} candidates"
        )
        if hard > easy:
            remedy = "lower the difficulty (--set difficulty=[0,0.3]), or take a better policy"
        else:
            remedy = "raise the difficulty (--set difficulty=[0.5,1])"
        return cause, f"Go on by --resume --candidates {2 * self.limit(count)}; or {remedy}."


def _success(candidates: Sequence[Candidate]) -> list[tuple[int, float]]:
    """Return index and share of success of the candidates that can be made."""
    return [(own.index, round(1 - own.found[KEY][0]["failure"], 6)) for own in candidates if own.found]


def _make_candidates(recipe: Recipe, indices: Sequence[int], jobs: int, folder: Path) -> list[PackVariant]:
    """Make candidates; those that can't be made are left out.

    Raises:
        WorkError: None of the first can be made, or it failed for another reason.
    """
    last: list[MakeProgress] = []

    def note(progress: MakeProgress) -> None:
        last[:] = [progress]

    try:
        pack = make(
            recipe.cfg,
            max(indices) + 1,
            recipe.seed,
            out=folder,
            sweep=recipe.sweep,
            only=indices,
            jobs=jobs,
            overwrite=True,
            progress=note,
        )
    except WorkError:
        if not last:
            raise
        lost = {index for index, _ in last[0].given_up}
        left = [index for index in indices if index not in lost]
        if last[0].done and last[0].done == len(left):
            return list(Pack.open(folder))
        if last[0].done or not lost or min(indices) == 0:
            raise
        # given up after a few in a row, but others could be made before them
        return _make_candidates(recipe, left, jobs, folder) if left else []
    return list(pack)
