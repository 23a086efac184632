"""Questions that the browser's side answers, in Node with the very module that a page loads."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from support import ROOT
from support.parity import Ask

WASM = ROOT / "wasm"


def run(command: Sequence[str], text: str | None = None) -> str:
    """What a command prints.

    Raises:
        AssertionError: It failed; with what it said.
    """
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stderr[-4000:]}{done.stdout[-2000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The browser's side, bundled for Node."""
    if not shutil.which("node") or not (ROOT / "node_modules").is_dir():
        pytest.fail("parity with the browser needs Node and its packages: run `npm ci`")
    out = tmp_path_factory.mktemp("wasm")
    run(["npx", "vite", "build", "-c", str(WASM / "vite.node.config.ts"), "--outDir", str(out)])
    # what the bundle names is found from where it lies
    (out / "node_modules").symlink_to(ROOT / "node_modules")
    return out


@pytest.fixture(scope="session")
def ask(bundled: Path) -> Ask:
    """Answers to questions; see wasm/test/parity.ts for what they are made of."""

    def answer(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        printed = run(["node", str(bundled / "parity.mjs")], json.dumps(questions))
        answers: list[dict[str, Any]] = json.loads(printed)
        return answers

    return answer
