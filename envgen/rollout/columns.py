"""The columns of a recording, for every recorder: native rollouts, the page, `envgen run --record`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["int64", "float64", "float32", "bool", "string", "list<float32>"]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Its name.
        kind: Its type, in Arrow's words.
        doc: What it holds.
        null: Whether it may be empty.
    """

    name: str
    kind: Kind
    doc: str
    null: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("env", "int64", "number of the environment in the run, from 0"),
    Column("index", "int64", "index of its variant in the pack"),
    Column("agent", "string", "id of the agent"),
    Column("step", "int64", "control step within the episode, from 0"),
    Column("episode", "int64", "number of the episode of this environment"),
    Column("policy", "string", "name of the policy that acted"),
    Column(
        "observation", "list<float32>", "what the agent observed before it acted; terms in the task's order"
    ),
    Column("action", "list<float32>", "what it did, in [-1, 1]; actuators in the model's order"),
    Column("reward", "float64", "what it got for this step, weighted and summed"),
    Column("terminated", "bool", "whether the task ended its episode in this step, a success included"),
    Column("truncated", "bool", "whether the episode was cut off in this step, by time or by the task"),
    Column("ending", "string", "name of the term that ended the episode, `time` or `unstable`", null=True),
)
FINAL = Column(
    "final_observation",
    "list<float32>",
    "what the agent observed after the last step of its episode or of the recording; empty in other rows",
    null=True,
)
"""Written by native recordings, as the last column but those of the physics."""
PHYSICS = "physics."
"""Before the name of a draw of `randomize`, such as `physics.mass_scale`: float64, in native recordings."""
DRAWN = "drawn."
"""Before the path of a parameter of the variant, such as `drawn.physics.friction`."""


def drawn_columns(variants: Iterable[Mapping[str, Any]]) -> dict[str, Kind]:
    """Return the type of each parameter's column: float64 if all its values are numbers, else string.

    Args:
        variants: Drawn parameters of each variant, by path.
    """
    kinds: dict[str, Kind] = {}
    for drawn in variants:
        for path, value in drawn.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is None:
                continue
            kinds[path] = "float64" if number and kinds.get(path, "float64") == "float64" else "string"
    return {f"{DRAWN}{path}": kinds[path] for path in sorted(kinds)}
