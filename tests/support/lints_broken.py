"""Broken examples of every lint. `§` marks the lines of the elements that are wrong."""

from __future__ import annotations

from support.lint_mjcf import (
    FLOOR,
    HINGED,
    INERTIAL,
    LIGHT_ARM,
    MESH,
    MESHED,
    MOTOR,
    SEEN,
    SERVO,
    TOUCH,
    arm,
    ball,
    driven,
    joined,
    keyed,
    links,
    mjcf,
    pressed,
)

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
    "keyframe": [
        keyed('<key name="k" qpos="1.7"/>§'),
        keyed('<key name="k" qpos="0" ctrl="3"/>§'),
        keyed('<key qpos="0"/>\n<key qpos="1.7"/>§\n<key name="k" qpos="-1.7"/>§\n<key qpos="0" ctrl="3"/>§'),
        mjcf(ball(1), tail='<keyframe>\n<key name="k" qpos="0 0 1"/>§\n</keyframe>'),
    ],
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
        mjcf(arm(inertial=INERTIAL.format('diaginertia="50 50 50"'))),  # of a link of 0.3 m
        mjcf(arm('armature=".01"', inertial=INERTIAL.format('diaginertia="1e-9 1e-9 1e-9"'))),
    ],
    "mass_offset": [
        mjcf(
            arm(inertial=INERTIAL.format('diaginertia=".01 .01 .01"').replace('".15', '"150')).replace(
                "<body", "§<body"
            )
        )
    ],
    "visual_mass": [mjcf("\n" + SEEN.format("") + "§", head=MESH.format("cube.obj", ""))],
    "no_contacts": [
        mjcf(FLOOR + ball(1), head='<default><geom contype="0" conaffinity="0"/></default>'),
        mjcf(FLOOR + ball(1), head='<default><geom contype="1" conaffinity="2"/></default>'),
        mjcf(FLOOR + ball(1), head='<option><flag contact="disable"/></option>'),
        # what meets is one geom with itself, or two links of the robot
        mjcf(
            FLOOR.replace("/>", ' contype="2" conaffinity="2"/>') + ball(1, 'contype="4" conaffinity="4"'),
        ),
        mjcf(
            FLOOR.replace("/>", ' contype="2" conaffinity="2"/>')
            + '\n<body name="a" pos="0 0 1">§<freejoint/><geom size=".1"/>'
            '\n<body name="b" pos="0 0 .3"><joint/><geom name="b" size=".1"/>'
            '\n<body name="c" pos="0 0 .3"><joint/><geom name="c" size=".1"/></body></body></body>',
            # what joins its links doesn't hold it
            tail='<equality><connect body1="b" body2="c" anchor="0 0 .1"/></equality>'
            '<contact><pair geom1="b" geom2="c"/></contact>',
        ),
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
    "negative_gain": [
        mjcf(arm('damping="-1"').replace("<joint", "§<joint")),
        mjcf(arm('frictionloss="-.1"').replace("<joint", "§<joint")),
        mjcf(arm('armature="-1e-3"').replace("<joint", "§<joint")),
        driven(SERVO.replace("5", "-5").format("") + "§"),
        driven('<velocity joint="elbow" kv="-1"/>§'),
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
        mjcf("\n" + ball(1, 'friction="1 .2" condim="4"') + "§"),
        mjcf("\n" + ball(1, 'friction="1 .1 .2" condim="6"') + "§"),
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
