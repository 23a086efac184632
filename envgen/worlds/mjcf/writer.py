"""Write a variant as a readable env.xml and a file of heights."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from envgen.core.heightfield import Floats
from envgen.core.resources import resource
from envgen.tasks.base import GOAL_MARK
from envgen.worlds.mjcf import keyframes
from envgen.worlds.mjcf.format import number, numbers, quat_attribute
from envgen.worlds.mjcf.obstacles import bodies, excludes, fixed_geoms, motors
from envgen.worlds.physics_options import FLUIDS
from envgen.worlds.placement.arena import Arena
from envgen.worlds.placement.scatter import Placed
from envgen.worlds.robots.attach import SECTIONS, Fragment, attach_robot
from envgen.worlds.sampling.draw import Draw

HEIGHTS_FILE = "terrain.bin"
BASE_THICKNESS = 0.5
"""Thickness of a heightfield below its lowest point, in m: enough that nothing falls through."""
MIN_FRICTION = 1e-3
"""Without friction, MuJoCo's friction cones degenerate: a flat world became unstable."""


@dataclass(frozen=True)
class Rendered:
    """The files of a variant.

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
        comment: Lines of the header comment.
        draw: The drawn variant.
        arena: Its arena.
        doublings: Number of times to double the estimated arena memory, after it was too small.
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
        "friction": number(max(draw.physics.friction, MIN_FRICTION)),
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
        "qpos": keyframes.qpos(draw, arena, moving),
        "ctrl": keyframes.ctrl(draw, moving, fluid),
        "act": keyframes.act(draw),
        "keys": keyframes.robot_keyframes(draw, arena, moving, fluid),
    }
    text = _template().render(**world, **_agents(draw, arena, parts))
    physics_only = None
    if any(agent.robot.physics_xml or part.shared for agent, part in zip(draw.agents, parts)):
        physics_parts = [attach_robot(a.robot, a.id, a.colour, fluid, physics_only=True) for a in draw.agents]
        physics_only = _template().render(**world, **_agents(draw, arena, physics_parts))
    shared = {name: path for part in parts for name, path in part.shared.items()}
    return Rendered(text, files, physics_only, shared)


def _agents(draw: Draw, arena: Arena, parts: list[Fragment]) -> dict[str, Any]:
    """Return the robots' part of each section."""
    return {
        "defaults": _section(parts, "default"),
        "assets": _section(parts, "asset"),
        "agents": [
            part.body_at(keyframes.pose_attributes(agent, start))
            for part, agent, start in zip(parts, draw.agents, arena.starts)
        ],
        "sections": {key: _section(parts, key) for key in SECTIONS},
    }


def _contact(draw: Draw) -> str:
    """Return the contact attributes of ground and obstacles, whose friction applies to all robots.

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


MAX_COMMENT = 300
"""Most characters of a line of comment."""


def _safe_comment(line: str) -> str:
    """Make text fit for an XML comment: no double hyphen, no control characters, not too long."""
    printable = line
    if not (line.isascii() and line.isprintable()):
        printable = "".join(c if c.isprintable() and ord(c) < 0xD800 else " " for c in line)
    while "--" in printable:
        printable = printable.replace("--", "- -")
    if len(printable) > MAX_COMMENT:  # cut between numbers
        cut = printable[: MAX_COMMENT - 4]
        printable = cut[: max(cut.rfind(","), cut.rfind(" "), MAX_COMMENT // 2)].rstrip(" ,") + " ..."
    return printable.rstrip("-")


def _section(parts: list[Fragment], name: str) -> str:
    """Return the text of a section of all agents."""
    return "".join(part.sections[name] for part in parts)


def _option(draw: Draw) -> str:
    """Return the attributes of <option>."""
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
    """Return the arena memory in kB: three times what the robots were measured to need, and obstacles.

    Constraint Jacobians are dense below 60 degrees of freedom (MuJoCo, option/jacobian): each body widens the
    rows of all others.
    """
    robots = [agent.robot for agent in draw.agents]
    free = sum(placed.shape.mass is not None for placed in moving)
    jointed = sum(len(placed.shape.parts) for placed in moving)
    wide = min(sum(robot.nv for robot in robots) + 6 * free + jointed, 60)
    bytes_ = sum(3.0 * robot.arena_bytes * max(1.0, wide / robot.nv) for robot in robots)
    bytes_ += wide * (1024 * free + 256 * jointed)  # a part touches robots only
    return f"{max(64, 16 * math.ceil(bytes_ / 16_384)) << doublings}K"


def _field(arena: Arena) -> tuple[dict[str, str] | None, dict[str, bytes]]:
    """Return the attributes of the heightfield and its file; None and no file without one."""
    if arena.ground.field is None:
        return None, {}
    field = arena.map.base or arena.map.field
    low, high = float(field.heights.min()), float(field.heights.max())
    # MuJoCo maps the least height to 0 and the greatest to size[2]
    size = (arena.size[0] / 2, arena.size[1] / 2, max(high - low, 1e-3), BASE_THICKNESS)
    return (
        {"size": numbers(size), "file": HEIGHTS_FILE, "z": number(low)},
        {HEIGHTS_FILE: field.to_bytes()},
    )


def _mark(mark: tuple[str, tuple[float, ...]]) -> str:
    """Return the attributes of goals, where they differ from the default class."""
    return "" if mark == GOAL_MARK else f' type="{mark[0]}" size="{numbers(mark[1])}"'


def _plane(arena: Arena) -> dict[str, str] | None:
    """Return the attributes of the plane, or None without one."""
    if arena.ground.plane is None:
        return None
    return {
        "size": numbers((arena.size[0] / 2, arena.size[1] / 2, 1)),
        "z": number(arena.ground.plane),
    }


def _solids(boxes: Floats) -> str:
    """Return the geoms of boxes (n, 7): hundreds in some worlds, so formatted in bulk."""
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
