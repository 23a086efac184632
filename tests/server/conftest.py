"""One server that most tests share, in a folder with a pack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.server import Served, serve


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[Served]:
    with serve(folder, "--port", "0", "--jobs", "2") as running:
        yield running
