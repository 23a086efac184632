"""Checks of the variants, slots and episodes of a rollout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from envgen.core.errors import InputError
from envgen.packs.variant import PackVariant
from envgen.worlds.compiled.task_context import AgentLayout, TaskContext, layout
from envgen.worlds.compiled.world import World

T = TypeVar("T")

_REMEDY = "Run them in rollouts of their own."
_SHOWN = 8
"""Groups that a message describes."""


class VariantsDiffer(InputError):
    """Variants that can't be stepped side by side, as their agents, observations or actions differ."""


def check_agents(variants: Sequence[PackVariant]) -> None:
    """Check that all variants have the same agents and teams.

    Raises:
        VariantsDiffer: They differ.
        InputError: There is no variant.
    """
    if not variants:
        raise InputError("there is no variant to run", "Give one or more variants of a pack.")
    for variant in variants:
        if variant.teams != variants[0].teams:
            raise VariantsDiffer(
                f"variants {variants[0].index} and {variant.index} have other agents or teams", _REMEDY
            )


def check_layouts(variants: Sequence[PackVariant], context: TaskContext) -> None:
    """Check that the agents of all variants have the same observations and actions.

    Raises:
        VariantsDiffer: They differ.
    """
    for agent, layouts in context.layouts.items():
        shapes = [_shape(at) for at in layouts]
        for variant, shape in zip(variants, shapes):
            if shape != shapes[0]:
                raise VariantsDiffer(
                    f"{agent} of variants {variants[0].index} and {variant.index} differ in joints,"
                    " actuators or sensors",
                    _REMEDY,
                )


def group_key(variant: PackVariant, world: World | None = None) -> tuple[object, ...]:
    """Return what variants that are stepped side by side have in common: agents, teams and their spaces.

    Args:
        variant: The variant.
        world: It, compiled; by default it is compiled for this.
    """
    world = world or variant.world()
    return variant.teams, tuple(repr(_shape(layout(world, agent))) for agent in variant.teams.agents)


def groups_of(variants: Sequence[PackVariant]) -> list[list[PackVariant]]:
    """Return the variants that can be stepped side by side, in groups by order of their first."""
    groups: dict[object, list[PackVariant]] = {}
    for variant in variants:
        groups.setdefault(group_key(variant), []).append(variant)
    return list(groups.values())


def choose_group(groups: Sequence[T], number: Any) -> T:
    """Return a group by its number.

    Raises:
        InputError: There is none of that number.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < len(groups):
        raise InputError(f"there is no group {number!r}", f"There are {len(groups)}, counted from 0.")
    return groups[int(number)]


def describe_groups(groups: Sequence[tuple[Mapping[str, int], Sequence[int]]]) -> str:
    """Return in words what groups of variants are.

    Args:
        groups: Of each, the number of actuators by agent, and the indices of its variants.
    """
    parts = []
    for number, (agents, indices) in enumerate(groups[:_SHOWN]):
        sizes = ", ".join(f"{agent} with {count} actuators" for agent, count in agents.items())
        sizes = sizes or "none of these agents"
        first = ", ".join(map(str, indices[:4])) + (", …" if len(indices) > 4 else "")
        noun = "variant" if len(indices) == 1 else "variants"
        parts.append(f"group {number}: {sizes} ({len(indices)} {noun}: {first})")
    return "; ".join(parts) + ("; …" if len(groups) > _SHOWN else "")


def check_slots(slots: Sequence[int], variants: int) -> None:
    """Check that each slot names a variant.

    Raises:
        InputError: There is no slot, or one is out of range.
    """
    if not slots or not 0 <= min(slots) <= max(slots) < variants:
        raise InputError(
            f"slots must be positions of variants from 0 to {variants - 1}, got {list(slots)}",
            "Give one position for each slot, such as [0, 0, 1].",
        )


MAX_EPISODE = 10**12
"""Random streams are numbered by episode and agent; so much is exact in a browser, too."""


def check_episodes(episodes: Sequence[int], slots: int) -> None:
    """Check that there is one episode number from 0 to MAX_EPISODE for each slot.

    Raises:
        InputError: A number is missing or out of range.
    """
    if len(episodes) != slots or not all(0 <= number <= MAX_EPISODE for number in episodes):
        raise InputError(
            f"episodes must be one number of 0 to {MAX_EPISODE:,}, or {slots} of them, got {list(episodes)}",
            "Give one number for all worlds, or one for each.",
        )


def check_choice(chosen: Sequence[int], slots: int, variants: int) -> None:
    """Check that there is one variant for each slot.

    Raises:
        InputError: A variant is missing or out of range.
    """
    if len(chosen) != slots:
        raise InputError(
            f"variants must be one for each of {slots} slots, got {len(chosen)}", "Give one for each slot."
        )
    for place in chosen:
        if not 0 <= place < variants:
            raise InputError(
                f"variants must be from 0 to {variants - 1}, got {place}", "Give positions of variants."
            )


def _shape(at: AgentLayout) -> tuple[object, ...]:
    sensors = [(name, part.stop - part.start) for name, part in at.sensors.items()]
    return len(at.actuators), len(at.joint_pos), sensors
