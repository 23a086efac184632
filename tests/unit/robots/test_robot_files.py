"""Robot files that can't be used are refused at once, with the reason and a remedy; nothing is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.worlds import BODY, MOTOR, build_world, make_cfg
from support.worlds import robot_mjcf as robot

from envgen.core.errors import InputError
from envgen.core.families import ROBOTS
from envgen.worlds.robots.robot_model import robot_model

NESTED = "<body>" * 120 + '<joint name="knee" axis="0 1 0"/><geom size=".1"/>' + "</body>" * 120
DEEP = "<body><geom size='.1'/>" * 500 + "</body>" * 500
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;&a;">]><mujoco model="&c;"/>'
BAD = {
    "not XML": ("hello", "not well-formed"),
    "a number that is none": (robot(f"<freejoint/>{BODY}".replace("axis", 'range="nan 1" axis')), "is NaN"),
    "an entity bomb": (BOMB, "document type or entities"),
    "another language": ("<html/>", "<html>, not <mujoco>"),
    "URDF": ('<robot name="r"/>', "URDF"),
    "an include outside the folder": (robot(head='<include file="../secret.xml"/>'), "outside its folder"),
    "a missing mesh": (robot(head='<asset><mesh file="none.obj"/></asset>'), r"none\.obj.* is missing"),
    "a mesh that browsers can't load": (
        robot(head='<asset><mesh name="m" file="part.dae"/></asset>'),
        r"part\.dae.*can't load in a browser",
    ),
    "no actuators": (robot(after=""), "has no actuators"),
    "no free root": (robot(BODY), "is fixed to the world"),
    "a root that slides on one axis": (
        robot(f'<joint type="slide" axis="1 0 0"/>{BODY}'),
        "slide joint only",
    ),
    "120 nested bodies": (robot(f"<freejoint/><geom size='.1'/>{NESTED}"), "121 bodies are nested"),
    "500 nested bodies": (robot(f"<freejoint/>{DEEP}"), "nested"),
    "nothing that touches": (
        robot(head='<default><geom contype="0" conaffinity="0"/></default>'),
        "can touch the ground",
    ),
    "a plugin": (robot(head="<extension><plugin plugin='mujoco.pid'/></extension>"), "needs a plugin"),
    "an actuator on nothing": (robot(after=MOTOR.replace('joint="knee"', 'joint="hip"')), "can't compile it"),
    "two robots": (
        "<mujoco><worldbody>"
        + "".join(
            f'<body name="{n}">{"<freejoint/>" + BODY.replace("knee", n + "k")}</body>' for n in "ab"
        ).replace('name="leg"', "")
        + '</worldbody><actuator><motor joint="ak"/><motor joint="bk"/></actuator></mujoco>',
        "holds 2 robots",
    ),
    "a sensor by our name, of another body": (
        robot(after=MOTOR + '<sensor><framepos name="root_pos" objtype="body" objname="leg"/></sensor>'),
        "sensor 'root_pos'",
    ),
    "a soft body": (
        robot(
            f'<freejoint/>{BODY}<flexcomp name="f" type="grid" count="3 3 1" spacing=".3 .3 .3" radius=".1"/>'
        ),
        "soft bodies",
    ),
    "another kind of sensor by our name": (
        robot(after=MOTOR + '<sensor><jointpos name="root_pos" joint="knee"/></sensor>'),
        "sensor 'root_pos'",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_an_unusable_robot_file_is_refused_with_its_reason(what, tmp_path):
    text, reason = BAD[what]
    (tmp_path / "part.dae").write_text("<COLLADA/>")
    path = tmp_path / "mine.xml"
    path.write_text(text)
    with pytest.raises(InputError, match=reason) as error:
        build_world(make_cfg("flat", str(path)))
    assert error.value.remedy
    assert "mine.xml" in error.value.cause


def test_a_usable_robot_file_is_taken(tmp_path):
    (tmp_path / "mine.xml").write_text(robot())
    assert build_world(make_cfg("flat", str(tmp_path / "mine.xml")))[1].agents == ["mine_0"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere/none.xml", "no robot file"),
        ("{folder}/folder.xml", "no robot file"),
        ("antt", "Did you mean 'ant'"),
    ],
)
def test_what_is_no_file_is_refused_by_the_command(name, reason, tmp_path):
    (tmp_path / "folder.xml").mkdir()
    (tmp_path / "cfg.toml").write_text(f'robots = [{{ model = "{name.format(folder=tmp_path)}" }}]\n')
    command = [sys.executable, "-m", "envgen", "make", "cfg.toml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "packs").exists()


def test_what_stood_around_it_is_left_out_and_told(tmp_path):
    table = '<body name="table"><geom size="1"/></body>'
    scene = f'<geom name="floor" type="plane" size="1 1 1"/><light pos="0 0 3"/>{table}'
    text = robot().replace("<worldbody>", f"<worldbody>{scene}")
    (tmp_path / "mine.xml").write_text(text)
    variant, world = build_world(make_cfg("flat", str(tmp_path / "mine.xml")))
    assert any("mine: bodies beside the robot are left out (table)" in note for note in variant.notes)
    assert "table" not in variant.rendered.text
    assert sum("floor" in name for name in world.geom_names) == 0


def test_feet_that_met_the_floor_by_pairs_meet_every_ground(tmp_path):
    text = robot(
        '<freejoint/><geom name="foot" size=".1" contype="0" conaffinity="0"/><body name="leg">'
        '<joint name="knee" axis="0 1 0"/><geom size=".05" contype="0" conaffinity="0"/></body>',
        MOTOR + '<contact><pair geom1="floor" geom2="foot"/></contact>',
    ).replace("<worldbody>", '<worldbody><geom name="floor" type="plane" size="1 1 1"/>')
    (tmp_path / "mine.xml").write_text(text)
    import mujoco

    world = build_world(make_cfg("flat", str(tmp_path / "mine.xml")))[1]
    data = mujoco.MjData(world.model)
    mujoco.mj_step(world.model, data, nstep=500)
    assert data.ncon > 0
    assert data.qpos[2] > 0.05


def test_contact_types_of_its_own_are_accepted_by_the_ground(tmp_path):
    text = robot(head='<default><geom contype="4" conaffinity="4"/></default>')
    (tmp_path / "mine.xml").write_text(text)
    assert robot_model(str(tmp_path / "mine.xml"), {}).contact_bits == 5
    import mujoco

    world = build_world(make_cfg("rough", robots=[{"model": str(tmp_path / "mine.xml")}, {"model": "ant"}]))[
        1
    ]
    data = mujoco.MjData(world.model)
    mujoco.mj_resetDataKeyframe(world.model, data, 0)
    mujoco.mj_step(world.model, data, nstep=300)  # at rest
    assert {int(b) for b in world.model.geom_bodyid[np.unique(data.contact.geom)]} >= {
        0,
        world.roots["mine_0"],
    }


SENSED = [*ROBOTS.names()]


@pytest.mark.parametrize("name", SENSED)
def test_sensors_that_may_be_asked_for(name):
    params = {"height_scan": 3, "scan_size": 0.2, "imu": 1, "foot_touch": 1}
    world = build_world(make_cfg("flat", robots=[{"model": name, "params": params}], size=14))[1]
    import mujoco

    data = mujoco.MjData(world.model)
    mujoco.mj_resetDataKeyframe(world.model, data, 0)
    mujoco.mj_step(world.model, data, nstep=50)
    mujoco.mj_forward(world.model, data)
    names = world.names("sensor")
    scan = [data.sensor(n).data[0] for n in names if "/scan_" in n]
    assert len(scan) == 9
    assert -1 < max(scan) <= data.sensor(f"{name}_0/root_pos").data[2] + 0.05
    assert f"{name}_0/imu_acceleration" in names
    feet = [n for n in names if "/touch_" in n]
    assert feet
    plain = build_world(make_cfg("flat", name, size=14))[1]
    assert not [n for n in plain.names("sensor") if "/touch_" in n or "/scan_" in n or "/imu_" in n]


def test_touch_feels_the_weight_and_the_scan_the_ground(tmp_path):
    import mujoco

    params = {"height_scan": 5, "foot_touch": 1, "imu": 1}
    world = build_world(make_cfg("flat", robots=[{"model": "quadruped", "params": params}]))[1]
    data = mujoco.MjData(world.model)
    mujoco.mj_resetDataKeyframe(world.model, data, 0)
    mujoco.mj_step(world.model, data, nstep=600)
    feet = [data.sensor(n).data[0] for n in world.names("sensor") if "/touch_" in n]
    weight = 9.81 * world.model.body_subtreemass[world.roots["quadruped_0"]]
    assert sum(feet) == pytest.approx(weight, rel=0.05)
    assert np.linalg.norm(data.sensor("quadruped_0/imu_acceleration").data) == pytest.approx(9.81, abs=0.3)
    height = data.sensor("quadruped_0/root_pos").data[2]
    assert data.sensor("quadruped_0/scan_0_0").data[0] == pytest.approx(height, abs=0.05)


def test_paths_beside_the_working_folder_stay_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.xml").write_text(robot())
    Path("cfg.toml").write_text('robots = [{ model = "mine.xml" }]\n')
    from envgen.core import cfgio

    assert cfgio.load(Path("cfg.toml")).robots[0].model == "mine.xml"


def start_of(tmp_path: Path, text: str, **more):
    import mujoco

    (tmp_path / "mine.xml").write_text(text)
    variant, world = build_world(make_cfg("flat", str(tmp_path / "mine.xml"), **more))
    data = mujoco.MjData(world.model)
    mujoco.mj_resetDataKeyframe(world.model, data, 0)
    mujoco.mj_step(world.model, data, nstep=200)
    return variant, world, data


def test_the_ground_s_friction_holds_whatever_a_robot_asks_for(tmp_path):
    text = robot(head='<default><geom priority="3" friction="2 .1 .1" condim="6"/></default>')
    _, world, data = start_of(tmp_path, text, physics={"friction": 0.1})
    assert data.ncon
    meets = [c for c in data.contact if world.model.geom_bodyid[c.geom].min() == 0]
    assert meets
    assert all(contact.friction[0] == pytest.approx(0.1) for contact in meets)
    assert all(contact.dim == 6 for contact in meets)


def test_activations_of_its_keyframe_are_kept(tmp_path):
    import mujoco

    after = (
        '<actuator><general name="a" joint="knee" dyntype="integrator" ctrlrange="-1 1"/></actuator>'
        '<keyframe><key name="home" qpos="0 0 1 1 0 0 0 0" act=".5"/><key name="bent" qpos="0 0 1 1 0 0 0 .3"'
        ' act=".25"/></keyframe>'
    )
    (tmp_path / "mine.xml").write_text(robot(after=after))
    world = build_world(make_cfg("flat", robots=[{"model": "ant"}, {"model": str(tmp_path / "mine.xml")}]))[1]
    data = mujoco.MjData(world.model)
    mujoco.mj_resetDataKeyframe(world.model, data, 0)
    assert data.act.tolist() == [0.5]
    assert world.model.key("mine_0/bent").act.tolist() == [0.25]
    assert world.model.key("mine_0/bent").qpos[-1] == pytest.approx(0.3)


def test_sensors_that_mujoco_misspells_are_kept(tmp_path):
    sensors = '<sensor><e_kinetic name="k"/><e_potential name="p"/><user name="u" dim="2"/></sensor>'
    _, world, _ = start_of(tmp_path, robot(after=MOTOR + sensors))
    assert {"mine_0/k", "mine_0/p", "mine_0/u"} <= set(world.names("sensor"))


def test_a_name_that_looks_like_ours_is_only_a_name(tmp_path):
    _, world, _ = start_of(tmp_path, robot().replace('name="base"', 'name="@pose@"'))
    assert "mine_0/@pose@" in world.body_names


def test_constraints_to_what_is_left_out_are_told(tmp_path):
    text = robot(after=MOTOR + '<equality><weld body1="base" body2="hand"/></equality>')
    text = text.replace("<worldbody>", '<worldbody><body name="hand" mocap="true"/>')
    variant, world, _ = start_of(tmp_path, text)
    assert world.model.neq == 0
    assert any("1 equality constraint" in note for note in variant.notes)


def test_touch_sensors_of_its_own_stay(tmp_path):
    body = BODY.replace("<geom size=", '<site name="s" size=".1"/><geom size=', 1)
    text = robot(f"<freejoint/>{body}", MOTOR + '<sensor><touch name="touch_sole" site="s"/></sensor>')
    assert "mine_0/touch_sole" in start_of(tmp_path, text)[1].names("sensor")
