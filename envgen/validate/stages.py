"""The order in which checks run: by stage, and within a stage as listed here.

The order decides which failure a refused draw reports first, and so what is drawn again. A check that is not
listed runs at the end of its stage.
"""

from __future__ import annotations

from enum import IntEnum


class Stage(IntEnum):
    """Stages of an examination, from cheap to expensive; lints of files of others come last."""

    FILE = 0
    """The text of the MJCF and the files that it names."""
    COMPILE = 1
    """MuJoCo compiles it."""
    MODEL = 2
    """Numbers of the compiled model."""
    START = 3
    """Poses and distances at the start."""
    TASK = 4
    """Terms of the task at the start."""
    SIMULATION = 5
    """What happens in a second of simulation."""
    LINT_TEXT = 6
    """Lints of the text, which apply to files that don't compile, too."""
    LINT_MODEL = 7
    """Lints of the compiled model."""
    LINT_SIMULATION = 8
    """Lints of the start and of runs that are looked at step by step."""


ORDER: dict[Stage, tuple[str, ...]] = {
    Stage.FILE: ("well_formed", "files"),
    Stage.COMPILE: ("compiles",),
    Stage.MODEL: ("agreement", "depth", "bounds", "heightfield"),
    Stage.START: ("penetration", "start_height", "apart", "clearance", "resting", "buried", "reachable"),
    Stage.TASK: ("task",),
    Stage.SIMULATION: (
        *("memory", "stable", "footing", "speed"),
        *("energy", "sinking", "tunnelling", "cell_size"),
    ),
    Stage.LINT_TEXT: (
        *("file_format", "plugin", "unused_asset", "unused_class", "duplicate_name", "deprecated"),
        *("inertial_ignored", "inertia_triangle", "range_ignored"),
    ),
    Stage.LINT_MODEL: (
        *("angle_unit", "joint_unlimited", "ctrl_unlimited", "force_unlimited", "ctrl_beyond_joint"),
        *("dead_actuator", "keyframe", "free_joint", "mass", "inertia_scale", "visual_mass"),
        *("no_contacts", "parent_contact", "timestep", "servo_stiffness", "soft_contact"),
        *("contact_default", "solver_params", "friction", "mesh_hull", "sensor_dead"),
        *("redundant_joints", "no_actuators", "nothing_moves", "no_ground", "gravity", "length_unit"),
        *("unnamed", "negative_gain"),
    ),
    Stage.LINT_SIMULATION: (
        *("start_in_air", "zero_pose", "equality", "jitter", "energy_growth", "crush", "start_range"),
        "mass_offset",
    ),
}
_RANK = {kind: rank for kinds in ORDER.values() for rank, kind in enumerate(kinds)}
_LAST_NUMBER = (
    *((9, Stage.FILE), (14, Stage.COMPILE), (39, Stage.MODEL), (64, Stage.START), (68, Stage.TASK)),
    *((100, Stage.SIMULATION), (109, Stage.LINT_TEXT), (140, Stage.LINT_MODEL)),
)
"""Greatest `order` of a check in each stage, from before there were stages."""


def sort_key(kind: str, stage: Stage) -> tuple[Stage, int, str]:
    """Return what checks are sorted by.

    Args:
        kind: Name of the check.
        stage: That it declares.
    """
    return stage, _RANK.get(kind, len(_RANK)), kind


def stage_of_order(order: int) -> Stage:
    """Return the stage of a check that states the deprecated number `order`."""
    return next((stage for last, stage in _LAST_NUMBER if order <= last), Stage.LINT_SIMULATION)
