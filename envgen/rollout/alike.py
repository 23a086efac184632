"""Checks of the variants, slots and episodes of a rollout."""

from __future__ import annotations

from collections.abc import Sequence

from envgen.core.errors import InputError
from envgen.packs.variant import PackVariant
from envgen.worlds.compiled.task_context import AgentLayout, TaskContext, layout

_REMEDY = "Run them in rollouts of their own."


def check_agents(variants: Sequence[PackVariant]) -> None:
    """Check that all variants have the same agents and teams.

    Raises:
        InputError: They differ, or there is no variant.
    """
    if not variants:
        raise InputError("there is no variant to run", "Give one or more variants of a pack.")
    for variant in variants:
        if variant.teams != variants[0].teams:
            raise InputError(
                f"variants {variants[0].index} and {variant.index} have other agents or teams", _REMEDY
            )


def check_layouts(variants: Sequence[PackVariant], context: TaskContext) -> None:
    """Check that the agents of all variants have the same observations and actions.

    Raises:
        InputError: They differ.
    """
    for agent, layouts in context.layouts.items():
        shapes = [_shape(at) for at in layouts]
        for variant, shape in zip(variants, shapes):
            if shape != shapes[0]:
                raise InputError(
                    f"{agent} of variants {variants[0].index} and {variant.index} differ in joints,"
                    " actuators or sensors",
                    _REMEDY,
                )


def group_key(variant: PackVariant) -> tuple[object, ...]:
    """Return what variants that are stepped side by side have in common: agents, teams and their spaces."""
    world = variant.world()
    return variant.teams, tuple(repr(_shape(layout(world, agent))) for agent in variant.teams.agents)


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
