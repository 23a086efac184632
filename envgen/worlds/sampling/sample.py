"""From an EnvCfg to the values of one variant: every range resolved, by named random streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from envgen.core import dist
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.core.families import OBSTACLES, ROBOTS, TASKS
from envgen.core.params import RobotSize, specs
from envgen.core.rng import Streams
from envgen.tasks.base import Task
from envgen.worlds.physics_options import PhysicsOptions, merge_options
from envgen.worlds.robots.robot_model import robot_model
from envgen.worlds.sampling.draw import Agent, Attempt, Draw, Scatter, TaskObject
from envgen.worlds.sampling.sampler import Sampler, round_parameters
from envgen.worlds.sampling.task_object import draw_object, object_kinds
from envgen.worlds.sampling.teams import assign_teams
from envgen.worlds.sampling.terrain import Grid, draw_terrain


def sample(cfg: EnvCfg, streams: Streams, attempt: Attempt) -> Draw:
    """Draw one variant.

    Raises:
        InputError: Parts of the EnvCfg don't go together.
    """
    sampler = Sampler(streams, attempt)
    sampler.difficulty = round(sampler.number(cfg.difficulty, "difficulty"), 6)
    sampler.values["difficulty"] = sampler.difficulty
    kind = TASKS.get(cfg.task.kind)
    kind.spawn_layout()  # an unknown one is an error of the input, before anything is drawn
    agents = assign_teams(kind, _draw_agents(cfg, sampler))
    _check_planar(kind, agents)
    # the least able robot of a world decides what is hard there
    sampler.robot = min((agent.robot.size for agent in agents), key=lambda size: size.step)
    size = _draw_size(cfg, sampler)
    cell = sampler.recorded_number(cfg.terrain.cell, "terrain.cell")
    levels = int(sampler.recorded_number(cfg.terrain.levels, "terrain.levels", integer=True))
    border = sampler.recorded_number(cfg.terrain.border, "terrain.border")
    sampler.recorded_number(cfg.control.frame_skip, "control.frame_skip", integer=True)
    sampler.recorded_number(cfg.control.episode, "control.episode")
    _check_level(cfg, agents)
    terrain = draw_terrain(cfg, sampler, Grid(size, cell, levels, border))
    obstacles = _draw_obstacles(cfg, sampler, terrain.size)
    task = _draw_task(cfg, sampler, agents)
    task_object, obstacles = _draw_object(cfg, sampler, obstacles)
    physics = _draw_physics(cfg, sampler, agents)
    notes = (*dict.fromkeys(note for agent in agents for note in agent.robot.notes), *physics.disagreements)
    if not kind.teams and not kind.roles and any(agent.team for agent in agents):
        notes = (*notes, f"teams mean nothing to task {cfg.task.kind!r} but colours")
    return Draw(
        sampler.difficulty,
        terrain.size,
        cell,
        terrain,
        obstacles,
        agents,
        task,
        task_object,
        physics,
        sampler.values,
        notes,
    )


def _draw_agents(cfg: EnvCfg, sampler: Sampler) -> tuple[Agent, ...]:
    agents: list[Agent] = []
    number: Counter[str] = Counter()
    teams: dict[str, int] = {}
    for i, entry in enumerate(cfg.robots):
        count = int(sampler.number(entry.count, f"robots/{i}.count", integer=True))
        if not dist.is_constant(entry.count):
            sampler.values[f"robots[{i}].count"] = count
        # a robot is not made by the difficulty of its world, nor to the scale of another
        drawn = sampler.parameters(
            ROBOTS.get(entry.model).params, entry.params, f"robots/{i}", difficulty=0.5, robot=RobotSize()
        )
        drawn = {k: v if isinstance(v, int) else round(v, 4) for k, v in drawn.items()}
        sampler.record(f"robots[{i}].params", {key: drawn[key] for key in entry.params})
        robot = robot_model(entry.model, drawn)
        for _ in range(count):
            agent = f"{robot.agent}_{number[robot.agent]}"
            number[robot.agent] += 1
            colour = teams.setdefault(entry.team or agent, len(teams))
            agents.append(Agent(agent, robot, entry.team, entry.role, colour))
    return tuple(agents)


def _draw_size(cfg: EnvCfg, sampler: Sampler) -> tuple[float, float]:
    drawn = []
    for axis, side in zip("xy", cfg.terrain.size):
        drawn.append(round(sampler.number(side, f"size.{axis}"), 2))
        if not dist.is_constant(side):
            sampler.values[f"terrain.size.{axis}"] = drawn[-1]
    return drawn[0], drawn[1]


def _draw_obstacles(cfg: EnvCfg, sampler: Sampler, area: tuple[float, float]) -> tuple[Scatter, ...]:
    scattered = []
    for i, entry in enumerate(cfg.obstacles):
        kind = OBSTACLES.get(entry.kind)
        name = f"obstacles/{i}"
        drawn = sampler.parameters(specs(kind), entry.params, name, attempt=sampler.attempt.terrain)
        drawn = round_parameters(drawn)
        if entry.count is not None:
            count = int(sampler.number(entry.count, f"{name}.count", integer=True))
        else:
            assert entry.density is not None  # the schema wants one of the two
            density = sampler.number(entry.density, f"{name}.density")
            count = round(density * area[0] * area[1])
        sampler.record(f"obstacles[{i}]", {"kind": entry.kind, "count": count, **drawn})
        scattered.append(Scatter(kind(**drawn), count))
    return tuple(scattered)


def _draw_task(cfg: EnvCfg, sampler: Sampler, agents: tuple[Agent, ...]) -> Task:
    kind = TASKS.get(cfg.task.kind)
    given = cfg.task.params
    # the least able robot decides what is hard, the widest how much room there must be
    size = replace(sampler.robot, radius=max(agent.radius for agent in agents))
    drawn = round_parameters(sampler.parameters(specs(kind), given, "task", robot=size))
    drawn |= {k: v for k, v in kind.roomy(drawn, len(agents), size.radius).items() if k not in given}
    sampler.record("task", drawn)
    for name, weight in cfg.task.weights.items():
        sampler.recorded_number(weight, f"task.weight.{name}")
    task: Task = kind(**drawn)
    return task


def _draw_object(
    cfg: EnvCfg, sampler: Sampler, obstacles: tuple[Scatter, ...]
) -> tuple[TaskObject | None, tuple[Scatter, ...]]:
    """Draw what the task moves: one of the EnvCfg's obstacles, which is then not scattered, or one more."""
    for kind in object_kinds(cfg):
        i = next((i for i, o in enumerate(obstacles) if o.kind.kind == kind and o.count > 0), None)
        own = None if i is None else obstacles[i].kind
        task_object = draw_object(kind, own, sampler)
        if i is not None:
            rest = replace(obstacles[i], count=obstacles[i].count - 1)
            obstacles = (*obstacles[:i], rest, *obstacles[i + 1 :])
        return task_object, obstacles
    return None, obstacles


def _draw_physics(cfg: EnvCfg, sampler: Sampler, agents: Sequence[Agent]) -> PhysicsOptions:
    numbers = {
        key: sampler.recorded_number(value, f"physics.{key}")
        for key, value in (
            ("gravity", cfg.physics.gravity),
            ("friction", cfg.physics.friction),
            ("timestep", cfg.physics.timestep),
        )
        if value is not None
    }
    wind = tuple(
        sampler.recorded_number(value, f"physics.wind.{axis}") for axis, value in zip("xyz", cfg.physics.wind)
    )
    return merge_options(cfg.physics, numbers, wind, [agent.robot.option for agent in agents])


def _check_planar(kind: type[Task], agents: Sequence[Agent]) -> None:
    """Refuse robots that move in a plane where the task has them turn."""
    bound = next((agent for agent in agents if agent.planar), None)
    if bound and not kind.planar:
        raise InputError(
            f"{bound.robot.name} moves in a plane of its own, and can't turn as task {kind.kind!r} needs",
            "Take another robot, or a task such as walk, goal, climb, race or sumo.",
        )


def _check_level(cfg: EnvCfg, agents: Sequence[Agent]) -> None:
    """Refuse robots that can't follow the ground unless it is flat."""
    level = next((agent.robot for agent in agents if agent.robot.root.kind == "level"), None)
    if level and any(entry.kind != "flat" for entry in cfg.terrain.sub_terrains):
        raise InputError(
            f"{level.name!r} slides on a level plane and can't follow the ground",
            "Take terrain 'flat', or a robot with a <freejoint/>.",
        )
