"""The object of a task: the ball or crate that agents move."""

from __future__ import annotations

from envgen.core.cfg import EnvCfg
from envgen.core.families import OBSTACLES, TASKS
from envgen.core.params import specs
from envgen.obstacles.base import Obstacle
from envgen.worlds.sampling.draw import TaskObject
from envgen.worlds.sampling.sampler import Sampler, round_parameters


def object_kinds(cfg: EnvCfg) -> tuple[str, ...]:
    """Return the kind of the task's object, if any: that of the EnvCfg's first obstacle that fits."""
    wanted = TASKS.get(cfg.task.kind).objects
    if not wanted:
        return ()
    own = (entry.kind for entry in cfg.obstacles if entry.kind in wanted)
    return (next(own, wanted[0]),)


def object_names(cfg: EnvCfg) -> list[str]:
    """Return the names of the bodies that the task moves."""
    return [f"obstacle/{kind}_0" for kind in object_kinds(cfg)]


def draw_object(kind: str, own: Obstacle | None, sampler: Sampler) -> TaskObject:
    """Draw the object of a task.

    Args:
        kind: Kind of obstacle.
        own: One of the EnvCfg's own obstacles of that kind, or None: then the task adds one.
        sampler: Of the variant.
    """
    if own is None:
        cls = OBSTACLES.get(kind)
        known = specs(cls)
        # half as wide as the robot: it is to be pushed, not stumbled over
        given = {"radius": 0.5 * sampler.robot.radius} if kind == "ball" else {}
        given = {key: min(max(value, known[key].low), known[key].high) for key, value in given.items()}
        drawn = round_parameters(sampler.parameters(known, given, "task/object"))
        sampler.record("object", {"kind": kind, **drawn})
        own = cls(**drawn)
    return TaskObject(own, own.shape(sampler.streams("task/object", sampler.attempt.terrain)))
