"""Broken and sound examples of every lint. `§` marks the lines of the elements that are wrong."""

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

BROKEN: dict[str, list[str]] = {
    "file_format": [
        mjcf("", head=MESH.format("cube.dae", "§")),
        mjcf("", head=MESH.format("CUBE.GLB", "§")),
        mjcf("", head='<asset>\n<texture type="2d" name="t" file="wood.jpg"/>§\n</asset>'),
        mjcf("", head='<asset>\n<hfield name="t" file="ground.tif" size="1 1 1 1"/>§\n</asset>'),
    ],
    "plugin": [mjcf("", head='<extension>\n<plugin plugin="mujoco.elasticity.cable"/>§\n</extension>')],
    "unused_asset": [
        mjcf(FLOOR, head='<asset>\n<material name="gold"/>§\n</asset>'),
        mjcf(FLOOR, head=MESH.format("cube.obj", "§")),
        mjcf(FLOOR, head='<asset>\n<texture name="t" type="2d" file="grid.png"/>§\n</asset>'),
    ],
    "unused_class": [
        mjcf(
            FLOOR,
            head='<default>\n<default class="leg">§<default class="foot"/></default>\n</default>',
        )
    ],
    "duplicate_name": [
        mjcf('\n<geom name="g" size="1"/>\n<geom name="g" size="1"/>§'),
        mjcf(
            arm(),
            tail='<actuator>\n<motor name="m" joint="elbow"/>\n<motor name="m" joint="elbow"/>§</actuator>',
        ),
    ],
    "deprecated": [
        mjcf(FLOOR, head='<size nstack="3000"/>§'),
        mjcf(FLOOR, head='<compiler coordinate="local"/>§'),
    ],
    "inertial_ignored": [
        mjcf(
            arm(inertial=INERTIAL.format('diaginertia=".1 .1 .1"') + "§"),
            head='<compiler inertiafromgeom="true"/>',
        )
    ],
    "inertia_triangle": [
        mjcf(
            arm(inertial=INERTIAL.format('diaginertia=".01 .01 .03"') + "§"),
            head='<compiler balanceinertia="true"/>',
        ),
        mjcf(
            arm(inertial=INERTIAL.format('fullinertia=".01 .01 .03 0 0 0"') + "§"),
            head='<compiler balanceinertia="true"/>',
        ),
    ],
    "range_ignored": [
        mjcf(arm('range="-1 1" limited="false"')),
        mjcf(arm('range="1 -1"')),
        driven('<motor joint="elbow" ctrlrange="1 -1"/>§'),
        driven('<motor joint="elbow" ctrlrange="-1 1" ctrllimited="false"/>§'),
    ],
    "angle_unit": [
        mjcf(HINGED.replace("<joint", "§<joint").format("-90 90"), head='<compiler angle="radian"/>'),
        mjcf(HINGED.replace("<joint", "§<joint").format("-1.57 1.57")),
        mjcf(
            "".join(
                HINGED.replace("<joint", "§<joint")
                .format("-2 2")
                .replace('"b"', f'"b{i}"')
                .replace('"j"', f'"j{i}"')
                + "\n"
                for i in range(3)
            )
        ),
    ],
    "joint_unlimited": [driven(MOTOR, joint="")],
    "ctrl_unlimited": [driven('<motor joint="elbow"/>§')],
    "force_unlimited": [driven(SERVO.format("") + "§"), driven('<velocity joint="elbow" kv="5"/>§')],
    "ctrl_beyond_joint": [
        driven(SERVO.format('ctrlrange="-2 2"') + "§"),
        driven(SERVO.format('ctrlrange="-90 90"') + "§"),
    ],
    "dead_actuator": [
        driven('<motor joint="elbow" gear="0"/>§'),
        driven('<position joint="elbow" kp="0"/>§'),
        driven('<motor joint="elbow" ctrlrange="0 1e-30"/>§'),
        mjcf(
            '<site name="s"/>' + arm(), tail='<actuator>\n<general site="s" gear="0 0 1 0 0 0"/>§</actuator>'
        ),
    ],
    "keyframe": [keyed('<key name="k" qpos="1.7"/>§'), keyed('<key name="k" qpos="0" ctrl="3"/>§')],
    "free_joint": [
        mjcf(ball(1, joint='\n<joint type="free"/>§\n'), head='<default><joint damping="2"/></default>'),
        mjcf(ball(1, joint='\n<joint type="free" stiffness="2"/>§\n')),
    ],
    "mass": [
        mjcf("\n" + ball(1, 'mass="2e4"') + "§"),
        mjcf("\n" + ball(1, 'mass="1e-8"') + "§"),
        mjcf(f'<body pos="0 0 1"><freejoint/><geom size=".1" mass="500"/>{LIGHT_ARM}</body>'),
    ],
    "inertia_scale": [
        mjcf(arm(inertial=INERTIAL.format('diaginertia="1e-9 1e-9 1e-9"'))),
        mjcf(arm(inertial=INERTIAL.format('diaginertia="1000 1000 1000"'))),
    ],
    "visual_mass": [mjcf("\n" + SEEN.format("") + "§", head=MESH.format("cube.obj", ""))],
    "no_contacts": [
        mjcf(FLOOR + ball(1), head='<default><geom contype="0" conaffinity="0"/></default>'),
        mjcf(FLOOR + ball(1), head='<default><geom contype="1" conaffinity="2"/></default>'),
        mjcf(FLOOR + ball(1), head='<option><flag contact="disable"/></option>'),
    ],
    "parent_contact": [
        mjcf(
            '<body name="p" pos="0 0 1"><freejoint/><geom size=".1"/>\n'
            '<body name="c" pos=".3 0 0"><joint/>§<geom size=".1"/></body></body>',
            head='<option><flag filterparent="disable"/></option>',
        )
    ],
    "timestep": [
        mjcf(FLOOR, head='<option timestep="0.05"/>§'),
        mjcf(FLOOR, head='<option timestep="0"/>§'),
        mjcf(FLOOR, head='<option timestep="-1"/>§'),
        mjcf(FLOOR, head='<option timestep="1e-9"/>§'),
        mjcf(FLOOR + "\n" + ball(1, 'solref="0.005 1"') + "§", head='<option timestep="0.005"/>'),
    ],
    "servo_stiffness": [
        driven(SERVO.replace("5", "1e5").format("") + "§"),
        driven('<velocity joint="elbow" kv="50"/>§'),
        mjcf(arm('stiffness="1e5"').replace("<joint", "§<joint")),
    ],
    "soft_contact": [
        mjcf(FLOOR + "\n" + ball(1, 'solref=".2 1"') + "§"),
        mjcf("\n" + ball(1, 'solref=".05 1"') + "§"),
    ],
    "contact_default": [mjcf(FLOOR + ball(1))],
    "solver_params": [
        mjcf("\n" + ball(1, 'solref=".02 -1"') + "§"),
        mjcf("\n" + ball(1, 'solref=".02 9"') + "§"),
        mjcf("\n" + ball(1, 'solimp=".9 1.5 .001"') + "§"),
    ],
    "friction": [
        mjcf("\n" + ball(1, 'friction="-1"') + "§"),
        mjcf("\n" + ball(1, 'friction="50"') + "§"),
        mjcf("\n" + ball(1, 'friction="1 5" condim="4"') + "§"),
        mjcf("\n" + ball(1, 'friction="1 .1 5" condim="6"') + "§"),
    ],
    "mesh_hull": [mjcf(MESHED.replace("/></body>", "/>§</body>"), head=MESH.format("ell.obj", ""))],
    "sensor_dead": [
        mjcf(
            '<body><joint/><geom size=".1" contype="0" conaffinity="0"/><site name="s"/></body>',
            tail=TOUCH.replace("/>", "/>§"),
        ),
    ],
    "redundant_joints": [
        mjcf(
            '\n<body name="b" pos="0 0 1">§<joint axis="1 0 0" armature="1"/>'
            '<joint axis="1 0 0" armature="1"/><geom size=".1"/></body>'
        )
    ],
    "no_actuators": [mjcf(arm())],
    "nothing_moves": [mjcf(FLOOR + '<body pos="0 0 1"><geom size=".1"/></body>')],
    "no_ground": [mjcf(ball(1))],
    "gravity": [
        mjcf(FLOOR, head='<option gravity="0 0 9.81"/>§'),
        mjcf(FLOOR, head='<option gravity="0 0 -981"/>§'),
        mjcf(FLOOR, head='<option gravity="0 -9.81 0"/>§'),
    ],
    "length_unit": [
        mjcf(
            "\n" + MESHED.replace("<freejoint/>", "<freejoint/>§"),
            head=MESH.format("cube.obj", 'scale="500 500 500"'),
        ),
        mjcf('\n<body name="b" pos="0 0 1">§<freejoint/><geom size=".0001" mass=".1"/></body>'),
    ],
    "unnamed": [
        mjcf('<body name="b" pos="0 0 1">\n<joint/>§<geom size=".1"/></body>'),
        driven('<motor joint="elbow"/>§'),
    ],
    "start_in_air": [mjcf(FLOOR + "\n" + ball(3))],
    "zero_pose": [
        links('<geom name="c" size=".1" pos="-.4 0 .15"/>').replace(
            "</mujoco>", '<keyframe><key qpos="0 0 1.5"/></keyframe></mujoco>'
        )
    ],
    "equality": [joined(0.1).replace("/>\n</equality>", "/>§\n</equality>")],
    "start_range": [mjcf("\n" + HINGED.replace("<joint", "§<joint").format("30 70"))],
    "jitter": [],
    "energy_growth": [],
    "crush": [],
    "penetration_of_links": [
        links('<geom name="c" size=".1" pos="-.4 0 .15"/><geom name="d" size=".1" pos="-.4 0 -.198"/>')
    ],
}


BROKEN |= {
    # damped by so much that every step overshoots
    "jitter": [driven('<velocity joint="elbow" kv="200" forcerange="-20 20"/>', joint="")],
    "energy_growth": [mjcf(arm('stiffness="1e5" springref="10"'), head='<option timestep=".01"/>')],
    "crush": [pressed(1e4)],
}
SOUND: dict[str, list[str]] = {
    "file_format": [
        mjcf("", head=MESH.format("cube.obj", "")),
        mjcf("", head='<asset><texture type="2d" name="t" file="grid.png"/></asset>'),
        mjcf("", head='<asset><texture type="2d" name="t" builtin="flat" width="4" height="4"/></asset>'),
    ],
    "plugin": [WHOLE],
    "unused_asset": [
        mjcf(
            FLOOR.replace("/>", ' material="m"/>') + MESHED,
            head='<asset><texture name="t" type="2d" file="grid.png"/><material name="m" texture="t"/>'
            '<texture type="skybox" builtin="flat" width="4" height="4"/>'
            '<mesh name="m" file="cube.obj"/></asset>',
        ),
        mjcf(FLOOR, head='<default><geom material="m"/></default><asset><material name="m"/></asset>'),
        mjcf(MESHED.replace('"m"', '"cube"'), head='<asset><mesh file="cube.obj"/></asset>'),
    ],
    "unused_class": [
        mjcf(
            '<geom class="foot" size="1"/>',
            head='<default><default class="leg"><default class="foot"/></default></default>',
        ),
        mjcf('<body childclass="leg"/>', head='<default><default class="leg"/></default>'),
    ],
    "duplicate_name": [mjcf('<geom name="g" size="1"/><site name="g"/>')],
    "deprecated": [mjcf(FLOOR, head='<size memory="1M"/><compiler angle="radian"/>')],
    "inertial_ignored": [mjcf(arm(inertial=INERTIAL.format('diaginertia=".1 .1 .1"')))],
    "inertia_triangle": [
        mjcf(arm(inertial=INERTIAL.format('diaginertia=".01 .02 .03"'))),
        mjcf(arm(inertial=INERTIAL.format('fullinertia=".02 .02 .02 .001 0 0"'))),
    ],
    "range_ignored": [
        mjcf(arm('range="-1 1"')),
        mjcf(arm('limited="false"')),
        mjcf(arm('range="0 0" limited="false"')),
        mjcf(FLOOR, tail='<custom><numeric name="n" data="3 1"/></custom>'),
    ],
    "angle_unit": [
        mjcf(HINGED.format("-360 360")),
        mjcf(HINGED.format("-6.28 6.28"), head='<compiler angle="radian"/>'),
        mjcf(HINGED.format("-5 5")),
    ],
    "joint_unlimited": [driven(MOTOR), mjcf(arm())],
    "ctrl_unlimited": [driven(MOTOR)],
    "force_unlimited": [
        driven(SERVO.format('forcerange="-5 5"')),
        driven(SERVO.format(""), joint='actuatorfrcrange="-5 5"'),
        driven(MOTOR),
    ],
    "ctrl_beyond_joint": [
        driven(SERVO.format('ctrlrange="-1.6 1.6"')),
        driven('<motor joint="elbow" ctrlrange="-50 50"/>'),
    ],
    "dead_actuator": [driven(MOTOR), driven('<velocity joint="elbow" kv="1"/>')],
    "keyframe": [keyed('<key qpos="1.6"/>'), keyed('<key qpos="0" ctrl="1"/>')],
    "free_joint": [mjcf(ball(1), head='<default><joint damping="2"/></default>')],
    "mass": [
        mjcf(ball(1, 'mass="9e3"')),
        mjcf(f'<body pos="0 0 1"><freejoint/><geom size=".1" mass="50"/>{LIGHT_ARM}</body>'),
        mjcf(arm('armature=".01"', geom='mass="1e-8"')),
    ],
    "inertia_scale": [mjcf(arm(inertial=INERTIAL.format('diaginertia="1e-3 1e-3 1e-3"'))), mjcf(ball(1))],
    "visual_mass": [
        mjcf(SEEN.format('mass="0"'), head=MESH.format("cube.obj", "")),
        mjcf(
            SEEN.format('group="2"'), head='<compiler inertiagrouprange="0 1"/>' + MESH.format("cube.obj", "")
        ),
        mjcf(
            SEEN.replace(
                "<geom size", '<inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/><geom size'
            ).format(""),
            head=MESH.format("cube.obj", ""),
        ),
    ],
    "no_contacts": [
        mjcf(FLOOR + ball(1)),
        mjcf(FLOOR + ball(1), head='<default><geom contype="2" conaffinity="2"/></default>'),
        mjcf(
            FLOOR + ball(1),
            head='<default><geom contype="0" conaffinity="0"/></default>',
            tail='<contact><pair geom1="floor" geom2="ball"/></contact>',
        ),
    ],
    "parent_contact": [mjcf(f'<body pos="0 0 1"><freejoint/><geom size=".1"/>{arm()}</body>')],
    "timestep": [
        mjcf(FLOOR.replace("/>", ' solref=".04 1"/>'), head='<option timestep="0.02"/>'),
        mjcf(FLOOR + ball(1), head='<option timestep="0.01"/>'),
        mjcf(ball(1, 'solref="-1000 -10"')),
    ],
    "servo_stiffness": [
        driven(SERVO.replace("5", "50").format("")),
        driven('<velocity joint="elbow" kv="50"/>', head='<option integrator="implicitfast"/>'),
    ],
    "soft_contact": [mjcf(FLOOR + ball(1)), mjcf(ball(1, 'solref="-1000 -10"'))],
    "contact_default": [mjcf(FLOOR + ball(1, 'solref=".01 1"'))],
    "solver_params": [
        mjcf(ball(1, 'solref="-1000 -10"')),
        mjcf(ball(1, 'solimp="0 .9 .001"')),
        mjcf(ball(1, 'solref=".02 1.5"')),
    ],
    "friction": [
        mjcf(ball(1, 'friction="2 .5 .5" condim="3"')),
        mjcf(ball(1, 'friction="1 .01 .001" condim="6"')),
    ],
    "mesh_hull": [
        mjcf(MESHED, head=MESH.format("cube.obj", "")),
        mjcf(
            MESHED.replace("/></body>", ' contype="0" conaffinity="0"/></body>'),
            head=MESH.format("ell.obj", ""),
        ),
    ],
    "sensor_dead": [mjcf('<body><joint/><geom size=".1"/><site name="s"/></body>', tail=TOUCH)],
    "redundant_joints": [
        jointed('<joint axis="1 0 0"/><joint axis="0 1 0"/><joint axis="0 0 1"/>'),
        jointed('<joint axis="1 0 0"/><joint axis="1 0 0" pos="0 .2 0"/>'),
        jointed('<joint type="slide" axis="1 0 0"/><joint axis="1 0 0"/>'),
    ],
    "no_actuators": [driven(MOTOR), mjcf(FLOOR + ball(1))],
    "nothing_moves": [mjcf(FLOOR), mjcf(ball(1))],
    "no_ground": [mjcf(FLOOR + ball(1)), mjcf(ball(1), head=NO_GRAVITY), mjcf(arm())],
    "gravity": [
        mjcf(FLOOR, head='<option gravity="0 0 -24.8"/>'),
        mjcf(FLOOR, head=NO_GRAVITY),
        mjcf(FLOOR, head='<option gravity="1 0 -9.7"/>'),
    ],
    "length_unit": [mjcf(FLOOR + ball(1)), mjcf(MESHED, head=MESH.format("cube.obj", 'scale="50 50 50"'))],
    "unnamed": [WHOLE, mjcf(ball(1))],
    "start_in_air": [mjcf(FLOOR + ball(0.25)), mjcf(FLOOR + ball(3), head=NO_GRAVITY), mjcf(ball(3))],
    "zero_pose": [
        BROKEN["zero_pose"][0]
        .replace("<keyframe><key", "<keyframe/><custom><numeric name='n'")
        .replace("qpos=", "data=")
        .replace("</keyframe>", "</custom>"),
        WHOLE,
    ],
    "equality": [joined(0.004)],
    "start_range": [mjcf(HINGED.format("-1 70")), mjcf(HINGED.format("2 70"))],
    "jitter": [WHOLE, mjcf(FLOOR + ball(0.1))],
    "energy_growth": [mjcf(arm()), mjcf(arm('stiffness="100" springref="10"')), mjcf(FLOOR + ball(1))],
    "crush": [pressed(10)],
}
