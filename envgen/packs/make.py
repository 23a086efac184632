"""Making a pack: many variants in parallel, resumable, with the same bytes for the same seed."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from envgen.core.cfg import EnvCfg
from envgen.core.errors import EnvgenError, InputError, WorkError
from envgen.core.overrides import Sweep
from envgen.packs.arguments import check_count, check_jobs, check_only, check_seed, resolve
from envgen.packs.assets import copy_shared_files
from envgen.packs.candidates import CandidateLog, make_chosen
from envgen.packs.folder import prepare
from envgen.packs.journal import Journal
from envgen.packs.manifest import close
from envgen.packs.pack import Pack
from envgen.packs.progress import HOPELESS, MakeProgress, plural_variants, shortfall_error
from envgen.packs.recipe import Recipe
from envgen.packs.selection.rule import SelectionRule, check_rule
from envgen.packs.writing import MakeResult, make_variant
from envgen.workers.pool import JobRef, WorkerPool, run_chunks
from envgen.worlds.variant import build, shared_files

Progress = Callable[[MakeProgress], None]


def make(
    source: str | Path | EnvCfg | Mapping[str, Any],
    count: int | None = None,
    seed: int = 0,
    *,
    out: str | Path | None = None,
    sweep: Sequence[Sweep] = (),
    only: Sequence[int] | None = None,
    select: SelectionRule | None = None,
    jobs: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Pack:
    """Make a pack of validated variants.

    Args:
        source: A prompt, the path of a parameter file, an EnvCfg, or a dict of its keys.
        count: Number of variants; by default that of the prompt, else 16.
        seed: The same seed gives the same bytes.
        out: Folder; by default `packs/<name>-s<seed>`.
        sweep: Axes over which the variants cycle.
        only: Indices of the variants to make, below `count`; by default all.
        select: Rule by which `count` of many candidates, the variants 0, 1, 2 … of the seed, are kept:
            `envgen.Diverse()` or `envgen.Learnable('gait')`. They keep their indices.
        jobs: Processes; by default one for each processor.
        resume: Continue an interrupted run.
        overwrite: Replace an existing pack.
        progress: Called with the same MakeProgress after each variant or candidate.

    Raises:
        InputError: The input is wrong; nothing was written.
        WorkError: Some variants can't be made or written; finished ones are kept.
    """
    cfg, asked = resolve(source)
    count = check_count(count if count is not None else asked if asked is not None else 16)
    recipe = _recipe(cfg, seed, sweep, select, count)
    folder = Path(out) if out is not None else Path("packs") / f"{cfg.name}-s{seed}"
    jobs = check_jobs(jobs)
    wanted = range(count) if only is None else check_only(only, count)
    if select is not None and only is not None:
        raise InputError("only and select exclude each other", "Give one of them.")
    _ = recipe.inputs  # missing or unfit files are reported before anything is written
    shared = _build_one_each(recipe)
    if select is not None:
        select.check(recipe, count)
    prepare(folder, resume=resume, overwrite=overwrite)
    status = MakeProgress(len(wanted))
    with Journal(folder, recipe) as journal:
        _check_room(journal, count, select)
        pending = [index for index in wanted if index not in journal]
        if select is not None:
            pending = pending[: max(count - len(journal), 0)]  # which they will be is not known yet
        status.done = status.earlier = len(wanted) - len(pending)

        log: CandidateLog | None = None

        def tell() -> None:
            if progress:
                progress(status)

        try:
            copy_shared_files(folder, shared)
            if select is None:
                results = _make_all(recipe, pending, folder, jobs)
            else:
                log = CandidateLog(folder, journal.header)
                some = partial(_make_all, recipe, folder=folder, jobs=jobs)
                results = make_chosen(select, log, journal, status, jobs, some, tell)
            for result in results:
                _record(result, journal, status)
                tell()
        except KeyboardInterrupt:
            _close_partial(journal, status, resumable=bool(log))
            raise
        except EnvgenError:
            _close_partial(journal, status, resumable=False)
            raise
        except OSError as error:
            _close_partial(journal, status)
            raise WorkError(*_disk_error_text(error, folder, len(journal))) from None
        complete = len(journal) >= len(wanted)
        try:
            close(journal, len(wanted), complete=complete, candidates=status.tried)
        except OSError as error:
            raise WorkError(*_disk_error_text(error, folder, len(journal))) from None
    if not complete:
        if select is not None and log is not None and not status.given_up:
            raise WorkError(*select.shortfall(log.candidates, len(journal), count))
        raise shortfall_error(status, folder)
    return Pack.open(folder)


def _recipe(
    cfg: EnvCfg, seed: int, sweep: Sequence[Sweep], select: SelectionRule | None, count: int
) -> Recipe:
    if select is None:
        return Recipe(cfg, check_seed(seed), tuple(sweep))
    check_rule(select)
    return Recipe(cfg, check_seed(seed), tuple(sweep), select.to_json(count))


def _check_room(journal: Journal, count: int, select: SelectionRule | None) -> None:
    """Refuse a count below what the folder holds already; a new journal is withdrawn.

    Raises:
        InputError: It holds more.
    """
    least = journal.last + 1 if select is None else len(journal)
    if least > count:
        journal.withdraw()
        held = f"variants up to {journal.last}" if select is None else f"{least} variants"
        raise InputError(
            f"{journal.folder} holds {held} already, more than a count of {count}",
            f"Give --count {least} or more, or --overwrite.",
        )


def _build_one_each(recipe: Recipe) -> dict[str, str]:
    """Build one variant of each combination before anything is written.

    Impossible combinations fail at once, and shared data (robots, templates) is loaded before the fork.

    Returns:
        Paths of the files that the variants share, by name.
    """
    shared: dict[str, str] = {}
    for _, cfg in recipe.cells:
        shared |= shared_files(cfg, recipe.seed)
    for _, cfg in recipe.cells[:64]:
        with suppress(WorkError):  # another draw may succeed
            build(cfg, recipe.seed, 0)
    return shared


def _record(result: MakeResult, journal: Journal, status: MakeProgress) -> None:
    status.refused.update(result.refused)
    if result.problem:
        status.given_up.append((result.index, result.problem))
        status.lost.update(result.refused)
        if not len(journal) and len(status.given_up) >= min(HOPELESS, status.count):
            raise shortfall_error(status, journal.folder)
        return
    journal.add(result.index, result.line)
    status.done += 1
    status.difficulties[min(9, int(10 * result.difficulty))] += 1


def _close_partial(journal: Journal, status: MakeProgress, *, resumable: bool = True) -> None:
    """Close an interrupted pack; if that fails too, the journal remains.

    Without a variant there is no pack: what there is, is for --resume, or goes if there is nothing to resume.
    """
    if not len(journal):
        if not resumable:
            journal.withdraw()
        return
    with suppress(OSError):
        close(journal, status.count, complete=False, candidates=status.tried)


def _disk_error_text(error: OSError, folder: Path, kept: int) -> tuple[str, str]:
    reason = (
        "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
    )
    return (
        f"{folder} can't be written: {reason}; {plural_variants(kept)} {'is' if kept == 1 else 'are'} kept",
        "Make room, then run the same command with --resume.",
    )


def _make_all(recipe: Recipe, pending: Sequence[int], folder: Path, jobs: int) -> Iterator[MakeResult]:
    """Make variants and yield them in order of completion."""
    if jobs == 1 or len(pending) <= 2:
        for index in pending:
            yield make_variant(recipe, index, folder)
        return
    pool = WorkerPool(min(jobs, len(pending)))
    yield from run_chunks(pool, partial(_make_chunk, folder=folder), recipe, pending, _import_parquet)


def _import_parquet() -> None:
    """Import what closing the pack needs while the workers run: it takes 0.2 s."""
    import pyarrow.parquet  # noqa: F401


def _make_chunk(job: JobRef[Recipe], indices: list[int], folder: Path) -> list[MakeResult]:
    return [make_variant(job.shared, index, folder) for index in indices]
