"""Making a pack: many variants at once in a process pool, resumable, with the same bytes every time."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError, WorkError
from envgen.core.overrides import Sweep
from envgen.packs.assets import keep
from envgen.packs.folder import prepare
from envgen.packs.journal import Journal
from envgen.packs.manifest import close
from envgen.packs.pack import Pack
from envgen.packs.recipe import Recipe
from envgen.packs.writing import Made, make_variant
from envgen.workers.pool import JobRef, WorkerPool, run_chunks
from envgen.worlds.variant import build, shared_files

MAX_COUNT = 1_000_000
MAX_JOBS = 256
HOPELESS = 8
"""Variants given up before any was made: then the recipe can't give one."""


@dataclass
class MakeProgress:
    """How far a pack is, for progress and summary.

    Attributes:
        count: Variants asked for.
        done: Variants finished, those of an earlier run included.
        earlier: Variants that an earlier run had finished.
        refused: Draws that each check refused.
        difficulties: Number of variants by tenth of difficulty.
        given_up: Variants that could not be made, with check, cause and remedy.
        lost: Draws of these that each check refused.
    """

    count: int
    done: int = 0
    earlier: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    difficulties: list[int] = field(default_factory=lambda: [0] * 10)
    given_up: list[tuple[int, tuple[str, str, str]]] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)


Progress = Callable[[MakeProgress], None]


def make(
    source: str | Path | EnvCfg | Mapping[str, Any],
    count: int | None = None,
    seed: int = 0,
    *,
    out: str | Path | None = None,
    sweep: Sequence[Sweep] = (),
    only: Sequence[int] | None = None,
    jobs: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Pack:
    """Make a pack of validated variants.

    Args:
        source: A prompt, the path of a parameter file, an EnvCfg, or a dict of its keys.
        count: How many; by default what the prompt says, or else 16.
        seed: The same seed gives the same bytes.
        out: Folder; by default `packs/<name>-s<seed>`.
        sweep: Axes over which the variants cycle.
        only: Make only these of the variants, by index below `count`.
        jobs: Processes; by default one for each processor.
        resume: Go on with what an interrupted run left.
        overwrite: Replace a pack that is there.
        progress: Called with the same MakeProgress whenever variants are finished.

    Raises:
        InputError: The input is wrong; nothing was written.
        WorkError: Some variants can't be made or written; what is finished is kept.
    """
    cfg, asked = resolve(source)
    count = check_count(count if count is not None else asked if asked is not None else 16)
    recipe = Recipe(cfg, check_seed(seed), tuple(sweep))
    folder = Path(out) if out is not None else Path("packs") / f"{cfg.name}-s{seed}"
    jobs = check_jobs(jobs)
    wanted = range(count) if only is None else check_only(only, count)
    _ = recipe.inputs  # files that are missing or unfit are told before anything is written
    shared = _try_first(recipe)
    prepare(folder, resume=resume, overwrite=overwrite)
    tally = MakeProgress(len(wanted))
    with Journal(folder, recipe) as journal:
        if journal.last >= count:
            journal.withdraw()
            raise InputError(
                f"{folder} holds variants up to {journal.last} already, more than a count of {count}",
                f"Give --count {journal.last + 1} or more, or --overwrite.",
            )
        pending = [index for index in wanted if index not in journal]
        tally.done = tally.earlier = len(wanted) - len(pending)
        try:
            keep(folder, shared)
            for made in _made(recipe, pending, folder, jobs):
                _note(made, journal, tally)
                if progress:
                    progress(tally)
        except KeyboardInterrupt:
            _keep(journal, len(wanted))
            raise
        except WorkError:
            if len(journal):
                _keep(journal, len(wanted))
            else:
                journal.withdraw()
            raise
        except OSError as error:
            _keep(journal, len(wanted))
            raise WorkError(*_disk(error, folder, len(journal))) from None
        complete = len(journal) >= len(wanted)
        try:
            close(journal, len(wanted), complete=complete)
        except OSError as error:
            raise WorkError(*_disk(error, folder, len(journal))) from None
    if not complete:
        raise _shortfall(tally, folder)
    return Pack.open(folder)


def resolve(source: str | Path | EnvCfg | Mapping[str, Any]) -> tuple[EnvCfg, int | None]:
    """The EnvCfg that a prompt, file, EnvCfg or dict of its keys stands for, and the count of a prompt.

    Raises:
        InputError: It is none of these, or wrong.
    """
    if isinstance(source, EnvCfg):
        return source, None
    if isinstance(source, Mapping):
        return cfgio.parse(dict(source)), None
    if not isinstance(source, str | Path):
        raise InputError(
            f"{repr(source)[:60]} is no prompt, file or configuration",
            "Give a prompt, the path of a parameter file, an EnvCfg or a dict of its keys.",
        )
    if isinstance(source, Path) or is_file(source):
        return cfgio.load(Path(source)), None
    from envgen.prompting.base import interpret

    meaning = interpret(source)
    return meaning.cfg, meaning.count


def is_file(argument: str) -> bool:
    """Whether an argument means a parameter file: it exists, or ends like one."""
    if argument.strip().lower().endswith(cfgio.SUFFIXES):
        return True
    try:
        return bool(argument) and Path(argument).is_file()
    except (OSError, ValueError):  # too long or not possible as a path
        return False


def check_count(count: int) -> int:
    """Refuse a count that makes no pack.

    Raises:
        InputError: It is below 1 or above the bound.
    """
    if not _whole(count) or not 1 <= count <= MAX_COUNT:
        raise InputError(f"a count of {count} is not possible", f"Give 1 to {MAX_COUNT:,}.")
    return count


def check_only(only: Sequence[int], count: int) -> list[int]:
    """Indices of the variants that are to be made, in order and once each.

    Raises:
        InputError: There are none, or one is no index below the count.
    """
    wrong = [index for index in only if not _whole(index) or not 0 <= index < count]
    if not only:
        raise InputError("no index is given", f"Give one or more, 0 to {count - 1}.")
    if wrong:
        raise InputError(
            f"the index {wrong[0]!r} is not possible with a count of {count}", f"Give 0 to {count - 1}."
        )
    return sorted(set(only))


def check_seed(seed: int) -> int:
    """Refuse what is no seed: -1 and True would else be other names of the same pack.

    Raises:
        InputError: It is negative, too large or not a whole number.
    """
    if not _whole(seed) or not 0 <= seed < 2**63:
        raise InputError(f"a seed of {seed!r} is not possible", "Give a whole number from 0 to 2^63 - 1.")
    return seed


def check_jobs(jobs: int | None) -> int:
    """The number of processes; by default one for each processor this process may use.

    Raises:
        InputError: It is below 1 or above the bound.
    """
    if jobs is None:
        usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
        return max(1, len(usable))
    if not _whole(jobs) or not 1 <= jobs <= MAX_JOBS:
        raise InputError(f"{jobs} processes are not possible", f"Give --jobs 1 to {MAX_JOBS}.")
    return jobs


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _try_first(recipe: Recipe) -> dict[str, str]:
    """Build one variant of each combination before anything is written.

    What can't go together is told at once, and what every variant needs (robots, templates) is in memory
    before the process forks.

    Returns:
        Where the files are that the variants share, by name.
    """
    shared: dict[str, str] = {}
    for _, cfg in recipe.cells:
        shared |= shared_files(cfg, recipe.seed)
    for _, cfg in recipe.cells[:64]:
        with suppress(WorkError):  # another draw may do
            build(cfg, recipe.seed, 0)
    return shared


def _note(made: Made, journal: Journal, tally: MakeProgress) -> None:
    tally.refused.update(made.refused)
    if made.problem:
        tally.given_up.append((made.index, made.problem))
        tally.lost.update(made.refused)
        if not len(journal) and len(tally.given_up) >= min(HOPELESS, tally.count):
            raise _shortfall(tally, journal.folder)
        return
    journal.add(made.index, made.line)
    tally.done += 1
    tally.difficulties[min(9, int(10 * made.difficulty))] += 1


def _shortfall(tally: MakeProgress, folder: Path) -> WorkError:
    problems = Counter(problem for _, problem in tally.given_up)
    # a problem is what the last draw failed by, which need not be what most draws failed by
    check, cause, remedy = max(problems, key=lambda problem: (tally.lost[problem[0]], problems[problem]))
    if len(tally.lost) > 1:
        counts = ", ".join(f"{name} {number}" for name, number in tally.lost.most_common())
        which = "most draws were" if tally.lost[check] == max(tally.lost.values()) else "the last draw was"
        why = f"{which} refused by the check {check!r} ({cause}); all refusals: {counts}"
    else:
        why = f"the check {check!r} refused every draw ({cause})"
    kept = f"; {tally.done} of {tally.count} are kept in {folder}" if tally.done else ""
    return WorkError(f"{_variants(len(tally.given_up))} can't be made: {why}{kept}", remedy)


def _variants(number: int) -> str:
    return f"{number} variant{'s' if number != 1 else ''}"


def _keep(journal: Journal, count: int) -> None:
    """Close a pack that was stopped in the middle; if even that fails, the journal is there."""
    with suppress(OSError):
        close(journal, count, complete=False)


def _disk(error: OSError, folder: Path, kept: int) -> tuple[str, str]:
    reason = (
        "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
    )
    return (
        f"{folder} can't be written: {reason}; {_variants(kept)} {'is' if kept == 1 else 'are'} kept",
        "Make room, then run the same command with --resume.",
    )


def _made(recipe: Recipe, pending: list[int], folder: Path, jobs: int) -> Iterator[Made]:
    """Make variants, in order of readiness."""
    if jobs == 1 or len(pending) <= 2:
        for index in pending:
            yield make_variant(recipe, index, folder)
        return
    pool = WorkerPool(min(jobs, len(pending)))
    yield from run_chunks(pool, partial(_make_chunk, folder=folder), recipe, pending, _import_parquet)


def _import_parquet() -> None:
    """Import ahead what closing the pack needs: 0.2 s that pass while the workers run."""
    import pyarrow.parquet  # noqa: F401


def _make_chunk(job: JobRef[Recipe], indices: list[int], folder: Path) -> list[Made]:
    return [make_variant(job.shared, index, folder) for index in indices]
