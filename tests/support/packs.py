"""Packs that are made in a process of its own, to be interrupted, and their files."""

from __future__ import annotations

import sys
from pathlib import Path

from envgen.core import cfgio
from support.worlds import make_cfg

CFG = make_cfg("rough", obstacles=[{"kind": "box", "count": 3}], task={"kind": "goal"}, difficulty=[0, 0.6])
SLOW = 60
"""Variants of a pack that is interrupted: some two tenths of a second on two processes."""


def script(out: Path, count: int = SLOW, *, jobs: int = 2, resume: bool = False, more: str = "") -> list[str]:
    code = (
        "import sys\nfrom envgen.packs.make import make\nfrom envgen.core.cfgio import parse\n"
        f"{more}\ncfg = parse({cfgio.dump(CFG)!r})\n"
        f"def told(t): print(t.done, flush=True)\n"
        f"make(cfg, {count}, seed=5, out={str(out)!r}, jobs={jobs}, resume={resume}, progress=told)\n"
    )
    return [sys.executable, "-c", code]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its content, hidden ones included."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
