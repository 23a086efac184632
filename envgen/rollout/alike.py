"""Checks of what is to be stepped side by side."""

from __future__ import annotations

from collections.abc import Sequence

from envgen.core.errors import InputError
from envgen.packs.variant import PackVariant
from envgen.worlds.compiled.task_context import AgentLayout, TaskContext, layout

_REMEDY = "Run them in rollouts of their own."


def check_agents(variants: Sequence[PackVariant]) -> None:
    """Refuse variants that have other agents or teams than the first.

    Raises:
        InputError: There are such, or there is none at all.
    """
    if not variants:
        raise InputError("there is no variant to run", "Give one or more variants of a pack.")
    for variant in variants:
        if variant.teams != variants[0].teams:
            raise InputError(
                f"variants {variants[0].index} and {variant.index} have other agents or teams", _REMEDY
            )


def check_layouts(variants: Sequence[PackVariant], context: TaskContext) -> None:
    """Refuse variants whose agents differ in what they observe or do.

    Raises:
        InputError: There are such.
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
    """Refuse slots without a variant.

    Raises:
        InputError: There is no slot, or one names a place beyond the variants.
    """
    if not slots or not 0 <= min(slots) <= max(slots) < variants:
        raise InputError(
            f"slots must be places of variants from 0 to {variants - 1}, got {list(slots)}",
            "Give one place for each slot, such as [0, 0, 1].",
        )


def check_episodes(episodes: Sequence[int], slots: int) -> None:
    """Refuse numbers of episodes that are not one for each slot, or below 0.

    Raises:
        InputError: They are so.
    """
    if len(episodes) != slots or min(episodes, default=0) < 0:
        raise InputError(
            f"{list(episodes)} are no episodes for {slots} worlds", "Give one number >= 0, or one for each."
        )


def check_choice(chosen: Sequence[int], slots: int, variants: int) -> None:
    """Refuse variants for slots that are not one for each, or not there.

    Raises:
        InputError: They are so.
    """
    if len(chosen) != slots:
        raise InputError(f"{len(chosen)} variants are given for {slots} slots", "Give one for each.")
    for place in chosen:
        if not 0 <= place < variants:
            raise InputError(f"there is no variant {place}", f"There are {variants}, counted from 0.")


def _shape(at: AgentLayout) -> tuple[object, ...]:
    sensors = [(name, part.stop - part.start) for name, part in at.sensors.items()]
    return len(at.actuators), len(at.joint_pos), sensors
