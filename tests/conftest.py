"""What all tests share: a deterministic hypothesis profile, and one pack that many of them read."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import ROOT
from support.packs import CFG, SLOW
from support.worlds import make_cfg

from envgen.packs.make import make
from envgen.packs.pack import Pack

settings.register_profile(
    "envgen",
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("envgen")


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Six variants of an ant on rough ground with a few obstacles and a goal; read-only for tests."""
    folder = tmp_path_factory.mktemp("shared") / "pack"
    cfg = make_cfg(
        "rough",
        obstacles=[{"kind": "box", "count": 3}, {"kind": "ball", "count": 2}],
        task={"kind": "goal", "distance": [2, 4]},
        difficulty=[0, 0.6],
    )
    return make(cfg, 6, seed=7, out=folder, jobs=1)


@pytest.fixture(scope="session")
def folder(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server serves: the pack `packs/rough`."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(pack.path, folder / "packs" / "rough")
    return folder


@pytest.fixture
def own_pack(pack: Pack, tmp_path: Path) -> Path:
    """A copy of the shared pack that a test may damage."""
    return Path(shutil.copytree(pack.path, tmp_path / "own"))


@pytest.fixture(scope="session")
def robots_of_others() -> Iterator[Path]:
    """The folder with packages that carry robots, from which `<source>:<name>` is found."""
    folder = ROOT / ".robots"
    if not (folder / "stamp").is_file():
        pytest.fail("the robots of other packages are missing: run scripts/robots")
    sys.path.append(str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> Path:
    """A pack that was made in one go."""
    return make(CFG, SLOW, seed=5, out=tmp_path_factory.mktemp("whole") / "p", jobs=2).path


@pytest.fixture(scope="session")
def opengl() -> str:
    """The OpenGL that draws here. Where there is none, tests of it are left out, but not in CI."""
    from envgen.core.errors import WorkError
    from envgen.preview.gl import backend

    try:
        return backend()
    except WorkError as error:
        if os.environ.get("ENVGEN_OPENGL") == "required":
            raise
        pytest.skip(f"{error.cause}: {error.remedy}")
