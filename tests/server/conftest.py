"""One server that most tests share, in a folder with a pack."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from client import Served, serve

from envgen.packs.pack import Pack


@pytest.fixture(scope="session")
def folder(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is served: the pack `packs/rough`."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(pack.path, folder / "packs" / "rough")
    return folder


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[Served]:
    with serve(folder, "--port", "0", "--jobs", "2") as running:
        yield running
