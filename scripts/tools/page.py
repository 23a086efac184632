"""Builds the page into web/dist, with Node 20 or newer; does nothing where nothing has changed.

Needs the standard library only: `scripts/setup` and the build of the package (`hatch_build.py`) run it.
Ends with 3 where there is no Node that could build it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "web" / "dist"
STAMP, INSTALLED = DIST / ".stamp", ROOT / "node_modules" / ".envgen-stamp"
LEAST = 20
NO_NODE = 3
FILES = ("package.json", "package-lock.json", "tsconfig.base.json")


def sources() -> list[Path]:
    """What the page is made of."""
    found = [ROOT / name for name in FILES]
    for folder in ("web", "wasm"):
        found += [
            path
            for path in sorted((ROOT / folder).rglob("*"))
            if path.is_file() and not {"node_modules", "dist"} & set(path.relative_to(ROOT).parts)
        ]
    return found


def digest(paths: list[Path]) -> str:
    """SHA-256 over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT).as_posix()}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_new(stamp: Path, wanted: str) -> bool:
    """Whether what a stamp stands for was made from other files."""
    return not stamp.is_file() or stamp.read_text() != wanted


def node() -> int:
    """Version of Node, 0 where there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        return 0
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.", told)
    return int(match[1]) if match else 0


def main() -> int:
    """Build it, if there is need and means."""
    if not (ROOT / "web" / "index.html").is_file():
        return 0  # the sources of the page are not here: nothing to build it from
    wanted = digest(sources())
    if not is_new(STAMP, wanted):
        return 0
    version = node()
    if version < LEAST:
        there = f"Node {version} is too old" if version else "there is no Node"
        print(f"the page is not built: {there}; install Node {LEAST} or newer", file=sys.stderr)
        return NO_NODE
    npm = str(shutil.which("npm"))
    packages = [path for path in sources() if path.name in ("package.json", "package-lock.json")]
    if is_new(INSTALLED, digest(packages)):
        print("installing what the page is built with (once; about a minute)", file=sys.stderr)
        if status := _run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]):
            return status
        INSTALLED.write_text(digest(packages))
    print("building the page", file=sys.stderr)
    if status := _run([npm, "run", "build", "--silent"]):
        return status
    STAMP.write_text(wanted)
    return 0


def _run(command: list[str]) -> int:
    """Run a command; its output is shown if it fails."""
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(f"`{' '.join(command)}` failed:\n{ended.stdout}{ended.stderr}", file=sys.stderr)
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
