"""A variant as MJCF text: one readable env.xml and the heights beside it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from envgen.core.heightfield import Floats
from envgen.core.resources import resource
from envgen.obstacles.base import Quat
from envgen.tasks.base import GOAL_MARK
from envgen.worlds.mjcf.format import compose, number, numbers, quat_attribute
from envgen.worlds.mjcf.obstacles import bodies, excludes, fixed_geoms, home, motors
from envgen.worlds.physics_options import FLUIDS
from envgen.worlds.placement.arena import Arena
from envgen.worlds.placement.ground_contact import Pose
from envgen.worlds.placement.resting import attitude
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.robots.attach import SECTIONS, Fragment, attach_robot
from envgen.worlds.robots.robot_model import RobotModel
from envgen.worlds.sampling.sample import Agent, Draw

HEIGHTS_FILE = "terrain.bin"
BASE = 0.5
"""Thickness of a heightfield below its lowest point, in m: deep enough that nothing falls through."""
LEAST_FRICTION = 1e-3
"""With none at all, MuJoCo's friction cones are degenerate: a flat world became unstable."""


@dataclass(frozen=True)
class Rendered:
    """A variant as it is written.

    Attributes:
        text: The content of env.xml.
        files: Contents of further files, by name.
        physics_only: The same world for compiling on this machine, where robots have files: visual geoms and
            textures left out, which compiles a hundred times faster, and files named by absolute paths.
        shared: Path on this machine of each file that all variants share, by its name in the pack's assets.
    """

    text: str
    files: dict[str, bytes]
    physics_only: str | None = None
    shared: dict[str, str] = dataclasses.field(default_factory=dict)


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
    parts = [attach_robot(agent.robot, agent.id, agent.colour, fluid) for agent in draw.agents]
    field, files = _field(arena)
    moving = [placed for placed in arena.obstacles if placed.shape.moves]
    world = {
        "name": name,
        "comment": [_safe_comment(line) for line in comment],
        "option": _option(draw),
        "flags": draw.physics.flags,
        "memory": _memory(draw, moving, doublings),
        "centre_z": number(round(float(arena.map.field.heights.mean()), 2)),
        "extent": number(max(arena.size) / 2),
        "friction": number(max(draw.physics.friction, LEAST_FRICTION)),
        "contact": _contact(draw),
        "field": field,
        "plane": _plane(arena),
        "solids": _solids(arena.ground.boxes),
        "fixed": [geom for placed in arena.obstacles for geom in fixed_geoms(placed)],
        "goals": [numbers(goal) for goal in arena.goals],
        "mark": _mark(draw.task.mark()),
        "moving": [body for placed in moving for body in bodies(placed, fluid)],
        "excludes": [body for placed in moving for body in excludes(placed)],
        "motors": [motor for placed in moving for motor in motors(placed)],
        "qpos": _home(draw, arena, moving),
        "ctrl": _control(draw, moving, fluid),
        "act": _activation(draw),
        "keys": _keys(draw, arena, moving, fluid),
    }
    text = _template().render(**world, **_agents(draw, arena, parts))
    physics_only = None
    if any(agent.robot.physics_xml or part.shared for agent, part in zip(draw.agents, parts)):
        physics_parts = [attach_robot(a.robot, a.id, a.colour, fluid, physics_only=True) for a in draw.agents]
        physics_only = _template().render(**world, **_agents(draw, arena, physics_parts))
    shared = {name: path for part in parts for name, path in part.shared.items()}
    return Rendered(text, files, physics_only, shared)


def _agents(draw: Draw, arena: Arena, parts: list[Fragment]) -> dict[str, Any]:
    """What the robots add to each section."""
    return {
        "defaults": _section(parts, "default"),
        "assets": _section(parts, "asset"),
        "agents": [
            part.body_at(_pose(agent, start)) for part, agent, start in zip(parts, draw.agents, arena.starts)
        ],
        "sections": {key: _section(parts, key) for key in SECTIONS},
    }


def _contact(draw: Draw) -> str:
    """How ground and obstacles meet the robots: by the ground's friction, whatever these ask for.

    MuJoCo takes friction, condim, solref and solimp of the geom with the higher priority. The ground takes
    the contact types and dimensions of its robots.
    """
    robots = [agent.robot for agent in draw.agents]
    bits = reduce(or_, (robot.contact_bits for robot in robots), 1)
    condim = max(robot.condim for robot in robots)
    attributes = [f'priority="{max(robot.priority for robot in robots) + 1}"']
    attributes += [f'condim="{condim}"'] * (condim > 3)
    attributes += [f'contype="{bits}" conaffinity="{bits}"'] * (bits != 1)
    return " ".join(attributes)


LONGEST = 300
"""Characters of a comment."""


def _safe_comment(line: str) -> str:
    """Text that can stand in an XML comment: no double hyphen, no control characters."""
    printable = line
    if not (line.isascii() and line.isprintable()):
        printable = "".join(c if c.isprintable() and ord(c) < 0xD800 else " " for c in line)
    while "--" in printable:
        printable = printable.replace("--", "- -")
    if len(printable) > LONGEST:  # not in the middle of a number
        cut = printable[: LONGEST - 4]
        printable = cut[: max(cut.rfind(","), cut.rfind(" "), LONGEST // 2)].rstrip(" ,") + " ..."
    return printable.rstrip("-")


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
    for key, value in physics.solver.items():
        options[key] = value if isinstance(value, str) else number(value)
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
    bytes_ = sum(3.0 * robot.arena_bytes * max(1.0, wide / robot.nv) for robot in robots)
    bytes_ += wide * (1024 * free + 256 * jointed)  # a part touches robots alone
    return f"{max(64, 16 * math.ceil(bytes_ / 16_384)) << doublings}K"


def _field(arena: Arena) -> tuple[dict[str, str] | None, dict[str, bytes]]:
    if arena.ground.field is None:
        return None, {}
    field = arena.map.base or arena.map.field
    low, high = float(field.heights.min()), float(field.heights.max())
    # MuJoCo maps the least height to 0 and the greatest to size[2]: both pinned here
    size = (arena.size[0] / 2, arena.size[1] / 2, max(high - low, 1e-3), BASE)
    return (
        {"size": numbers(size), "file": HEIGHTS_FILE, "z": number(low)},
        {HEIGHTS_FILE: field.to_bytes()},
    )


def _mark(mark: tuple[str, tuple[float, ...]]) -> str:
    """How goals are drawn, where it is not as the default class has it."""
    return "" if mark == GOAL_MARK else f' type="{mark[0]}" size="{numbers(mark[1])}"'


def _plane(arena: Arena) -> dict[str, str] | None:
    if arena.ground.plane is None:
        return None
    return {
        "size": numbers((arena.size[0] / 2, arena.size[1] / 2, 1)),
        "z": number(arena.ground.plane),
    }


def _solids(boxes: Floats) -> str:
    """The geoms of boxes (n, 7): hundreds in some worlds, so written at once and not one by one."""
    if not len(boxes):
        return ""
    half, middle = (boxes[:, 1:6:2] - boxes[:, 0:6:2]) / 2, (boxes[:, 1:6:2] + boxes[:, 0:6:2]) / 2
    rows = np.round(np.concatenate([half, middle], axis=1), 4) + 0.0
    turns = [
        quat_attribute((math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2))) if yaw else ""
        for yaw in boxes[:, 6].tolist()
    ]
    return "".join(
        _BOX % (i, *row, turn) for i, (row, turn) in enumerate(zip(rows.tolist(), turns, strict=True))
    )


_BOX = '    <geom name="terrain/box_%d" class="terrain" type="box" size="{0}" pos="{0}"%s/>\n'.format(
    "%.6g %.6g %.6g"
)


def _pose(agent: Agent, start: Pose) -> str:
    turned = quat_attribute(_turned(agent, start))
    return f'pos="{numbers(start.pos)}"{turned}'


def _turned(agent: Agent, start: Pose) -> Quat:
    """Orientation of the root at the start: its own at home, turned by how it stands."""
    a, b, c, d = agent.robot.home_quat.tolist()
    if agent.robot.planar:  # which tilts by its hinge, as its slides are to stay level
        start = Pose(start.pos, start.yaw)
    return _start_quat(start) if (a, b, c, d) == (1, 0, 0, 0) else compose(_start_quat(start), (a, b, c, d))


def _start_quat(start: Pose) -> Quat:
    return attitude(start.yaw, start.pitch, start.roll)


def _home(draw: Draw, arena: Arena, moving: list[Placed], others: Mapping[str, Floats] | None = None) -> str:
    """Positions of the keyframe: the agents in order, then what moves.

    Args:
        draw: What was drawn.
        arena: Where everything is.
        moving: Obstacles that move.
        others: (nq,) positions of the joints of an agent that is not at home.
    """
    values: list[float] = []
    for agent, start in zip(draw.agents, arena.starts):
        robot = agent.robot
        qpos = (others or {}).get(agent.id, robot.home_qpos)
        if robot.root.kind == "free":
            values += [*start.pos, *_turned(agent, start), *qpos[7:].tolist()]
        else:
            own = qpos.copy()
            if robot.root.pitch is not None:
                own[robot.root.pitch] += start.pitch
            values += own.tolist()
    for placed in moving:
        values += home(placed)
    return numbers(values)


def _keys(draw: Draw, arena: Arena, moving: list[Placed], fluid: float) -> list[dict[str, str]]:
    """The further keyframes of each robot, all else at home."""
    keys = []
    for agent in draw.agents:
        home = agent.robot
        for name, key in home.keyframes.items():
            if key.qpos.shape != home.home_qpos.shape:
                continue
            own = key.qpos.copy()
            own[home.root.slides] = home.home_qpos[home.root.slides]
            fits = key.ctrl.shape == home.home_ctrl.shape and key.act.shape == home.home_act.shape
            keys.append(
                {
                    "name": f"{agent.id}/{name}",
                    "qpos": _home(draw, arena, moving, {agent.id: own}),
                    "ctrl": _control(draw, moving, fluid, {agent.id: key.ctrl} if fits else {}),
                    "act": _activation(draw, {agent.id: key.act} if fits else {}),
                }
            )
    return keys


def _activation(draw: Draw, others: Mapping[str, Floats] | None = None) -> str:
    """Activations of the keyframe; the motors of obstacles have none."""
    given = others or {}
    values = np.concatenate([given.get(agent.id, agent.robot.home_act) for agent in draw.agents])
    return numbers(values) if values.any() else ""


def _control(
    draw: Draw, moving: list[Placed], fluid: float, others: Mapping[str, Floats] | None = None
) -> str:
    """Control of a keyframe: that of the agents, then 0 for the motors of obstacles, which ignore it."""
    given, gravity = others or {}, draw.physics.gravity
    own = [given.get(agent.id, _home_ctrl(agent.robot, gravity, fluid)) for agent in draw.agents]
    values = np.concatenate([*own, np.zeros(sum(len(motors(placed)) for placed in moving))])
    return numbers(values) if values.any() else ""


def _home_ctrl(robot: RobotModel, gravity: float, fluid: float) -> Floats:
    """Control (nu,) at the start: what flies hovers under the gravity (m/s2) and lift of this world."""
    if not robot.flies:
        return robot.home_ctrl
    carried = sum(min(fluid * volume, mass) for volume, mass in robot.volumes.values())
    hover = robot.home_ctrl * gravity / 9.81 * (1 - carried / robot.mass)
    return np.asarray(np.clip(hover, robot.ctrl_range[:, 0], robot.ctrl_range[:, 1]))
