"""Anywhere, apart."""

from __future__ import annotations

from envgen.tasks.spawn import SpawnArea, Spawns, register


@register
def free(area: SpawnArea) -> Spawns:
    """Start anywhere on flat ground, apart from one another; no goals."""
    return Spawns(tuple(area.place_apart()))
