"""Writing one variant: its files, atomically, and its entry of the manifest."""

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
from envgen.packs.rejection import Accepted, Rejected, draw_until_valid


@dataclass(frozen=True)
class MakeResult:
    """Result of making one variant.

    Attributes:
        index: Index of the variant.
        line: Its entry of the manifest as JSON; empty if it was given up.
        difficulty: Drawn difficulty.
        refused: Number of draws that each check refused.
        problem: Why it was given up: name of the check or stage, cause and remedy.
    """

    index: int
    line: str
    difficulty: float
    refused: dict[str, int]
    problem: tuple[str, str, str] | None = None


def make_variant(recipe: Recipe, index: int, folder: Path) -> MakeResult:
    """Draw, validate and write one variant; refused draws are drawn again.

    Args:
        recipe: Recipe of the pack.
        index: Index of the variant.
        folder: Folder of the pack.

    Raises:
        OSError: It can't be written.
    """
    found = draw_until_valid(recipe, index)
    if isinstance(found, Rejected):
        return MakeResult(index, "", 0.0, found.refused, found.problem)
    return MakeResult(index, _write(found, folder), found.variant.draw.difficulty, dict(found.refused))


def _write(accepted: Accepted, folder: Path) -> str:
    """Write the files of a variant atomically, and return its entry as JSON."""
    variant = accepted.variant
    files = {ENV: variant.rendered.text.encode(), **variant.rendered.files}
    _write_folder(files, folder / variant_folder(variant.index))
    entry = {
        "index": variant.index,
        "difficulty": variant.draw.difficulty,
        "draws": accepted.draws,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "agents": [agent.id for agent in variant.draw.agents],
        **_agent_data(accepted),
        "drawn": accepted.drawn,
        "report": accepted.report.to_json(),
        "notes": list(variant.notes),
    }
    return json.dumps(entry, separators=(", ", ": "), ensure_ascii=False)


def _write_folder(files: Mapping[str, bytes], target: Path) -> None:
    """Write a folder atomically, replacing what is there."""
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


def _agent_data(accepted: Accepted) -> dict[str, Any]:
    """Return what evaluating the task needs of the agents, in their order."""
    teams, agents = accepted.teams, accepted.variant.draw.agents
    data: dict[str, Any] = {}
    if len(agents) > 1:
        data["teams"] = list(teams.by_agent)
    if any(teams.roles):
        data["roles"] = list(teams.roles)
    sizes = [agent.robot.size for agent in agents]
    data["sizes"] = [{key: getattr(size, key) for key in SIZES} for size in sizes]
    return data
