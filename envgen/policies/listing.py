"""Lists of the gaits and networks, as plain data."""

from __future__ import annotations

from typing import Any

from envgen.core.errors import EnvgenError
from envgen.policies.gait_file import read_gait_file
from envgen.policies.onnx_header import load_onnx
from envgen.policies.policy_files import gait_files, network_files


def list_gaits() -> list[dict[str, Any]]:
    """Return the robot, summary, source and error (or None) of each gait file."""
    found = []
    for robot, path in gait_files().items():
        entry: dict[str, Any] = {"robot": robot, "summary": "", "source": "", "error": None}
        try:
            file = read_gait_file(path)
        except EnvgenError as error:
            entry["error"] = error.cause
        else:
            entry |= {"summary": file.summary, "source": file.source}
        found.append(entry)
    return found


def list_networks() -> list[dict[str, Any]]:
    """Return the name, path, robot, task and error (or None) of each network file."""
    found = []
    for name, path in network_files().items():
        entry: dict[str, Any] = {"name": name, "path": str(path), "robot": "", "task": "", "error": None}
        try:
            _, header = load_onnx(path)
        except EnvgenError as error:
            entry["error"] = error.cause
        else:
            entry["robot"] = header.metadata.get("envgen.robot", "")
            entry["task"] = header.metadata.get("envgen.task", "")
        found.append(entry)
    return found
