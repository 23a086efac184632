"""Sound examples of every lint, just within its bound."""

from __future__ import annotations

from support.lint_mjcf import (
    FLOOR,
    HINGED,
    INERTIAL,
    LIGHT_ARM,
    MESH,
    MESHED,
    MOTOR,
    NO_GRAVITY,
    SEEN,
    SERVO,
    TOUCH,
    WHOLE,
    arm,
    ball,
    driven,
    joined,
    jointed,
    keyed,
    mjcf,
    pressed,
)
from support.lints_broken import BROKEN

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
    "keyframe": [keyed('<key qpos="1.6"/>'), keyed('<key qpos="0" ctrl="1"/>'), keyed("<key time='1'/>")],
    "free_joint": [
        mjcf(ball(1), head='<default><joint damping="2"/></default>'),
        mjcf(ball(1, joint='<joint type="free" damping="2"/>')),
    ],
    "mass": [
        mjcf(ball(1, 'mass="9e3"')),
        mjcf(f'<body pos="0 0 1"><freejoint/><geom size=".1" mass="50"/>{LIGHT_ARM}</body>'),
        mjcf(arm('armature=".01"', geom='mass="1e-8"')),
    ],
    "inertia_scale": [
        mjcf(arm(inertial=INERTIAL.format('diaginertia="1e-3 1e-3 1e-3"'))),
        mjcf(ball(1)),
        mjcf(
            '<body name="b" pos="0 0 1"><joint axis="1 0 0"/>'
            + INERTIAL.format('diaginertia="9 9 9"')
            + "</body>"
        ),
    ],
    "mass_offset": [
        mjcf(arm(inertial=INERTIAL.format('diaginertia=".01 .01 .01"').replace('".15', '".6'))),
        mjcf(arm(inertial=INERTIAL.format('diaginertia=".01 .01 .01"'))),
    ],
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
        mjcf(FLOOR + FLOOR.replace("floor", "other")),
        mjcf(FLOOR + ball(1)),
        mjcf(FLOOR + ball(1), head='<default><geom contype="2" conaffinity="2"/></default>'),
        mjcf(
            FLOOR + ball(1),
            head='<default><geom contype="0" conaffinity="0"/></default>',
            tail='<contact><pair geom1="floor" geom2="ball"/></contact>',
        ),
        # one link that meets the ground is enough, and what is welded to the world doesn't fall
        mjcf(
            FLOOR.replace("/>", ' contype="2" conaffinity="2"/>')
            + '<body pos="0 0 1"><freejoint/><geom size=".1"/>'
            '<body pos="0 0 .3"><joint/><geom size=".1" contype="2"/></body></body>'
            '<body name="held" pos="2 0 1"><freejoint/><geom size=".1" conaffinity="4" contype="4"/></body>',
            tail='<equality><weld body1="held"/></equality>',
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
    "negative_gain": [
        mjcf(ball(1)),
        mjcf(FLOOR),
        driven('<position joint="elbow" kp="5" kv=".1" gear="-1"/>'),
        driven('<damper joint="elbow" kv="1" ctrlrange="0 1"/>'),
        mjcf(arm('stiffness="-1" damping="1"')),  # as of a spring that holds a weight beyond its dead centre
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
        mjcf(ball(1, 'friction="1 .1 5" condim="4"')),
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
