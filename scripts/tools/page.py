"""Build the page into web/dist with Node 20 or newer, unless nothing has changed.

Uses the standard library only, since `scripts/setup` and the build of the package (`hatch_build.py`) run it.
Exits with 3 if there is no suitable Node.
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
    """Return the source files of the page."""
    found = [ROOT / name for name in FILES]
    for folder in ("web", "wasm"):
        found += [
            path
            for path in sorted((ROOT / folder).rglob("*"))
            if path.is_file() and not {"node_modules", "dist"} & set(path.relative_to(ROOT).parts)
        ]
    return found


def digest(paths: list[Path]) -> str:
    """Return the SHA-256 of names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT).as_posix()}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_new(stamp: Path, wanted: str) -> bool:
    """Return whether a stamp is missing or of other files."""
    return not stamp.is_file() or stamp.read_text() != wanted


def node() -> int:
    """Return the major version of Node, 0 if there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        return 0
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.", told)
    return int(match[1]) if match else 0


def main() -> int:
    """Build the page if its sources have changed."""
    if not (ROOT / "web" / "index.html").is_file():
        return 0  # a source distribution without the page
    wanted = digest(sources())
    if not is_new(STAMP, wanted):
        return 0
    version = node()
    if version < LEAST:
        there = f"Node {version} is too old" if version else "Node is not installed"
        print(f"the page is not built: {there}; install Node {LEAST} or newer", file=sys.stderr)
        return NO_NODE
    npm = str(shutil.which("npm"))
    packages = [path for path in sources() if path.name in ("package.json", "package-lock.json")]
    if is_new(INSTALLED, digest(packages)):
        print("installing the build tools of the page (once; about a minute)", file=sys.stderr)
        if status := _run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]):
            return status
        INSTALLED.write_text(digest(packages))
    print("building the page", file=sys.stderr)
    if status := _run([npm, "run", "build", "--silent"]):
        return status
    STAMP.write_text(wanted)
    return 0


def _run(command: list[str]) -> int:
    """Run a command; print its output if it fails. Return its exit status."""
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(f"`{' '.join(command)}` failed:\n{ended.stdout}{ended.stderr}", file=sys.stderr)
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
