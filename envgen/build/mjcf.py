"""A variant as MJCF text: one readable env.xml and the heights beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from envgen.build.footing import Pose
from envgen.build.fragment import Fragment, fragment
from envgen.build.place import Arena
from envgen.build.sample import FLUIDS, Agent, Draw
from envgen.build.scatter import Placed
from envgen.build.standing import bodies, excludes, fixed_geoms, home, motors
from envgen.build.text import compose, number, numbers, quat_attribute
from envgen.core.resources import resource
from envgen.obstacles.base import Quat

HEIGHTS_FILE = "terrain.bin"
BASE = 0.5
"""Thickness of a heightfield below its lowest point, in m: deep enough that nothing falls through."""
LEAST_FRICTION = 1e-3
"""With none at all, MuJoCo's friction cones are degenerate: a flat world became unstable."""
_CONES = ("pyramidal", "elliptic")


@dataclass(frozen=True)
class Rendered:
    """A variant as it is written.

    Attributes:
        text: The content of env.xml.
        files: Further files by name.
    """

    text: str
    files: dict[str, bytes]


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(resource("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        keep_trailing_newline=True,
    )
    return environment.get_template("world.xml.j2")


def render(name: str, comment: list[str], draw: Draw, arena: Arena, doublings: int = 0) -> Rendered:
    """Write one variant.

    Args:
        name: Name of the model.
        comment: Lines of the header.
        draw: What was drawn.
        arena: Where everything is.
        doublings: How often the estimated memory was found too small.
    """
    fluid = draw.physics.density if draw.physics.density >= FLUIDS["water"][0] else 0.0
    parts = [fragment(agent.robot, agent.id, agent.colour, fluid) for agent in draw.agents]
    field, files = _field(arena)
    moving = [placed for placed in arena.obstacles if placed.shape.moves]
    text = _template().render(
        name=name,
        comment=[_safe_comment(line) for line in comment],
        option=_option(draw),
        memory=_memory(draw, moving, doublings),
        centre_z=number(round(float(arena.map.field.heights.mean()), 2)),
        extent=number(max(arena.size) / 2),
        friction=number(max(draw.physics.friction, LEAST_FRICTION)),
        defaults=_section(parts, "default"),
        assets=_section(parts, "asset"),
        field=field,
        plane=_plane(arena),
        solids=[_solid(solid) for solid in arena.ground.solids],
        fixed=[geom for placed in arena.obstacles for geom in fixed_geoms(placed)],
        goals=[numbers(goal) for goal in arena.goals],
        agents=[
            part.placed(_pose(agent, start)) for part, agent, start in zip(parts, draw.agents, arena.starts)
        ],
        moving=[body for placed in moving for body in bodies(placed, fluid)],
        excludes=[body for placed in moving for body in excludes(placed)],
        motors=[motor for placed in moving for motor in motors(placed)],
        sections={
            key: _section(parts, key) for key in ("contact", "tendon", "equality", "actuator", "sensor")
        },
        qpos=_home(draw, arena, moving),
        ctrl=_control(draw, moving),
    )
    return Rendered(text, files)


def _safe_comment(line: str) -> str:
    """Text that can stand in an XML comment: no double hyphen, no control characters."""
    printable = "".join(c if c.isprintable() and ord(c) < 0xD800 else " " for c in line)
    while "--" in printable:
        printable = printable.replace("--", "- -")
    return printable.rstrip("-")[:300]


def _section(parts: list[Fragment], name: str) -> str:
    return "".join(part.sections[name] for part in parts)


def _option(draw: Draw) -> str:
    physics = draw.physics
    options = {
        "timestep": number(physics.timestep),
        "integrator": physics.integrator,
        "gravity": numbers((0, 0, -physics.gravity)),
    }
    if physics.density:
        options |= {"density": number(physics.density), "viscosity": number(physics.viscosity)}
    if any(physics.wind):
        options["wind"] = numbers(physics.wind)
    solver = physics.solver
    if solver["cone"]:
        options["cone"] = _CONES[int(solver["cone"])]
    for key, default in (("impratio", 1.0), ("iterations", 100), ("tolerance", 1e-8)):
        if solver[key] != default:
            options[key] = number(solver[key])
    return " ".join(f'{key}="{value}"' for key, value in options.items())


def _memory(draw: Draw, moving: list[Placed], doublings: int) -> str:
    """Arena of the world in kB: three times what the robots were seen to need, and room for what moves.

    Constraint Jacobians are dense below 60 degrees of freedom (MuJoCo, option/jacobian): each body widens the
    rows of all others.
    """
    robots = [agent.robot for agent in draw.agents]
    free = sum(placed.shape.mass is not None for placed in moving)
    jointed = sum(len(placed.shape.parts) for placed in moving)
    wide = min(sum(robot.nv for robot in robots) + 6 * free + jointed, 60)
    bytes_ = sum(3.0 * robot.arena * max(1.0, wide / robot.nv) for robot in robots)
    bytes_ += wide * (1024 * free + 256 * jointed)  # a part touches robots alone
    return f"{max(64, 16 * math.ceil(bytes_ / 16_384)) << doublings}K"


def _field(arena: Arena) -> tuple[dict[str, str] | None, dict[str, bytes]]:
    if not arena.ground.field:
        return None, {}
    field = arena.map.field
    low, high = float(field.heights.min()), float(field.heights.max())
    # MuJoCo maps the least height to 0 and the greatest to size[2]: both pinned here
    size = (arena.size[0] / 2, arena.size[1] / 2, max(high - low, 1e-3), BASE)
    return (
        {"size": numbers(size), "file": HEIGHTS_FILE, "z": number(low)},
        {HEIGHTS_FILE: field.to_bytes()},
    )


def _plane(arena: Arena) -> dict[str, str] | None:
    if arena.ground.plane is None:
        return None
    return {
        "size": numbers((arena.size[0] / 2, arena.size[1] / 2, 1)),
        "z": number(arena.ground.plane),
    }


def _solid(solid: Any) -> dict[str, str]:
    spans = (solid.x, solid.y, solid.z)
    return {
        "size": numbers((b - a) / 2 for a, b in spans),
        "pos": numbers((a + b) / 2 for a, b in spans),
        "quat": quat_attribute((math.cos(solid.yaw / 2), 0.0, 0.0, math.sin(solid.yaw / 2)))
        if solid.yaw
        else "",
    }


def _pose(agent: Agent, start: Pose) -> str:
    quat = _start_quat(start)
    turned = quat_attribute(quat)
    return f'pos="{numbers(start.pos)}"{turned}'


def _start_quat(start: Pose) -> Quat:
    return (math.cos(start.yaw / 2), 0.0, 0.0, math.sin(start.yaw / 2))


def _home(draw: Draw, arena: Arena, moving: list[Placed]) -> str:
    """Positions of the keyframe: the agents in order, then what moves."""
    values: list[float] = []
    for agent, start in zip(draw.agents, arena.starts):
        robot = agent.robot
        if robot.planar:
            values += robot.home_qpos.tolist()
        else:
            quat = compose(_start_quat(start), tuple(robot.home_qpos[3:7]))
            values += [*start.pos, *quat, *robot.home_qpos[7:].tolist()]
    for placed in moving:
        values += home(placed)
    return numbers(values)


def _control(draw: Draw, moving: list[Placed]) -> str:
    """Control of the keyframe: that of the agents, then 0 for the motors of obstacles, which ignore it."""
    still = np.zeros(sum(len(motors(placed)) for placed in moving))
    values = np.concatenate([*(agent.robot.home_ctrl for agent in draw.agents), still])
    return numbers(values) if values.any() else ""
