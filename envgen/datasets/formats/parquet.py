"""A recording as it is, or the part of it that was chosen."""

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
    mixed: ClassVar[bool] = True

    def write(
        self, recording: Recording, part: Path, target: Path, progress: Callable[[int], None]
    ) -> Written:
        if recording.is_whole:
            shutil.copyfile(recording.path, part)
        else:
            recording.write_rows(part)
        episodes = recording.count()
        progress(episodes)
        return Written(target, episodes, recording.rows.num_rows, f"pandas.read_parquet({str(target)!r})")
