"""Variants as frames without touching the disk, and those of a pack; run by the processes of a pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from envgen.core.errors import EnvgenError
from envgen.packs.pack import Pack
from envgen.packs.recipe import Recipe
from envgen.packs.rejection import Rejected, search
from envgen.packs.variant import PackVariant
from envgen.packs.wire.encode import Encoded, Encoder, Form
from envgen.workers.pool import JobRef, WorkerPool


@dataclass(frozen=True)
class Streamed:
    """One variant for a page, or why there is none.

    Attributes:
        index: Of the variant.
        frame: What is sent; empty if it was given up.
        meshes: Frames of meshes that this process has not given out in this job, by id.
        refused: How many draws each check refused.
        problem: Why it was given up: name of the check or stage, cause and remedy.
    """

    index: int
    frame: bytes
    meshes: Mapping[str, bytes] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    problem: tuple[str, str, str] | None = None


@dataclass(eq=False)
class _Desk:
    """What a process keeps of a job.

    Attributes:
        encoder: Of its variants.
        variants: Of a pack, by index.
        given: Ids of the meshes that it has given out.
    """

    encoder: Encoder
    variants: Mapping[int, PackVariant] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)

    def streamed(self, index: int, encoded: Encoded, refused: Mapping[str, int]) -> Streamed:
        """An encoded variant with the meshes that are new."""
        new = {name: frame for name, frame in encoded.meshes.items() if name not in self.given}
        self.given |= new.keys()
        return Streamed(index, encoded.frame, new, refused)


@lru_cache(maxsize=16)
def _desk(job: JobRef[Recipe | Path], form: Form) -> _Desk:
    source = job.shared
    if isinstance(source, Recipe):
        return _Desk(Encoder(source.task, source.seed, form))
    pack = Pack.open(source)
    return _Desk(Encoder(pack.task, pack.seed, form), {variant.index: variant for variant in pack})


def lasting_pool(workers: int) -> WorkerPool:
    """Start the pool of a server: its workers are forked with robots and imports in memory."""
    return WorkerPool(workers, lasting=True, preload="envgen.packs.preload")


def ready(_: JobRef[None]) -> bool:
    """Do nothing: the worker that returns is ready."""
    return True


def frames(job: JobRef[Recipe | Path], form: Form, indices: list[int]) -> list[Streamed]:
    """Variants as frames: of a recipe drawn and validated, of a pack compiled from its env.xml.

    Args:
        job: Of the job.
        form: Of the models.
        indices: Of variants.

    Raises:
        InputError: The pack can't be read.
    """
    desk, source = _desk(job, form), job.shared
    return [_drawn(desk, source, i) if isinstance(source, Recipe) else _read(desk, i) for i in indices]


def _drawn(desk: _Desk, recipe: Recipe, index: int) -> Streamed:
    found = search(recipe, index)
    if isinstance(found, Rejected):
        return Streamed(index, b"", refused=found.refused, problem=found.problem)
    return desk.streamed(index, desk.encoder.fresh(found), found.refused)


def _read(desk: _Desk, index: int) -> Streamed:
    try:
        encoded = desk.encoder.stored(desk.variants[index])
    except EnvgenError as error:  # damaged: the others may be sound
        return Streamed(index, b"", problem=("pack", error.cause, error.remedy))
    return desk.streamed(index, encoded, {})
