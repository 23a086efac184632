"""Variants as frames, newly drawn or from a pack; run by the processes of a pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from envgen.core.errors import EnvgenError
from envgen.packs.pack import Pack
from envgen.packs.recipe import Recipe
from envgen.packs.rejection import Rejected, draw_until_valid
from envgen.packs.variant import PackVariant
from envgen.packs.wire.encode import Encoded, Encoder, Form
from envgen.workers.pool import JobRef, WorkerPool


@dataclass(frozen=True)
class Streamed:
    """One variant for a page, or why there is none.

    Attributes:
        index: Index of the variant.
        frame: The encoded frame; empty if the variant was given up.
        meshes: Frames of meshes that this process has not returned in this job before, by id.
        refused: Number of draws that each check refused.
        problem: Why it was given up: name of the check or stage, cause and remedy.
    """

    index: int
    frame: bytes
    meshes: Mapping[str, bytes] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    problem: tuple[str, str, str] | None = None


@dataclass(eq=False)
class _JobState:
    """State of a job in a process.

    Attributes:
        encoder: Encoder of its variants.
        variants: Variants of a pack, by index.
        sent_meshes: Ids of the meshes that were returned.
    """

    encoder: Encoder
    variants: Mapping[int, PackVariant] = field(default_factory=dict)
    sent_meshes: set[str] = field(default_factory=set)

    def to_streamed(self, index: int, encoded: Encoded, refused: Mapping[str, int]) -> Streamed:
        """Return an encoded variant with the meshes that were not returned before."""
        new = {name: frame for name, frame in encoded.meshes.items() if name not in self.sent_meshes}
        self.sent_meshes |= new.keys()
        return Streamed(index, encoded.frame, new, refused)


@lru_cache(maxsize=16)
def _job_state(job: JobRef[Recipe | Path], form: Form) -> _JobState:
    source = job.shared
    if isinstance(source, Recipe):
        return _JobState(Encoder(source.task, source.seed, form))
    pack = Pack.open(source)
    return _JobState(Encoder(pack.task, pack.seed, form), {variant.index: variant for variant in pack})


def lasting_pool(workers: int) -> WorkerPool:
    """Start the pool of a server: its workers are forked with robots and imports in memory."""
    return WorkerPool(workers, lasting=True, preload="envgen.packs.preload")


def ready(_: JobRef[None]) -> bool:
    """Return True: a worker that runs this is ready."""
    return True


def make_frames(job: JobRef[Recipe | Path], form: Form, indices: list[int]) -> list[Streamed]:
    """Encode variants: of a recipe drawn and validated, of a pack compiled from its env.xml.

    Args:
        job: Reference to the job.
        form: Form of the models.
        indices: Indices of the variants.

    Raises:
        InputError: The pack can't be read.
    """
    state, source = _job_state(job, form), job.shared
    return [
        _encode_drawn(state, source, i) if isinstance(source, Recipe) else _encode_stored(state, i)
        for i in indices
    ]


def _encode_drawn(state: _JobState, recipe: Recipe, index: int) -> Streamed:
    found = draw_until_valid(recipe, index)
    if isinstance(found, Rejected):
        return Streamed(index, b"", refused=found.refused, problem=found.problem)
    return state.to_streamed(index, state.encoder.encode_accepted(found), found.refused)


def _encode_stored(state: _JobState, index: int) -> Streamed:
    try:
        encoded = state.encoder.encode_stored(state.variants[index])
    except EnvgenError as error:  # damaged: others may be intact
        return Streamed(index, b"", problem=("pack", error.cause, error.remedy))
    return state.to_streamed(index, encoded, {})
