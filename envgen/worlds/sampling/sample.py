"""From an EnvCfg to the values of one variant: every range resolved, by named random streams."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from envgen.core import dist
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.core.families import OBSTACLES, ROBOTS, TASKS
from envgen.core.params import RobotSize, draw, specs
from envgen.core.rng import Streams
from envgen.obstacles.base import Obstacle
from envgen.tasks.base import Task
from envgen.worlds.physics_options import PhysicsOptions, merge_options
from envgen.worlds.robots.robot_model import RobotModel, robot_model
from envgen.worlds.sampling.task_object import TaskObject, draw_object, object_kinds
from envgen.worlds.sampling.teams import assign
from envgen.worlds.sampling.terrain import Drawing, Terrain, draw_terrain, rounded


@dataclass(frozen=True)
class Attempt:
    """Which draw of a variant this is: refused ones are drawn again, obstacles before the ground.

    Attributes:
        terrain: 0 for the first ground.
        obstacles: 0 for the first obstacles on that ground.
        memory: How often the arena of the very same world was found too small and doubled twice.
    """

    terrain: int = 0
    obstacles: int = 0
    memory: int = 0


@dataclass(frozen=True)
class Agent:
    """One robot of the world.

    Attributes:
        id: Such as `ant_0`.
        robot: What it is.
        team: Its team as the task has it, or None: then it is its own.
        role: Its role, or None.
        colour: Of its team, as `team_colours.colour_number` numbers it.
    """

    id: str
    robot: RobotModel
    team: str | None
    role: str | None
    colour: int


@dataclass(frozen=True)
class Scatter:
    """Obstacles of one kind: how many, and with which parameters."""

    kind: Obstacle
    count: int


@dataclass(frozen=True)
class Draw:
    """All that is decided about a variant before anything is placed.

    Attributes:
        values: What was drawn, by path, for the pack and its tables.
        notes: What a user should know, such as solver options that disagreed.
    """

    difficulty: float
    size: tuple[float, float]
    cell: float
    terrain: Terrain
    obstacles: tuple[Scatter, ...]
    agents: tuple[Agent, ...]
    task: Task
    object: TaskObject | None
    physics: PhysicsOptions
    values: dict[str, Any]
    notes: tuple[str, ...]


def sample(cfg: EnvCfg, streams: Streams, attempt: Attempt) -> Draw:
    """Draw one variant.

    Raises:
        InputError: Parts of the EnvCfg don't go together.
    """
    values: dict[str, Any] = {}
    turn = attempt.terrain
    difficulty = round((_number(cfg.difficulty, streams, "difficulty")), 6)
    values["difficulty"] = difficulty
    kind = TASKS.get(cfg.task.kind)
    agents = assign(kind, _agents(cfg, streams, values))
    _agree(kind, agents)
    least = _smallest([agent.robot.size for agent in agents])
    size = _size(cfg, streams, values)
    cell = _shown(cfg.terrain.cell, streams, "terrain.cell", values)
    levels = int(_shown(cfg.terrain.levels, streams, "terrain.levels", values, integer=True))
    border = _shown(cfg.terrain.border, streams, "terrain.border", values)
    _shown(cfg.control.frame_skip, streams, "control.frame_skip", values, integer=True)
    _shown(cfg.control.episode, streams, "control.episode", values)
    level = next((agent.robot for agent in agents if agent.robot.root.kind == "level"), None)
    if level and any(entry.kind != "flat" for entry in cfg.terrain.sub_terrains):
        raise InputError(
            f"{level.name!r} slides on a level plane and can't follow the ground",
            "Take terrain 'flat', or a robot with a <freejoint/>.",
        )
    terrain = draw_terrain(cfg, Drawing(streams, turn, difficulty, least, size, cell, levels, border), values)
    size = terrain.size
    obstacles = _obstacles(cfg, streams, attempt, difficulty, least, size, values)
    task = _task(cfg, streams, difficulty, least, agents, values)
    thing, obstacles = _object(cfg, streams, turn, difficulty, least, obstacles, values)
    numbers = {
        key: _shown(value, streams, f"physics.{key}", values)
        for key, value in (
            ("gravity", cfg.physics.gravity),
            ("friction", cfg.physics.friction),
            ("timestep", cfg.physics.timestep),
        )
        if value is not None
    }
    wind = tuple(
        _shown(value, streams, f"physics.wind.{axis}", values) for axis, value in zip("xyz", cfg.physics.wind)
    )
    physics = merge_options(cfg.physics, numbers, wind, [agent.robot.option for agent in agents])
    notes = (*dict.fromkeys(note for agent in agents for note in agent.robot.notes), *physics.disagreements)
    if not kind.teams and not kind.roles and any(agent.team for agent in agents):
        notes = (*notes, f"teams mean nothing to task {cfg.task.kind!r} but colours")
    return Draw(difficulty, size, cell, terrain, obstacles, agents, task, thing, physics, values, notes)


def _number(value: dist.Dist, streams: Streams, name: str, *, integer: bool = False) -> float:
    """Draw a number from the stream of that name; a constant needs none."""
    if isinstance(value, int | float):
        return value
    return dist.sample(value, streams(name), integer=integer)


def _shown(
    value: dist.Dist, streams: Streams, path: str, values: dict[str, Any], *, integer: bool = False
) -> float:
    """Draw a number to five digits; it is among the drawn values unless it is the same in every variant."""
    drawn = _number(value, streams, path, integer=integer)
    if dist.is_constant(value):
        return drawn
    values[path] = drawn if integer else float(f"{drawn:.5g}")
    return float(values[path])


def _smallest(sizes: list[RobotSize]) -> RobotSize:
    """What the least able robot of a world masters decides what is hard there."""
    return min(sizes, key=lambda size: size.step)


def _agents(cfg: EnvCfg, streams: Streams, values: dict[str, Any]) -> tuple[Agent, ...]:
    agents: list[Agent] = []
    number: Counter[str] = Counter()
    teams: dict[str, int] = {}
    for i, entry in enumerate(cfg.robots):
        count = int(_number(entry.count, streams, f"robots/{i}.count", integer=True))
        if not dist.is_constant(entry.count):
            values[f"robots[{i}].count"] = count
        known = ROBOTS.get(entry.model).params
        drawn = draw(known, entry.params, streams, f"robots/{i}", difficulty=0.5, size=RobotSize())
        drawn = {k: v if isinstance(v, int) else round(v, 4) for k, v in drawn.items()}
        for key in entry.params:
            values[f"robots[{i}].params.{key}"] = drawn[key]
        robot = robot_model(entry.model, drawn)
        for _ in range(count):
            agent = f"{robot.agent}_{number[robot.agent]}"
            number[robot.agent] += 1
            colour = teams.setdefault(entry.team or agent, len(teams))
            agents.append(Agent(agent, robot, entry.team, entry.role, colour))
    return tuple(agents)


def _size(cfg: EnvCfg, streams: Streams, values: dict[str, Any]) -> tuple[float, float]:
    drawn = []
    for axis, side in zip("xy", cfg.terrain.size):
        drawn.append(round(_number(side, streams, f"size.{axis}"), 2))
        if not dist.is_constant(side):
            values[f"terrain.size.{axis}"] = drawn[-1]
    return drawn[0], drawn[1]


def _obstacles(
    cfg: EnvCfg,
    streams: Streams,
    attempt: Attempt,
    difficulty: float,
    size: RobotSize,
    area: tuple[float, float],
    values: dict[str, Any],
) -> tuple[Scatter, ...]:
    scattered = []
    for i, entry in enumerate(cfg.obstacles):
        kind = OBSTACLES.get(entry.kind)
        name = f"obstacles/{i}"
        given = (specs(kind), entry.params, streams, name)
        drawn = rounded(draw(*given, difficulty=difficulty, size=size, attempt=attempt.terrain))
        if entry.count is not None:
            count = int(_number(entry.count, streams, f"{name}.count", integer=True))
        else:
            assert entry.density is not None  # the schema wants one of the two
            density = _number(entry.density, streams, f"{name}.density")
            count = round(density * area[0] * area[1])
        values[f"obstacles[{i}].kind"] = entry.kind
        values[f"obstacles[{i}].count"] = count
        values.update({f"obstacles[{i}].{key}": value for key, value in drawn.items()})
        scattered.append(Scatter(kind(**drawn), count))
    return tuple(scattered)


def _task(
    cfg: EnvCfg,
    streams: Streams,
    difficulty: float,
    size: RobotSize,
    agents: tuple[Agent, ...],
    values: dict[str, Any],
) -> Task:
    kind = TASKS.get(cfg.task.kind)
    given = cfg.task.params
    # what is hard is decided by the least able robot, how much room there must be by the widest
    size = replace(size, radius=max(agent.robot.size.radius for agent in agents))
    drawn = rounded(draw(specs(kind), given, streams, "task", difficulty=difficulty, size=size))
    drawn |= {k: v for k, v in kind.roomy(drawn, len(agents), size.radius).items() if k not in given}
    values.update({f"task.{key}": value for key, value in drawn.items()})
    for name, weight in cfg.task.weights.items():
        _shown(weight, streams, f"task.weight.{name}", values)
    task: Task = kind(**drawn)
    return task


def _agree(kind: type[Task], agents: tuple[Agent, ...]) -> None:
    """Refuse robots that can't do a task."""
    bound = next((agent for agent in agents if agent.robot.planar), None)
    if bound and not kind.planar:
        raise InputError(
            f"{bound.robot.name} moves in a plane of its own, and can't turn as task {kind.kind!r} needs",
            "Take another robot, or a task such as walk, goal, climb, race or sumo.",
        )


def _object(
    cfg: EnvCfg,
    streams: Streams,
    attempt: int,
    difficulty: float,
    size: RobotSize,
    obstacles: tuple[Scatter, ...],
    values: dict[str, Any],
) -> tuple[TaskObject | None, tuple[Scatter, ...]]:
    """What the task moves: one of the EnvCfg's obstacles, which then is scattered no more, or one more."""
    for kind in object_kinds(cfg):
        i = next((i for i, o in enumerate(obstacles) if o.kind.kind == kind and o.count > 0), None)
        own = None if i is None else obstacles[i].kind
        thing = draw_object(kind, own, streams, attempt, difficulty, size, values)
        if i is not None:
            rest = replace(obstacles[i], count=obstacles[i].count - 1)
            obstacles = (*obstacles[:i], rest, *obstacles[i + 1 :])
        return thing, obstacles
    return None, obstacles
