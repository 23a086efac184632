"""Names of robots: in networks, which must know a robot from its namesakes, and in agent ids."""

from __future__ import annotations

from envgen.core.cfg import slug

FILES = (".xml", ".mjcf")
"""Ends of the names of MJCF files."""


def is_file(model: str) -> bool:
    """Return whether a model of an EnvCfg is the path of a file."""
    return model.lower().endswith(FILES) or "/" in model or "\\" in model


def robot_name(model: str) -> str:
    """Return the name of a robot wherever it was found: its kind, `<source>:<name>` or the name of its file.

    Args:
        model: As in an EnvCfg: a kind, `<source>:<name>` or a path.
    """
    return model.replace("\\", "/").rpartition("/")[2] if is_file(model) else model


def agent_name(model: str) -> str:
    """Return the prefix of agent ids before their number: the kind, or the slug of what a robot is called."""
    if is_file(model):
        return slug(robot_name(model).rpartition(".")[0] or robot_name(model), 40)
    return slug(model.partition(":")[2], 40) if ":" in model else model
