"""Expressions that several tasks share."""

from __future__ import annotations

from envgen.tasks.base import Term
from envgen.tasks.expr import Expr

POSITION: Expr = ["sensor", "root_pos"]
XY: Expr = ["slice", POSITION, 0, 2]
UP: Expr = ["slice", ["sensor", "root_up"], 2, 3]
"""Cosine of the tilt: 1 upright, 0 on the side, -1 upside down."""
HEIGHT: Expr = ["sub", ["slice", POSITION, 2, 3], ["ground", XY]]
"""Of the root above the ground map: on rough ground an absolute height says nothing."""
TO_GOAL: Expr = ["slice", ["sub", ["goal"], POSITION], 0, 2]
DISTANCE: Expr = ["norm", TO_GOAL]
HEADING: Expr = ["concat", TO_GOAL, 0]
"""World vector towards the goal, level."""

PROPRIOCEPTION: tuple[Term, ...] = (
    Term("height", HEIGHT),
    Term("up", ["to_body", ["sensor", "root_quat"], ["concat", 0, 0, 1]]),
    Term("linear_velocity", ["sensor", "root_linvel"]),
    Term("angular_velocity", ["sensor", "root_angvel"]),
    Term("joint_pos", ["joint_pos"]),
    Term("joint_vel", ["joint_vel"]),
    Term("action", ["action"]),
)
"""What a robot feels of itself, in the frame of its root."""

GOAL_OBSERVATION: tuple[Term, ...] = (
    Term("goal_distance", DISTANCE),
    Term("goal_direction", ["to_body", ["sensor", "root_quat"], ["div", HEADING, DISTANCE]]),
)

FALLEN = Term(
    "fallen",
    ["or", ["lt", HEIGHT, ["mul", 0.4, ["constant", "stand"]]], ["lt", UP, 0.2]],
)
OUTSIDE = Term(
    "outside",
    [
        "or",
        ["gt", ["abs", ["slice", POSITION, 0, 1]], ["mul", 0.5, ["constant", "arena_x"]]],
        ["gt", ["abs", ["slice", POSITION, 1, 2]], ["mul", 0.5, ["constant", "arena_y"]]],
    ],
)
ENDINGS: tuple[Term, ...] = (FALLEN, OUTSIDE)

ALIVE = Term("alive", 1, 0.5)
EFFORT = Term("effort", ["neg", ["mean", ["square", ["action"]]]], 0.1)


def speed_towards(direction: Expr) -> Expr:
    """Speed of the root along a level world vector (m/s)."""
    velocity: Expr = ["concat", ["slice", ["sensor", "root_vel"], 0, 2], 0]
    return ["div", ["dot", velocity, direction], ["norm", direction]]
