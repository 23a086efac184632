"""A recording as a LeRobot data set, layout v3.0 (https://huggingface.co/docs/lerobot/lerobot-dataset-v3).

`meta/info.json`, `meta/stats.json`, `meta/tasks.parquet`, `meta/episodes/chunk-000/file-000.parquet`, and
frames in `data/chunk-000/file-000.parquet` and on. Columns of the episodes that begin with `envgen/` say what
variant, policy and physics they are of. The package lerobot is not needed for writing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.datasets.episode import Episode
from envgen.datasets.formats.base import ENV_ID, DatasetFormat, Written, register
from envgen.datasets.recording import Recording
from envgen.datasets.statistics import Running

VERSION = "v3.0"
FILE_MB = 100
"""Most that the numbers of a file of frames take."""
CHUNK = 1000
"""Files in a chunk."""
DATA = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
EPISODES = "meta/episodes/chunk-000/file-000.parquet"
_DTYPES = {"float32": np.float32, "int64": np.int64, "bool": np.bool_}
Frames = dict[str, NDArray[Any]]


@register
class LeRobot(DatasetFormat):
    """A folder that `LeRobotDataset(name, root=…)` opens."""

    kind: ClassVar[str] = "lerobot"
    suffix: ClassVar[str] = "-lerobot"

    def write(
        self, recording: Recording, part: Path, target: Path, progress: Callable[[int], None]
    ) -> Written:
        if recording.period is None:
            raise InputError(
                f"{recording.path} does not say how long a control step is, or it differs by variant",
                "Give the pack that was played, or variants with the same control.frame_skip and timestep.",
            )
        rate = max(1, round(1 / recording.period))
        features = _features(recording)
        frames = _FrameFiles(part, features)
        whole = {name: Running(feature["shape"][0]) for name, feature in features.items()}
        rows: list[dict[str, Any]] = []
        for number, episode in enumerate(recording.episodes()):
            columns = _frames(episode, number, frames.rows, rate)
            row = {
                "episode_index": number,
                "tasks": [recording.task],
                "length": len(episode),
                "dataset_from_index": frames.rows,
                "dataset_to_index": frames.rows + len(episode),
                "meta/episodes/chunk_index": 0,
                "meta/episodes/file_index": 0,
            }
            row["data/chunk_index"], row["data/file_index"] = frames.add(columns)
            rows.append({**row, **_about(recording, episode), **_stats(columns, features, whole)})
            progress(number + 1)
        frames.close()
        if rows:
            _write_meta(recording, part, features, rate, rows, whole)
        load = f"LeRobotDataset({target.name!r}, root={str(target)!r})"
        return Written(target, len(rows), frames.rows, load)


def _features(recording: Recording) -> dict[str, dict[str, Any]]:
    def feature(dtype: str, names: list[str] | None = None) -> dict[str, Any]:
        return {"dtype": dtype, "shape": [len(names) if names else 1], "names": names}

    return {
        "observation.state": feature("float32", recording.observation_names),
        "action": feature("float32", recording.action_names),
        "next.reward": feature("float32"),
        "next.terminated": feature("bool"),
        "next.truncated": feature("bool"),
        "next.done": feature("bool"),
        "timestamp": feature("float32"),
        "frame_index": feature("int64"),
        "episode_index": feature("int64"),
        "index": feature("int64"),
        "task_index": feature("int64"),
    }


def _frames(episode: Episode, number: int, first: int, rate: int) -> Frames:
    """The columns of an episode, (T, size) each."""
    steps = np.arange(len(episode))
    done = episode.terminated | episode.truncated
    found = {
        "observation.state": episode.observations,
        "action": episode.actions,
        "next.reward": episode.rewards.astype(np.float32),
        "next.terminated": episode.terminated,
        "next.truncated": episode.truncated,
        "next.done": done,
        # of the rounded rate: LeRobot refuses stamps that don't fit it
        "timestamp": (steps / rate).astype(np.float32),
        "frame_index": steps,
        "episode_index": np.full(len(episode), number),
        "index": first + steps,
        "task_index": np.zeros(len(episode), dtype=np.int64),
    }
    return {name: np.asarray(values).reshape(len(episode), -1) for name, values in found.items()}


def _about(recording: Recording, episode: Episode) -> dict[str, Any]:
    about = episode.about()
    physics, drawn = about.pop("physics"), about.pop("drawn")
    facts = {"env_id": ENV_ID, "pack": recording.pack_name, "pack_seed": recording.seed, **about}
    facts |= {f"physics.{name}": value for name, value in physics.items()}
    facts |= {f"drawn.{path}": value for path, value in drawn.items()}
    return {f"envgen/{name}": value for name, value in facts.items()}


def _stats(
    columns: Frames, features: dict[str, dict[str, Any]], whole: dict[str, Running]
) -> dict[str, list[Any]]:
    """Statistics of an episode, which join those of the whole."""
    found: dict[str, list[Any]] = {}
    for name, values in columns.items():
        numbers = values.astype(np.float64)
        own = Running(values.shape[1], sample=len(values))
        own.add(numbers)
        whole[name].add(numbers)
        truth = features[name]["dtype"] == "bool"
        found |= {f"stats/{name}/{key}": value for key, value in own.stats(truth).items()}
    return found


class _FrameFiles:
    """Files of frames, each of at most `FILE_MB` megabytes and of whole episodes."""

    def __init__(self, root: Path, features: dict[str, dict[str, Any]]) -> None:
        import pyarrow as pa  # 0.2 s to import: only where it is needed

        types = {"float32": pa.float32(), "int64": pa.int64(), "bool": pa.bool_()}

        def kind(feature: dict[str, Any]) -> Any:
            scalar = types[feature["dtype"]]
            size = feature["shape"][0]
            return scalar if size == 1 else pa.list_(scalar, size)

        self._schema = pa.schema([(name, kind(feature)) for name, feature in features.items()])
        self._root, self._features = root, features
        self._bytes, self._number = 0, -1
        self._writer: Any = None
        self.rows = 0

    def add(self, columns: Frames) -> tuple[int, int]:
        """Write an episode; return the numbers of its chunk and file."""
        import pyarrow as pa

        arrays, size = [], 0
        for name, values in columns.items():
            typed: NDArray[Any] = values.astype(_DTYPES[self._features[name]["dtype"]])
            flat = pa.array(typed.ravel())
            size += typed.nbytes
            kind = self._schema.field(name).type
            arrays.append(flat if values.shape[1] == 1 else _fixed(flat, kind))
        if self._writer is None or self._bytes + size > FILE_MB * 1e6:
            self._open()
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._bytes += size
        self.rows += len(columns["index"])
        return divmod(self._number, CHUNK)

    def close(self) -> None:
        """Finish the last file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open(self) -> None:
        import pyarrow.parquet as pq

        self.close()
        self._number, self._bytes = self._number + 1, 0
        chunk, file = divmod(self._number, CHUNK)
        path = self._root / DATA.format(chunk_index=chunk, file_index=file)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, self._schema, compression="snappy")


def _fixed(flat: Any, kind: Any) -> Any:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(flat, type=kind)


def _write_meta(
    recording: Recording,
    root: Path,
    features: dict[str, dict[str, Any]],
    rate: int,
    rows: list[dict[str, Any]],
    whole: dict[str, Running],
) -> None:
    """Write the metadata of the data set; all paths in it are relative."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    info = {
        "codebase_version": VERSION,
        "robot_type": recording.robot,
        "total_episodes": len(rows),
        "total_frames": rows[-1]["dataset_to_index"],
        "total_tasks": 1,
        "chunks_size": CHUNK,
        "data_files_size_in_mb": FILE_MB,
        "video_files_size_in_mb": 200,
        "fps": rate,
        "splits": {"train": f"0:{len(rows)}"},
        "data_path": DATA,
        "video_path": None,
        "features": features,
        "envgen": {**recording.about, "env_id": ENV_ID, "period": recording.period, "seed": recording.seed},
    }
    (root / "meta/episodes/chunk-000").mkdir(parents=True)
    _write_json(root / "meta/info.json", info)
    stats = {name: running.stats(features[name]["dtype"] == "bool") for name, running in whole.items()}
    _write_json(root / "meta/stats.json", stats)
    pq.write_table(_task_table([recording.task]), root / "meta/tasks.parquet")
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({name: _column([row.get(name) for row in rows]) for name in names})
    pq.write_table(table, root / EPISODES, compression="snappy")


def _column(values: list[Any]) -> Any:
    """A column of the table of episodes; drawn values of several types become text."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 and not kinds <= {int, float}:
        values = [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]
    elif kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    return pa.array(values)


def _task_table(tasks: Iterable[str]) -> Any:
    """A table that pandas reads as a frame with the tasks as its index."""
    import pyarrow as pa

    names = list(tasks)
    index = "__index_level_0__"
    table = pa.table({"task_index": pa.array(range(len(names)), pa.int64()), index: pa.array(names)})

    def about(name: str | None, field: str, kind: str, numpy: str) -> dict[str, Any]:
        return {"name": name, "field_name": field, "pandas_type": kind, "numpy_type": numpy, "metadata": None}

    pandas = {
        "index_columns": [index],
        "column_indexes": [],
        "columns": [
            about("task_index", "task_index", "int64", "int64"),
            about(None, index, "unicode", "object"),
        ],
        "pandas_version": "2.0.0",
    }
    return table.replace_schema_metadata({"pandas": json.dumps(pandas)})


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=4, ensure_ascii=False), encoding="utf-8")
