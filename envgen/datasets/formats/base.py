"""The base of all formats of data sets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from envgen.core.registry import Registry
from envgen.datasets.recording import Recording

ENV_ID = "envgen/Pack-v0"
"""Of the Gymnasium environment that variants are played in."""
FORMATS: Registry[type[DatasetFormat]] = Registry("data set format", "envgen.datasets.formats")
register = FORMATS.register


@dataclass(frozen=True)
class Written:
    """A data set that was written.

    Attributes:
        path: Its file or folder.
        episodes: How many it has; one of an agent counts for itself.
        steps: How many it has in all.
        load: A line of Python that opens it.
    """

    path: Path
    episodes: int
    steps: int
    load: str


class DatasetFormat(ABC):
    """A form of recordings that other tools read.

    Attributes:
        kind: Public name.
        suffix: Of the default target's name.
        mixed: Whether its agents may observe and act differently.
    """

    kind: ClassVar[str]
    suffix: ClassVar[str]
    mixed: ClassVar[bool] = False

    def check_target(self, target: Path) -> None:  # noqa: B027  (most formats take any name)
        """Refuse a target whose name the format can't have.

        Raises:
            InputError: It is one.
        """

    @abstractmethod
    def write(
        self, recording: Recording, part: Path, target: Path, progress: Callable[[int], None]
    ) -> Written:
        """Write a recording.

        Args:
            recording: What to write.
            part: File or folder to write, which does not exist yet; it is moved to `target` when it is whole.
            target: Where the data set will be.
            progress: Called with the number of episodes done.

        Raises:
            InputError: The recording lacks something that the format needs.
        """
