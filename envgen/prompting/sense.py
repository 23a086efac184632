"""Word senses: the meanings that an entry of the lexicon gives to its phrases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from envgen.core.cfg import ControlCfg, PhysicsCfg, RandomizeCfg
from envgen.core.errors import suggestion
from envgen.core.kind_cfg import ClosedModel

Role = Literal[
    "", "across", "arena", "batch", "colour", "control_step", "correction", "count", "density", "distinct",
    "friction", "gravity", "group", "interval", "legs", "machine", "mover", "noise", "nothing_else",
    "per_area", "per_team", "predicament", "spread", "swap", "teams", "turned", "versus",
    "weak_correction", "world",
]  # fmt: skip
"""Grammatical roles of a phrase that names no kind and no value."""
Unit = Literal["", "m", "deg", "%", "m/s", "m/s2", "g", "s", "hz", "rad/s"]
"""Canonical units of quantities."""


@cache
def _paths() -> tuple[str, ...]:
    """Return the paths of the single values that a phrase can set."""
    groups: dict[str, type[ClosedModel]] = {
        "physics": PhysicsCfg,
        "control": ControlCfg,
        "randomize": RandomizeCfg,
    }
    return ("difficulty", *(f"{group}.{name}" for group, cfg in groups.items() for name in cfg.model_fields))


def _check_path(path: str) -> str:
    if path and path not in _paths():
        raise ValueError(f"a path must be one of EnvCfg, got {path!r}. {suggestion(path, _paths())}")
    return path


def _check_paths(paths: Mapping[str, Any]) -> Mapping[str, Any]:
    for path in paths:
        _check_path(path)
    return paths


CfgPath = Annotated[str, AfterValidator(_check_path)]


class Sense(ClosedModel):
    """A meaning of a phrase: every field that is not empty. The TOML files have examples of each.

    Attributes:
        terrain: Kinds in order of preference, the first registered one counts; likewise `obstacle`, `robot`
            and `task`.
        terrain_set: Kinds that are all meant.
        excludes: Kinds that a negation of the phrase rules out; the first kind alone if empty.
        ground: Terrains that an obstacle's word means in a sequence of grounds ("first rubble, then a maze").
        alternatives: Either the terrain or the obstacle is meant, not both.
        weak: The sense counts only if no other terrain is named.
        robot_params: Parameters that the robot's name implies, where its kind has them.
        equips: Sensor parameters of every robot, with their values if the phrase stands alone.
        param: Parameters that a length beside the phrase may set.
        measure: The same for words that only measure.
        measures: Path of the EnvCfg that a number beside the phrase sets, in unit `dimension`.
        set: Values by path of the EnvCfg.
        multiplies: Path of a multiplier; `more` is its direction.
        spreads: Path of a multiplier that may spread around its usual value.
        change: Sign of a number of percent beside the phrase: 1 for more, -1 for less.
        planet: Gravity in m/s2.
        wind: Range of speed in m/s, along `direction`; `speed` alone for an adjective.
        amount: Obstacles per m2; `weight` is the same for a terrain.
        difficulty: Range.
        degree: Factor on the difficulty that follows.
        share: Part of the range from easy to hard, from the smaller end; `arena` in m for the arena.
        layout: Layout of several terrains.
        compares: Parameters, paths or sides of the arena ("@length") that a comparative changes; `more` is
            its direction.
        amends: 1 for more of a kind, -1 for fewer.
        by: Factor that a word before a comparative asks for ("a bit").
        rank: Priority of a task among several; it `covers` other tasks and `absorbs` kinds of obstacles.
        chase: The verb divides chasers from runners; `flees` if its subject is the runner.
        plays: Role in the task tag that a noun names.
        several: The task needs several robots.
        negate: The phrase is a negation.
        article: The phrase is an indefinite article.
        bound: Side of the number that follows.
        role: Any other role in the grammar.
    """

    terrain: tuple[str, ...] = ()
    obstacle: tuple[str, ...] = ()
    robot: tuple[str, ...] = ()
    task: tuple[str, ...] = ()
    terrain_set: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ground: tuple[str, ...] = ()
    alternatives: bool = False
    weak: bool = False
    robot_params: Mapping[str, Any] = {}
    equips: Mapping[str, int] = {}
    param: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    measures: CfgPath = ""
    dimension: Unit = ""
    set: Annotated[Mapping[str, Any], AfterValidator(_check_paths)] = {}
    multiplies: CfgPath = ""
    spreads: CfgPath = ""
    more: bool = True
    change: int = 0
    planet: float | None = None
    wind: tuple[float, ...] = ()
    direction: tuple[int, ...] = ()
    speed: tuple[float, ...] = ()
    amount: tuple[float, ...] = ()
    weight: float = 0.0
    difficulty: tuple[float, ...] = ()
    degree: float = 0.0
    share: tuple[float, ...] = ()
    arena: float = 0.0
    layout: Literal["", "single", "grid", "track", "blend"] = ""
    compares: tuple[str, ...] = ()
    amends: int = 0
    by: float = 0.0
    rank: int = 0
    covers: tuple[str, ...] = ()
    absorbs: tuple[str, ...] = ()
    chase: bool = False
    flees: bool = False
    plays: Literal["", "chaser", "runner"] = ""
    several: bool = False
    negate: Literal["", "no"] = ""
    article: bool = False
    bound: Literal["", "upper", "lower"] = ""
    role: Role = ""

    @property
    def thing(self) -> bool:
        """True if the sense is a kind of terrain, obstacle or robot."""
        return bool(self.terrain or self.obstacle or self.robot or self.terrain_set)

    @property
    def randomizes(self) -> tuple[str, ...]:
        """Paths of `randomize` whose values the phrase names, and not only how much of them."""
        return tuple(path for path in (*self.set, self.measures) if path.startswith("randomize."))

    @property
    def decides(self) -> bool:
        """True if the sense decides something by itself, so that its phrase is worth correcting."""
        by_role = self.role in ("world", "gravity", "friction", "legs")
        return self.thing or by_role or any((self.task, self.set, self.wind, self.difficulty, self.planet))


class Entry(Sense):
    """An entry of a lexicon file: phrases that share a sense.

    Attributes:
        words: The phrases, in base form.
    """

    words: tuple[str, ...] = Field(min_length=1)
