"""Making data sets: from a recording, or by playing a pack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from envgen.core.errors import InputError
from envgen.datasets.alike import check_alike
from envgen.datasets.formats.base import FORMATS, DatasetFormat, Written
from envgen.datasets.play_pack import Plan
from envgen.datasets.recording import Recording
from envgen.packs.pack import Pack


def convert(
    recording: str | Path,
    out: str | Path,
    format: str,
    *,
    agents: Sequence[str] = ("*",),
    group: int | None = None,
    pack: Pack | None = None,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Write a recording as a data set, all or nothing.

    Args:
        recording: Parquet file made natively, by the page or by `envgen run --record`.
        out: File or folder that does not exist yet.
        format: Name of a format.
        agents: Ids or patterns of the agents that are taken; most formats need such as observe and act alike.
        group: Which variants are taken, where a recording has several bodies; by default all.
        pack: That was played; gives what a recording of the page lacks: period and randomised physics.
        progress: Called with the number of episodes done.

    Raises:
        InputError: There is no such format, the target exists, or the recording is not fit for it.
    """
    target, kind = Path(out), FORMATS.get(format)()
    _check_target(kind, target)
    return _write(kind, Recording(Path(recording), agents, pack, group), target, progress)


def record_pack(
    pack: Pack,
    policies: str | Mapping[str, str],
    out: str | Path,
    *,
    episodes: int = 1,
    format: str = "minari",
    agents: Sequence[str] = ("*",),
    group: int | None = None,
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Play whole episodes of each variant of a pack and write them as a data set, all or nothing.

    Args:
        pack: A pack or view. Variants that differ in agents or bodies are played in groups.
        policies: Name of a policy by agent id, pattern or team; or one for all agents.
        out: File or folder that does not exist yet.
        episodes: Of each variant.
        format: Name of a format.
        agents: Ids or patterns of those that are recorded.
        group: Which variants are played, where the pack has several bodies; by default all. Most formats need
            variants that observe and act alike: an error names the groups.
        seed: For policies that draw.
        threads: On which physics is computed.
        progress: Called with the number of episodes that are played, and how many there will be.

    Raises:
        InputError: There is no such format or policy, the target exists, or the pack is not fit for it.
    """
    target, kind = Path(out), FORMATS.get(format)()
    _check_target(kind, target)
    if not len(pack):
        raise InputError(f"{pack!r} has no variants", "Give a pack or view with some.")
    chosen = {"*": policies} if isinstance(policies, str) else dict(policies)
    plan = Plan.of(pack, chosen, agents, episodes=episodes, seed=seed, group=group)
    if not kind.mixed:
        check_alike(plan.about(), plan.agents, str(pack.path), kind.kind)
    with _part(target.with_name(f"{target.name}.rows")) as rows:
        plan.play(rows, threads, progress)
        return _write(kind, Recording(rows, agents, pack), target, None)


def _check_target(kind: DatasetFormat, target: Path) -> None:
    kind.check_target(target)
    if target.exists() or target.is_symlink():
        raise InputError(f"{target} exists already", "Give another target, or remove it.")
    if not target.absolute().parent.is_dir():
        raise InputError(f"the folder {target.parent} is not there", "Make it, or give another target.")


def _write(
    kind: DatasetFormat, recording: Recording, target: Path, progress: Callable[[int], None] | None
) -> Written:
    if not kind.mixed:
        check_alike(recording.about, recording.agents, str(recording.path), kind.kind)
    with _part(target) as part:
        written = kind.write(recording, part, target, progress or (lambda done: None))
        if not written.episodes:
            raise InputError(f"{recording.path} holds no whole step of an episode", "Record more steps.")
        os.replace(part, target)
    return written


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    """A hidden name beside a target for what is not whole; what is left there is removed."""
    part = target.with_name(f".{target.name}.part")
    _remove(part)
    try:
        yield part
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
