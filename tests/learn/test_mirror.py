"""Mirror images: a robot that acts mirrored sees mirrored.

It does so as it falls: the pyramids of friction have axes of their own, so that contacts have no exact image.
"""

from __future__ import annotations

import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.core.families import ROBOTS
from envgen.learn.mirror import find_mirror
from envgen.learn.settings import TrainSettings
from envgen.packs.make import make
from envgen.rollout.rollout import Rollout

pytestmark = pytest.mark.slow

PLANAR = {"half_cheetah", "hopper", "walker2d"}
OTHERS = {"point", "quadrotor"}
"""Their actuators push at a place, not at a joint."""
SENSORS = {"foot_touch": 1, "height_scan": 3}


@pytest.fixture
def rollout_of(tmp_path):
    def build(robot, slots=1, **params):
        cfg = {
            "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "flat"}]},
            "robots": [{"model": robot, "params": params}],
            "task": {"kind": "walk"},
        }
        pack = make(cfg, 1, out=tmp_path / robot.replace(":", "_"), jobs=1)
        return Rollout(list(pack), slots=[0] * slots)

    return build


@pytest.mark.parametrize("robot", [*sorted({*ROBOTS.names()} - PLANAR - OTHERS), "gymnasium:ant"])
def test_who_acts_mirrored_sees_mirrored(rollout_of, robot):
    rollout = rollout_of(robot, 2, **SENSORS)
    mirror = find_mirror(rollout)
    for image in (mirror.observation, mirror.action):
        some = np.random.default_rng(1).normal(size=(5, len(image.index)))
        assert np.array_equal(image(image(some)), some), "the image of an image is the original"
    agent = rollout.agents[0]
    assert (mirror.action.index != np.arange(rollout.action_size(agent))).any() or robot == "snake"
    rollout.reset()
    at = rollout.context.layouts[agent][0]
    way = rollout.context.goal[0][0][:2] - at.start[:2]
    angle = float(np.arctan2(way[1], way[0]))
    free = int(rollout.worlds[0].model.jnt_qposadr[at.root_joints[0]])
    rollout.state.qpos[:, free + 2] += 3.0
    rollout.state.qpos[:, free + 3 : free + 7] = [np.cos(angle / 2), 0, 0, np.sin(angle / 2)]
    rollout.refresh()
    rng = np.random.default_rng(0)
    moved = 0.0
    for step in range(10):
        action = rng.uniform(-1, 1, rollout.action_size(agent))
        seen = rollout.step({agent: np.stack([action, mirror.action(action)])})[agent].observation
        assert np.abs(seen[1] - mirror.observation(seen[0])).max() <= 1e-4 * (1 + np.abs(seen).max()), step
        moved = max(moved, float(np.abs(seen[0] - seen[1]).max()))
    assert moved > 0.1, "the two sides differ"


@pytest.mark.parametrize("robot", sorted(PLANAR | OTHERS))
def test_who_has_no_other_side_is_told(rollout_of, robot):
    with pytest.raises(InputError, match=robot) as caught:
        find_mirror(rollout_of(robot))
    assert "mirror" in caught.value.remedy


TWO_LEGS = """
<mujoco><worldbody><body pos="0 0 0.3"><freejoint/><geom size="0.1 0.1 0.05" type="box"/><site name="s"/>
<body pos="0 0.15 0"><joint name="l" axis="0 1 0"/>
<geom size="0.05" type="capsule" fromto="0 0 0 0 0 -0.2"/></body>
<body pos="0 -0.15 0"><joint name="r" axis="0 1 0"/>
<geom size="0.05" type="capsule" fromto="0 0 0 0 0 -0.2"/></body>
</body></worldbody>
<actuator><motor joint="l" ctrlrange="-1 1"/><motor joint="r" ctrlrange="-1 1"/></actuator></mujoco>
"""
HINGE = '<joint name="r" axis="0 1 0"/>'
RIGHT = '<motor joint="r" ctrlrange="-1 1"/>'
LAME = {
    "a leg elsewhere": ("0 -0.15 0", "0 -0.1 0", "no joint opposite to"),
    "a heavy leg": (
        '<joint name="r" axis="0 1 0"/>',
        '<joint name="r" axis="0 1 0"/><geom size="0.1"/>',
        "move alike",
    ),
    "a stiff leg": ('name="r" axis', 'name="r" stiffness="5" axis', "move alike"),
    "a weak motor": (RIGHT, '<motor joint="r" gear="0.5" ctrlrange="-1 1"/>', "move alike"),
    "a short range": (RIGHT, '<motor joint="r" ctrlrange="-1 0.5"/>', "no actuator opposite to"),
    "no motor": (RIGHT, "", "no actuator opposite to"),
    "a jet": (RIGHT, '<general site="s" gear="1 0 0 0 0 0" ctrlrange="-1 1"/>', "no actuator opposite to"),
    "two motors": (RIGHT, 2 * RIGHT + '<motor joint="l" ctrlrange="-1 1"/>', "several actuators on a joint"),
}


@pytest.mark.parametrize("how", [None, *LAME])
def test_a_lame_robot_is_not_symmetric(tmp_path, how):
    old, new, says = LAME.get(how, ("", "", ""))
    (tmp_path / "legs.xml").write_text(TWO_LEGS.replace(old, new, 1) if how else TWO_LEGS)
    cfg = {
        "terrain": {"size": [8, 8], "sub_terrains": [{"kind": "flat"}]},
        "robots": [{"model": str(tmp_path / "legs.xml")}],
        "task": {"kind": "walk"},
    }
    rollout = Rollout(list(make(cfg, 1, out=tmp_path / "p", jobs=1)))
    if how is None:
        assert find_mirror(rollout).action.index.tolist() == [1, 0]
        return
    with pytest.raises(InputError, match=says) as caught:
        find_mirror(rollout)
    assert "legs_0" in caught.value.cause


def test_a_training_learns_from_both_sides(tmp_path):
    pytest.importorskip("rsl_rl")
    from envgen.learn.trainer import Trainer

    pack = make("ants on flat ground", 2, out=tmp_path / "p", jobs=1)
    settings = TrainSettings(num_envs=8, horizon=8, hidden=(16,), threads=1, mirror=True)
    trainer = Trainer(pack, settings, "cpu")
    mirror = find_mirror(trainer.env.env.rollout)
    assert trainer.algorithm.symmetry is not None
    for _ in range(2):
        trainer.iterate()
    seen = trainer.env.get_observations()
    both, _ = trainer.algorithm.symmetry.data_augmentation_func(env=None, obs=seen, actions=None)
    assert len(both) == 16
    plain = both["policy"].numpy()
    assert np.allclose(plain[8:], mirror.observation(plain[:8]), atol=1e-6)
