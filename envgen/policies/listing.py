"""The gaits and networks that there are, as plain data."""

from __future__ import annotations

from typing import Any

from envgen.core.errors import EnvgenError
from envgen.policies.gait_file import read
from envgen.policies.onnx_header import load
from envgen.policies.policy_files import gait_files, networks


def gaits() -> list[dict[str, Any]]:
    """Each gait: robot, summary, source, and what is wrong with the file (or None)."""
    found = []
    for robot, path in gait_files().items():
        entry: dict[str, Any] = {"robot": robot, "summary": "", "source": "", "error": None}
        try:
            file = read(path)
        except EnvgenError as error:
            entry["error"] = error.cause
        else:
            entry |= {"summary": file.summary, "source": file.source}
        found.append(entry)
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
