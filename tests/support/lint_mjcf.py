"""Pieces of MJCF of which the examples of lints are made."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

CUBE = """v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 1\nv 1 0 1\nv 1 1 1\nv 0 1 1
f 1 3 2\nf 1 4 3\nf 5 6 7\nf 5 7 8\nf 1 2 6\nf 1 6 5\nf 2 3 7\nf 2 7 6\nf 3 4 8\nf 3 8 7\nf 4 1 5\nf 4 5 8
"""
FLOOR = '<geom name="floor" type="plane" size="5 5 1"/>'


def ell() -> str:
    """An L of three unit cubes, closed: its hull is a sixth larger; drawn thin, more."""
    outline = [(0, 0), (3, 0), (3, 0.5), (0.5, 0.5), (0.5, 3), (0, 3)]
    points = [(x, y, z) for z in (0, 1) for x, y in outline]
    sides = [(i, (i + 1) % 6) for i in range(6)]
    faces = [(a + 1, b + 1, b + 7) for a, b in sides] + [(a + 1, b + 7, a + 7) for a, b in sides]
    lid = [(1, 2, 3), (1, 3, 4), (1, 4, 5), (1, 5, 6)]
    faces += [(a + 6, b + 6, c + 6) for a, b, c in lid] + [(a, c, b) for a, b, c in lid]
    lines = [f"v {x} {y} {z}" for x, y, z in points] + [f"f {a} {b} {c}" for a, b, c in faces]
    return "\n".join(lines)


def write_files(folder: Path) -> None:
    """Files that examples name."""
    (folder / "cube.obj").write_text(CUBE)
    (folder / "ell.obj").write_text(ell())
    (folder / "cube.dae").write_text("<COLLADA/>")
    cv2.imwrite(str(folder / "grid.png"), np.zeros((4, 4, 3), np.uint8))


def mjcf(world: str, *, head: str = "", tail: str = "") -> str:
    return f"<mujoco>\n{head}\n<worldbody>{world}</worldbody>\n{tail}\n</mujoco>"


def ball(height: float, more: str = "", joint: str = "<freejoint/>") -> str:
    return f'<body name="ball" pos="0 0 {height}">{joint}<geom name="ball" size=".1" {more}/></body>'


def arm(joint: str = "", geom: str = "", more: str = "", inertial: str = "") -> str:
    """A link on a hinge, on a line of its own each."""
    return (
        f'\n<body name="arm" pos="0 0 1">\n<joint name="elbow" axis="0 1 0" {joint}/>\n{inertial}\n'
        f'<geom name="arm" type="capsule" fromto="0 0 0 .3 0 0" size=".03" {geom}/>\n{more}</body>'
    )


def driven(actuator: str, joint: str = 'range="-90 90" damping=".5"', **parts: str) -> str:
    head = parts.pop("head", "")
    return mjcf(arm(joint, **parts), head=head, tail=f"<actuator>\n{actuator}\n</actuator>")


def keyed(key: str) -> str:
    return mjcf(
        arm('range="-90 90"'),
        tail=f"<actuator><motor joint='elbow' ctrlrange='-1 1'/></actuator><keyframe>\n{key}\n</keyframe>",
    )


def links(second: str, *, head: str = "", joint: str = "<joint axis='0 1 0'/>") -> str:
    """Two balls on an arm, that move against one another."""
    return mjcf(
        '<body name="a" pos="0 0 2"><joint axis="1 0 0"/><geom name="a" size=".1"/>'
        f'<body name="b" pos=".4 0 0"><joint axis="1 0 0"/><geom name="b" size=".1"/>'
        f'<body name="c" pos="0 0 0">{joint}{second}</body></body></body>',
        head=head,
    )


NO_GRAVITY = '<option gravity="0 0 0"/>'


def pressed(stiffness: float) -> str:
    """A ball that a spring presses into another one."""
    slide = f'<joint type="slide" axis="1 0 0" stiffness="{stiffness}" springref="-.4" damping="5"/>'
    return mjcf(
        '<body pos="0 0 2"><joint axis="1 0 0"/><geom name="a" size=".1"/>'
        f'<body name="b"><joint axis="0 1 0" stiffness="1e3"/><geom size=".02" pos=".2 0 .5"/>'
        f'<body pos=".21 0 0">{slide}<geom name="c" size=".1"/></body></body></body>',
        head=NO_GRAVITY,
    )


def joined(apart: float) -> str:
    """Two balls whose sites are to be one."""
    site = '<body pos="{1} 0 1"><freejoint/><geom size=".01"/><site name="s{0}" pos="{2} 0 0"/></body>'
    return mjcf(site.format(1, -0.2, 0.2) + site.format(2, 0.2, -0.2 + apart),
                tail='<equality>\n<connect site1="s1" site2="s2"/>\n</equality>')  # fmt: skip


MESH = '<asset>\n<mesh name="m" file="{}" {}/>\n</asset>'
MESHED = '<body name="b" pos="0 0 3"><freejoint/>\n<geom type="mesh" mesh="m"/></body>'
MOTOR = '<motor name="m" joint="elbow" ctrlrange="-1 1"/>'
SERVO = '<position name="s" joint="elbow" kp="5" {}/>'
HINGED = '<body name="b" pos="0 0 1">\n<joint name="j" axis="0 1 0" range="{}"/><geom size=".1"/></body>'
INERTIAL = '<inertial pos=".15 0 0" mass="1" {}/>'
TOUCH = '<sensor>\n<touch name="t" site="s"/>\n</sensor>'
SEEN = (
    '<body name="b" pos="0 0 3"><freejoint/><geom size=".5"/>'
    '<geom type="mesh" mesh="m" contype="0" conaffinity="0" {}/></body>'
)


def jointed(joints: str) -> str:
    """A ball on these joints."""
    return mjcf(f'<body pos="0 0 1">{joints}<geom size=".1"/></body>')


LIGHT_ARM = arm(geom='mass="1e-3"')

WHOLE = f"""<mujoco model="robot">
  <compiler angle="radian"/>
  <option timestep="0.002" integrator="implicitfast"/>
  <default><geom solref="0.01 1"/></default>
  <worldbody>
    {FLOOR}
    <body name="base" pos="0 0 .301">
      <freejoint name="root"/>
      <geom name="base" type="box" size=".2 .2 .05"/>
      <body name="leg" pos=".3 0 0">
        <joint name="hip" axis="0 1 0" range="-1 1" damping="1" armature=".01"/>
        <geom name="thigh" type="capsule" fromto="0 0 0 0 0 -.25" size=".05"/>
        <site name="foot" pos="0 0 -.25"/>
      </body>
      <body name="tail" pos="-.3 0 0">
        <geom name="tail" type="capsule" fromto="0 0 0 0 0 -.25" size=".05"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <position name="hip" joint="hip" kp="20" kv="1" ctrlrange="-1 1" forcerange="-20 20"/>
  </actuator>
  <sensor><touch name="foot" site="foot"/></sensor>
  <keyframe><key name="home" qpos="0 0 .301 1 0 0 0 0" ctrl="0"/></keyframe>
</mujoco>"""
"""A robot about which there is nothing to say."""
