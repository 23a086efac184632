"""Conversion of actions to controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.rollout.stepper import Mask
from envgen.worlds.compiled.task_context import TaskContext


def check_by_agent(actions: Any) -> None:
    """Check that actions are a table by agent.

    Raises:
        InputError: They are none.
    """
    if not isinstance(actions, Mapping):
        raise InputError(
            f"actions must be a table by agent, got {repr(actions)[:60]}", 'Such as {"ant_0": action}.'
        )


def real_numbers(given: Any, what: str) -> NDArray[Any]:
    """Return an array of real numbers.

    Args:
        given: Anything.
        what: Noun for it, for the message.

    Raises:
        InputError: It holds something else, such as texts or complex numbers, or rows of different lengths.
    """
    try:
        array = np.asarray(given)
    except (TypeError, ValueError):
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        kind = "" if array.dtype.kind == "O" else f"{array.dtype}: "
        raise InputError(
            f"{what} must be an array of real numbers, got {kind}{repr(given)[:60]}", "Numbers in [-1, 1]."
        )
    return array


class Controls:
    """Maps actions in [-1, 1] linearly onto the control ranges.

    Args:
        context: The worlds.
    """

    def __init__(self, context: TaskContext) -> None:
        self._context = context

    def write(self, ctrl: Floats, actions: Mapping[str, Floats], over: Mask) -> None:
        """Write the controls of every agent.

        Args:
            ctrl: (slots, nu) controls, written in place.
            actions: By agent id, (slots, actuators) or (actuators,). An agent without one keeps the control
                of the start, as do those whose episode is over.
            over: (slots, agents) whether the episode of the agent is over.

        Raises:
            InputError: An action has the wrong shape, is no finite number or is of an unknown agent.
        """
        agents = self._context.teams.agents
        check_by_agent(actions)
        for agent in actions:
            if agent not in agents:
                raise InputError(f"there is no agent {agent!r}", f"Known: {', '.join(agents)}.")
        given = {agent: self._checked(agent, action, len(ctrl)) for agent, action in actions.items()}
        for number, agent in enumerate(agents):
            home, low, reach = self._ranges(agent)
            if agent not in given:
                values = home
            else:
                values = low + 0.5 * (given[agent] + 1) * reach
                if over[:, number].any():
                    values = np.where(over[:, number, None], home, values)
            columns = self._context.columns(agent, "actuators")
            if isinstance(columns, slice) or columns.ndim == 1:
                ctrl[:, columns] = values
            else:
                np.put_along_axis(ctrl, columns, values, 1)

    def _checked(self, agent: str, given: Floats, slots: int) -> Floats:
        action = real_numbers(given, f"an action of {agent}").astype(np.float64)
        size = len(self._context.layouts[agent][0].actuators)
        if action.shape not in ((size,), (slots, size)):
            raise InputError(
                f"an action of shape {action.shape} is not of {agent}",
                f"Give ({size},) for all worlds or ({slots}, {size}).",
            )
        if not np.isfinite(action).all():
            raise InputError(
                f"an action of {agent} is not finite", "Look at the policy: it gives NaN or inf."
            )
        return np.minimum(np.maximum(action, -1.0), 1.0)

    def _ranges(self, agent: str) -> tuple[Floats, Floats, Floats]:
        """Return controls of the start, lower limits and widths of the ranges, (slots, actuators) each."""
        context, layouts = self._context, self._context.layouts[agent]

        def home() -> Floats:
            models = [world.model for world in context.worlds]
            starts = [model.key_ctrl[0] if model.nkey else np.zeros(model.nu) for model in models]
            return np.array([start[at.actuators] for start, at in zip(starts, layouts)])

        table = context.rows.table
        return (
            table(("home", agent), home),
            table(("low", agent), lambda: np.array([at.low for at in layouts])),
            table(("reach", agent), lambda: np.array([at.high - at.low for at in layouts])),
        )
