"""One variant written: its files, all or nothing, and its entry of the manifest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envgen.packs.recipe import ENV, SIZES, Recipe, variant_folder
from envgen.packs.rejection import Accepted, Rejected, search


@dataclass(frozen=True)
class Made:
    """One variant that was made, or given up.

    Attributes:
        index: Its place in the pack.
        line: Its entry of the manifest as JSON, or empty if it was given up.
        difficulty: As drawn.
        refused: How many draws each check refused.
        problem: Why it was given up: name of the check or stage, cause and remedy.
    """

    index: int
    line: str
    difficulty: float
    refused: dict[str, int]
    problem: tuple[str, str, str] | None = None


def make_variant(recipe: Recipe, index: int, folder: Path) -> Made:
    """Draw, validate and write one variant; refused draws are drawn again.

    Args:
        recipe: Of the pack.
        index: Place in the pack.
        folder: Of the pack.

    Raises:
        OSError: It can't be written.
    """
    found = search(recipe, index)
    if isinstance(found, Rejected):
        return Made(index, "", 0.0, found.refused, found.problem)
    return Made(index, _write(found, folder), found.variant.draw.difficulty, dict(found.refused))


def _write(sound: Accepted, folder: Path) -> str:
    """Write the files of a variant, all or nothing, and return its entry as JSON."""
    variant = sound.variant
    files = {ENV: variant.rendered.text.encode(), **variant.rendered.files}
    _put(files, folder / variant_folder(variant.index))
    entry = {
        "index": variant.index,
        "difficulty": variant.draw.difficulty,
        "draws": sound.draws,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "agents": [agent.id for agent in variant.draw.agents],
        **_players(sound),
        "drawn": sound.drawn,
        "report": sound.report.to_json(),
        "notes": list(variant.notes),
    }
    return json.dumps(entry, separators=(", ", ": "), ensure_ascii=False)


def _put(files: Mapping[str, bytes], target: Path) -> None:
    """Write a folder that appears whole or not at all; what is in the way is only looked for if it is."""
    staged = target.with_name(f".{target.name}.part")
    try:
        try:
            staged.mkdir(parents=True)
        except FileExistsError:  # left by a kill
            shutil.rmtree(staged)
            staged.mkdir()
        for name, content in files.items():
            (staged / name).write_bytes(content)
        try:
            os.rename(staged, target)
        except OSError:
            if not os.path.lexists(target):
                raise
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink()
            os.rename(staged, target)
    except OSError:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _players(sound: Accepted) -> dict[str, Any]:
    """What evaluating the task needs to know of the agents, each in their order."""
    teams, agents = sound.teams, sound.variant.draw.agents
    players: dict[str, Any] = {}
    if len(agents) > 1:
        players["teams"] = list(teams.by_agent)
    if any(teams.roles):
        players["roles"] = list(teams.roles)
    sizes = [agent.robot.size for agent in agents]
    players["sizes"] = [{key: getattr(size, key) for key in SIZES} for size in sizes]
    return players
