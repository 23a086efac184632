"""The gaits and networks that there are, as plain data."""

from __future__ import annotations

from typing import Any

from envgen.core.errors import EnvgenError
from envgen.policies.gaitfile import read
from envgen.policies.header import load
from envgen.policies.shelf import gait_files, networks


def gaits() -> list[dict[str, str]]:
    """Robot, summary and source of each gait.

    Raises:
        EnvgenError: A file is malformed.
    """
    found = []
    for robot, path in gait_files().items():
        file = read(path)
        found.append({"robot": robot, "summary": file.summary, "source": file.source})
    return found


def listed() -> list[dict[str, Any]]:
    """Each network: name, path, robot, task, and what is wrong with the file (or None)."""
    found = []
    for name, path in networks().items():
        entry: dict[str, Any] = {"name": name, "path": str(path), "robot": "", "task": "", "error": None}
        try:
            _, header = load(path)
        except EnvgenError as error:
            entry["error"] = error.cause
        else:
            entry["robot"] = header.metadata.get("envgen.robot", "")
            entry["task"] = header.metadata.get("envgen.task", "")
        found.append(entry)
    return found
