"""A pack as a static site: the page, MuJoCo and the variants as files, for any web host."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from envgen.core.errors import InputError
from envgen.core.resources import built_page
from envgen.core.version import __version__
from envgen.packs.formats.base import Format, register
from envgen.packs.pack import Pack
from envgen.packs.wire.encode import Encoder
from envgen.packs.wire.spec import PROTOCOL
from envgen.policies.listing import list_networks

FRAMES, POLICIES = "frames", "policies"


@register
class Site(Format):
    """A folder that runs in a browser without Python, in any folder of any web host."""

    kind: ClassVar[str] = "site"
    suffix: ClassVar[str] = "-site"

    def write(self, pack: Pack, target: Path, progress: Callable[[int], None]) -> None:
        page = built_page()
        if page is None:
            raise InputError(
                "the page is not built, and a site needs it",
                "In a checkout run `scripts/setup` with Node 20 or newer; else install envgen again.",
            )
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            shutil.copytree(page, part, ignore=shutil.ignore_patterns(".*"))
            (part / FRAMES).mkdir()
            # hosts that run Jekyll would leave out some files
            (part / ".nojekyll").touch()
            (part / "manifest.json").write_bytes(pack.manifest_bytes())
            frames, robots = _write_frames(pack, part, progress)
            site = {
                "protocol": PROTOCOL,
                "envgen": __version__,
                "started": _started(pack),
                "frames": frames,
                "policies": _policies(pack, part, robots),
            }
            (part / "site.json").write_text(json.dumps(site, ensure_ascii=False), encoding="utf-8")
            os.replace(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _write_frames(pack: Pack, folder: Path, progress: Callable[[int], None]) -> tuple[list[str], set[str]]:
    """Write the frames; return their paths, meshes before worlds that refer to them, and the robots."""
    encoder = Encoder(pack.task, pack.seed)
    paths: list[str] = []
    robots: set[str] = set()
    for done, variant in enumerate(pack, 1):
        encoded = encoder.encode_stored(variant)
        robots |= set(variant.robots.values())
        for name, frame in encoded.meshes.items():
            path = f"{FRAMES}/mesh-{name}.frame"
            if path not in paths:
                (folder / path).write_bytes(frame)
                paths.append(path)
        path = f"{FRAMES}/{variant.index:05d}.frame"
        (folder / path).write_bytes(encoded.frame)
        paths.append(path)
        progress(done)
    return paths, robots


def _started(pack: Pack) -> dict[str, Any]:
    """Return the message with which a server starts a job."""
    return {
        "kind": "started",
        "name": pack.name,
        "cfg": pack.manifest["cfg"],
        "interpretation": None,
        "count": len(pack),
        "seed": str(pack.seed),
        "task": pack.task,
        "pack": pack.name,
    }


def _policies(pack: Pack, folder: Path, robots: set[str]) -> list[dict[str, str]]:
    """Copy the networks that can drive a robot of the pack in its task."""
    found = []
    for entry in list_networks():
        if entry["error"] or entry["robot"] not in robots or entry["task"] != pack.task["kind"]:
            continue
        (folder / POLICIES).mkdir(exist_ok=True)
        path = f"{POLICIES}/{entry['name']}.onnx"
        shutil.copyfile(entry["path"], folder / path)
        found.append({"name": entry["name"], "robot": entry["robot"], "url": f"./{path}"})
    return found
