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
WAY: Expr = ["norm", ["slice", ["sub", ["goal"], ["start"]], 0, 2]]
"""Level distance from start to goal (m)."""
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
    # options of a robot: without them, terms of no columns
    Term("feet", ["sensors", "touch_"]),
    Term("height_scan", ["sensors", "scan_"]),
    Term("acceleration", ["sensors", "imu_"]),
)
"""What a robot feels of itself, in the frame of its root."""


def in_body(vector: Expr) -> Expr:
    """A world vector in the frame of the root."""
    return ["to_body", ["sensor", "root_quat"], vector]


def flat(vector: Expr) -> Expr:
    """A world vector without its height."""
    return ["concat", ["slice", vector, 0, 2], 0]


GOAL_OBSERVATION: tuple[Term, ...] = (
    Term("goal_distance", DISTANCE),
    Term("goal_direction", ["to_body", ["sensor", "root_quat"], ["div", HEADING, DISTANCE]]),
)


OBJECT: Expr = ["object", 0]
OBJECT_VELOCITY: Expr = ["object_velocity", 0]
TO_OBJECT: Expr = flat(["sub", OBJECT, POSITION])
OBJECT_OBSERVATION: tuple[Term, ...] = (
    Term("object", in_body(["sub", OBJECT, POSITION])),
    Term("object_velocity", in_body(["sub", OBJECT_VELOCITY, ["sensor", "root_vel"]])),
)


def to_nearest(group: str) -> Expr:
    """World vector to the nearest agent of a group (m)."""
    return ["nearest", group, ["sub", POSITION, ["me", POSITION]]]


def _seen(group: str, name: str) -> tuple[Term, ...]:
    velocity = ["nearest", group, ["sub", ["sensor", "root_vel"], ["me", ["sensor", "root_vel"]]]]
    return Term(name, in_body(to_nearest(group))), Term(f"{name}_velocity", in_body(velocity))


OPPONENT_OBSERVATION = _seen("opponents", "opponent")
TEAMMATE_OBSERVATION = _seen("teammates", "teammate")
"""Of the nearest: as many numbers whatever the number of players."""

FALLEN = Term(
    "fallen",
    ["or", ["lt", HEIGHT, ["mul", 0.4, ["constant", "stand"]]], ["lt", UP, 0.2]],
)


def _beyond(position: Expr) -> Expr:
    """Return the condition that a point has left the arena."""
    return [
        "or",
        ["gt", ["abs", ["slice", position, 0, 1]], ["mul", 0.5, ["constant", "arena_x"]]],
        ["gt", ["abs", ["slice", position, 1, 2]], ["mul", 0.5, ["constant", "arena_y"]]],
    ]


OUTSIDE = Term("outside", _beyond(POSITION))
OBJECT_OUTSIDE = Term("object_outside", _beyond(OBJECT))
ENDINGS: tuple[Term, ...] = (FALLEN, OUTSIDE)

ALIVE = Term("alive", 1, 0.25, "second")
"""A little for each second without a failure, so that falling never pays."""
COST_OF_ACTION = Term("effort", ["neg", ["mean", ["square", ["action"]]]], 0.1, "second")
ARRIVAL = 10.0
"""Reward for all of the way, and again for doing what the task asks: a whole success earns 20 in every task
with a goal and for every robot, so that returns compare across robots and sizes of arenas."""
EFFORT = Term("effort", ["neg", ["mean", ["square", ["action"]]]], 0.1)


def velocity_along(velocity: Expr, direction: Expr) -> Expr:
    """Component of a level velocity along a world vector (m/s)."""
    return ["div", ["dot", flat(velocity), direction], ["norm", direction]]


def progress(rate: Expr, whole: Expr, covered: Expr) -> Term:
    """Share of the way per second, times `ARRIVAL`: its sum depends on the ends of the way alone.

    Potential-based shaping (Ng, Harada and Russell, 1999) with the share of the way that is covered as
    potential, 0 behind the start: who goes astray loses what it had earned and no more.

    Args:
        rate: Speed along the way, in m/s.
        whole: Its length, in m.
        covered: How much of it is covered, in m.
    """
    gained = ["mul", rate, ["gt", covered, 0]]
    return Term("progress", ["div", gained, ["max", whole, 0.1]], ARRIVAL, "second")


def speed_towards(direction: Expr) -> Expr:
    """Speed of the root along a world vector (m/s)."""
    return velocity_along(["sensor", "root_vel"], direction)
