"""Tables of terrains, obstacles, tasks and robots, for docs/kinds.md, docs/terrains.md and docs/robots.md."""

from __future__ import annotations

from typing import Any

from tools.docs.markdown import first_line, params_table, table


def _family(registry: Any) -> str:
    from envgen.core.params import specs

    parts = []
    for name, kind in registry:
        source = getattr(kind, "source", "")
        moves = " It moves." if getattr(kind, "dynamic", False) else ""
        parts += [f"### `{name}`", first_line(kind) + moves, params_table(specs(kind))]
        if source:
            parts.append(f"Source of algorithm and ranges: {source}.")
    return "\n\n".join(parts)


def block_terrains() -> str:
    from envgen.core.families import TERRAINS

    return _family(TERRAINS)


def block_difficulty() -> str:
    from envgen.bench.difficulty import DIFFICULTIES, difficulty_table

    rows = [
        (
            f"`{row.kind}`",
            row.robot,
            row.measure + (f", {row.unit}" if row.unit else ""),
            *(f"{value:.3g}" for value in row.values),
        )
        for row in difficulty_table()
    ]
    return table(("terrain", "robot", "measured", *(f"{d:g}" for d in DIFFICULTIES)), rows)


def block_obstacles() -> str:
    from envgen.core.families import OBSTACLES

    return _family(OBSTACLES)


def block_tasks() -> str:
    from envgen.core.families import TASKS

    return _family(TASKS)


def block_robots() -> str:
    from envgen.core.families import ROBOTS

    parts = []
    for name, robot in ROBOTS:
        parts += [f"### `{name}`", f"{robot.summary}.", params_table(robot.params)]
        parts += [f"Source: {source}." for source in robot.sources]
    return "\n\n".join(parts)


def block_sizes() -> str:
    from envgen.core.families import ROBOTS
    from envgen.worlds.robots.robot_model import robot_model

    rows = []
    for name, kind in ROBOTS:
        robot = robot_model(name, {key: spec.default for key, spec in kind.params.items()})
        size, step = robot.size, 1000 * robot.option.timestep
        rows.append(
            [
                f"`{name}`",
                *(f"{v:.2g}" for v in (size.leg, size.radius, size.height, size.step, size.slope, size.gap)),
                f"{robot.mass:.3g}",
                str(len(robot.home_ctrl)),
                f"{step:g}",
            ]
        )
    head = ("robot", "leg, m", "radius, m", "height, m", "step, m", "slope", "gap, m", "mass, kg")
    return table((*head, "actuators", "timestep, ms"), rows)
