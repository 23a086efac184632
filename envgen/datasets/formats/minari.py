"""A recording as a Minari data set (https://minari.farama.org), of its storage format `parquet`.

Minari itself is not needed for writing. The layout is that of Minari 0.5.4: `data/metadata.json`, and for
each episode `data/<id>/part-0.parquet` with one row more than it has steps, and `data/<id>/metadata.json`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from envgen.core.errors import InputError
from envgen.core.version import __version__
from envgen.datasets.episode import Episode, Floats32
from envgen.datasets.formats.base import ENV_ID, DatasetFormat, Written, register
from envgen.datasets.recording import Recording

VERSION = "0.5.4"
"""Version of Minari whose layout is written."""
ROOT = "MINARI_DATASETS_PATH"
_NAME = re.compile(r"[-_\w]+-v\d+")
MAX_STEPS = 131_000
"""Minari reads an episode as one batch, and Arrow makes batches of at most 131,072 rows."""


@register
class Minari(DatasetFormat):
    """A folder that `minari.load_dataset` opens; its name is that of the data set, such as `ants-v0`."""

    kind: ClassVar[str] = "minari"
    suffix: ClassVar[str] = "-v0"

    def check_target(self, target: Path) -> None:
        if not _NAME.fullmatch(target.name):
            raise InputError(
                f"a Minari data set must be named like ants-v0, got {target.name!r}",
                f"Give a folder whose name ends in a version, such as {target.parent / 'ants-v0'}.",
            )

    def write(
        self, recording: Recording, part: Path, target: Path, progress: Callable[[int], None]
    ) -> Written:
        root, name = dataset_id(target)
        data = part / "data"
        data.mkdir(parents=True)
        count = steps = 0
        for episode in recording.episodes():
            found = episode.transitions()
            if found is None:
                continue
            own, observations = found
            if len(own) > MAX_STEPS:
                raise InputError(
                    f"an episode of {len(own):,} steps is too long for Minari",
                    f"Record episodes of at most {MAX_STEPS:,} steps.",
                )
            _write_episode(data / str(count), own, observations)
            facts = {
                "id": count,
                "total_steps": len(own),
                "options": {"variant": own.variant},
                "env_id": ENV_ID,
                "pack": recording.pack_name,
                "pack_seed": recording.seed,
                **own.about(),
            }
            _write_json(data / str(count) / "metadata.json", facts)
            count, steps = count + 1, steps + len(own)
            progress(count)
        size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6
        _write_json(data / "metadata.json", _metadata(recording, name, count, steps, round(size, 1)))
        load = f"os.environ[{ROOT!r}] = {str(root)!r}; minari.load_dataset({name!r})"
        return Written(target, count, steps, load)


def dataset_id(target: Path) -> tuple[Path, str]:
    """Return the folder of data sets that a target lies in, and its id there.

    Within MINARI_DATASETS_PATH, folders between are its namespace.
    """
    path = target.absolute()
    home = Path(os.environ.get(ROOT) or Path.home() / ".minari" / "datasets").absolute()
    if home in path.parents:
        return home, path.relative_to(home).as_posix()
    return path.parent, path.name


def _write_episode(folder: Path, episode: Episode, observations: Floats32) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def pad(values: Any) -> Any:
        return np.concatenate([values, np.zeros_like(values[:1])])

    rows = len(observations)
    infos = {"variant": np.full(rows, episode.variant), "episode": np.full(rows, episode.number)}
    infos |= {f"physics.{name}": np.full(rows, value) for name, value in episode.physics.items()}
    if "difficulty" in episode.drawn:
        infos["difficulty"] = np.full(rows, float(episode.drawn["difficulty"]))
    table = pa.table(
        {
            "observations": _fixed(observations),
            "actions": _fixed(pad(episode.actions)),
            "rewards": pad(episode.rewards),
            "terminations": pad(episode.terminated),
            "truncations": pad(episode.truncated),
            "infos": pa.StructArray.from_arrays([pa.array(v) for v in infos.values()], names=list(infos)),
        }
    )
    folder.mkdir()
    with open(folder / "part-0.parquet", "wb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=max(1, rows))


def _fixed(values: Floats32) -> Any:
    import pyarrow as pa

    kind = pa.list_(pa.float32(), values.shape[1])
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel(), pa.float32()), type=kind)


def _metadata(recording: Recording, name: str, episodes: int, steps: int, size: float) -> dict[str, Any]:
    pack = recording.pack
    found = {
        "total_episodes": episodes,
        "total_steps": steps,
        "data_format": "parquet",
        "jpeg_encoding": True,
        "observation_space": _box(len(recording.observation_names), np.inf),
        "action_space": _box(len(recording.action_names), 1.0),
        "dataset_id": name,
        "minari_version": VERSION,
        "dataset_size": size,
        "algorithm_name": ", ".join(recording.policies),
        "description": f"{recording.robot} at the task {recording.task}, recorded by envgen {__version__}",
        "envgen": {
            **recording.about,
            "env_id": ENV_ID,
            "pack": recording.pack_name,
            "seed": recording.seed,
            "policies": recording.policies,
            "observation": recording.observation_names,
            "action": recording.action_names,
            "period": recording.period,
        },
    }
    if pack is not None and len(recording.about["agents"]) == 1:
        index = None if recording.about.get("group") is None else recording.indices
        found["env_spec"] = _env_spec(str(pack.path.absolute()), index)
    return found


def _env_spec(pack: str, index: list[int] | None) -> str:
    """The specification from which `recover_environment` makes the environment, as Gymnasium writes it.

    Args:
        pack: Its path.
        index: Indices of the variants; None for all.
    """
    return json.dumps(
        {
            "id": ENV_ID,
            "entry_point": "envgen.envs.single:PackEnv",
            "reward_threshold": None,
            "nondeterministic": False,
            "max_episode_steps": None,
            "order_enforce": True,
            "disable_env_checker": False,
            "kwargs": {"pack": pack} if index is None else {"pack": pack, "index": index},
            "additional_wrappers": [],
            "vector_entry_point": "envgen.envs.vector:PackVectorEnv",
        }
    )


def _box(size: int, bound: float) -> str:
    low, high = [-bound] * size, [bound] * size
    return json.dumps({"type": "Box", "dtype": "float32", "shape": [size], "low": low, "high": high})


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
