"""Episodes of policies on a pack as Parquet, batch by batch: the columns of docs/recording.md."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from envgen.core.errors import InputError, WorkError
from envgen.core.version import __version__
from envgen.learn.evaluate import assignment, batches
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.rollout.columns import COLUMNS, drawn_columns
from envgen.rollout.policies import PolicySet, bind
from envgen.rollout.record import META, about
from envgen.rollout.rollout import Rollout

ROWS = 65_536
"""Rows that are held in memory before they are written."""
_TYPES = {  # of Arrow
    "int64": pa.int64(),
    "float64": pa.float64(),
    "float32": pa.float32(),
    "bool": pa.bool_(),
    "string": pa.string(),
    "list<float32>": pa.list_(pa.float32()),
}


def record_episodes(
    pack: Pack | Sequence[PackVariant],
    policies: Mapping[str, str] | str,
    path: Path,
    *,
    episodes: int = 1,
    threads: int = 2,
    seed: int = 0,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Play whole episodes of each variant and write every control step of every agent.

    Args:
        pack: A pack, or some of its variants.
        policies: By agent or pattern; or one for all.
        path: The Parquet file; it appears when it is whole.
        episodes: Episodes of each variant.
        threads: Threads of physics.
        seed: For policies that draw.
        overwrite: Replace a file that is there.
        progress: Called with the number of finished episodes since the last call.

    Returns:
        Number of rows.

    Raises:
        InputError: The file exists, a policy can't drive an agent, or a number is wrong.
    """
    check_record_target(path, overwrite=overwrite)
    if episodes < 1:
        raise InputError(f"episodes must be a positive integer, got {episodes}", "Such as --episodes 3.")
    variants = list(pack)
    chosen = assignment(policies) if isinstance(policies, str) else dict(policies)
    parts = batches(variants)
    first = Rollout(parts[0], threads=threads)
    described: dict[str, Any] = about(first, first.agents)
    described["seed"], described["pack"] = seed, str(variants[0].manifest["name"])
    with _File(path, variants, described) as file:
        for number, part in enumerate(parts):
            rollout = Rollout(part, threads=threads) if number else first
            actor = bind(rollout, chosen, seed=seed)
            for episode in range(episodes):
                _play(rollout, actor, episode, file)
                if progress:
                    progress(len(part))
        return file.rows


def check_record_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a target before anything is computed.

    Raises:
        InputError: It exists, or its folder does not.
    """
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists", "Add --overwrite, or give another --out.")
    if path.is_dir():
        raise InputError(f"{path} is a folder", "Give a file as --out.")
    if not path.parent.is_dir():
        raise InputError(f"the folder {path.parent} is not there", "Make it, or give another --out.")


def _play(rollout: Rollout, actor: PolicySet, episode: int, file: _File) -> None:
    result = rollout.reset(episode)
    step = 0
    while not rollout.done.all():
        playing = ~rollout.over
        actions = actor(result)
        after = rollout.step(actions)
        for number, agent in enumerate(rollout.agents):
            rows = np.flatnonzero(playing[:, number])
            own, bound = after[agent], actor.bound(agent)
            causes = np.array([*own.causes, None], dtype=object)
            file.add(
                env=rollout.indices[rows],
                index=rollout.indices[rows],
                agent=np.full(len(rows), agent, dtype=object),
                step=np.full(len(rows), step),
                episode=np.full(len(rows), episode),
                policy=np.array(bound, dtype=object)[rows],
                observation=result[agent].observation[rows].astype(np.float32),
                action=actions[agent][rows].astype(np.float32),
                reward=own.reward[rows],
                terminated=(own.terminated | own.success)[rows],
                truncated=own.truncated[rows],
                ending=causes[own.cause[rows]],
            )
        result = after
        step += 1


class _File:
    """A Parquet file that grows by batches of rows and appears when it is whole. A context manager."""

    def __init__(self, path: Path, variants: Sequence[PackVariant], described: Mapping[str, Any]) -> None:
        drawn = {variant.index: variant.drawn for variant in variants}
        kinds = drawn_columns(drawn.values())
        fields = [pa.field(c.name, _TYPES[c.kind], nullable=c.null) for c in COLUMNS]
        fields += [pa.field(name, _TYPES[kind]) for name, kind in kinds.items()]
        meta = {META: json.dumps({"version": __version__, **described})}
        self._schema = pa.schema(fields, metadata=meta)
        self._place = {index: place for place, index in enumerate(drawn)}
        self._drawn = [
            pa.array([_as(own.get(name.partition(".")[2]), kind) for own in drawn.values()], _TYPES[kind])
            for name, kind in kinds.items()
        ]
        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._batches: list[Any] = []
        self._waiting = self.rows = 0
        try:
            self._file = open(self._part, "wb")  # noqa: SIM115  (closed on exit)
        except OSError as error:
            raise WorkError(
                f"{path} can't be written: {error.strerror}", "Give another path or make room."
            ) from None
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")

    def add(self, **columns: Any) -> None:
        """Add rows: an array for each column but those of what was drawn."""
        arrays = [_array(columns[c.name], _TYPES[c.kind]) for c in COLUMNS]
        places = pa.array([self._place[index] for index in columns["index"].tolist()], pa.int64())
        arrays += [values.take(places) for values in self._drawn]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._batches.append(batch)
        self._waiting += batch.num_rows
        self.rows += batch.num_rows
        if self._waiting >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches, self._schema))
        self._batches, self._waiting = [], 0

    def __enter__(self) -> _File:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()
        self._file.close()
        if kind is None:
            os.replace(self._part, self._path)
        else:
            self._part.unlink(missing_ok=True)


def _array(values: Any, kind: Any) -> Any:
    if values.ndim == 1:
        return pa.array(values, kind)
    ends = np.arange(len(values) + 1, dtype=np.int32) * values.shape[1]
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values.ravel()))


def _as(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "float64":
        return float(value)
    return value if isinstance(value, str) else json.dumps(value)
