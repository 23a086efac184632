"""A recording as it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from envgen.datasets.formats.base import DatasetFormat, Written, register
from envgen.datasets.recording import Recording


@register
class Parquet(DatasetFormat):
    """One Parquet file with a row for each control step of each agent; see docs/recording.md."""

    kind: ClassVar[str] = "parquet"
    suffix: ClassVar[str] = ".parquet"

    def write(
        self, recording: Recording, part: Path, target: Path, progress: Callable[[int], None]
    ) -> Written:
        shutil.copyfile(recording.path, part)
        episodes = steps = 0
        for episodes, episode in enumerate(recording.episodes(), 1):  # noqa: B007
            steps += len(episode)
        progress(episodes)
        return Written(target, episodes, steps, f"pandas.read_parquet({str(target)!r})")
