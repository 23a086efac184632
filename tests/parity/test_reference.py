"""The reference that the browser is compared with: what is written is enough to get the same again."""

from __future__ import annotations

import json

import mujoco
import numpy as np
import pytest
from reference import CASES, write

from envgen.core.families import ROBOTS
from envgen.packs.wire.frames import unpack
from envgen.rollout.stepping import advance

STEPS = 12


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")

    def written(name):
        path = folder / name / "reference.json"
        if not path.is_file():
            write(folder, name, STEPS)
        return path.parent, json.loads(path.read_text())

    return written


def model_of(folder, world, tmp_path):
    frame = unpack((folder / world["frame"]).read_bytes())
    (tmp_path / "world.mjb").write_bytes(frame.blobs["model"])
    return frame.header, mujoco.MjModel.from_binary_path(str(tmp_path / "world.mjb"))


def test_every_robot_is_a_case():
    for name in ROBOTS.names():
        assert CASES[name].robots[0]["model"] == CASES[f"{name}-gait"].robots[0]["model"] == name


@pytest.mark.parametrize("name", ["ant", "quadruped-gait", "rk4", "sumo", "water"])
def test_the_frame_takes_each_state_to_the_next(reference, tmp_path, name):
    """The model that is sent and the states that are written are the whole physics."""
    folder, data = reference(name)
    for world in data["worlds"]:
        _, model = model_of(folder, world, tmp_path)
        assert len(world["steps"]) == STEPS
        for step in world["steps"]:
            now, then = mujoco.MjData(model), step["before"]
            now.time, now.qpos, now.qvel = then["time"], then["qpos"], then["qvel"]
            now.act, now.qacc_warmstart = then["act"], then["warmstart"]
            mujoco.mj_step1(model, now)
            now.ctrl = step["ctrl"]
            advance(model, now, data["frame_skip"])
            np.testing.assert_allclose(now.qpos, step["after"]["qpos"], atol=1e-12)
            np.testing.assert_allclose(now.qvel, step["after"]["qvel"], atol=1e-10)


@pytest.mark.parametrize("name", ["sumo", "shaken", "network", "sensing"])
def test_sizes_agree_with_the_header(reference, tmp_path, name):
    folder, data = reference(name)
    for world in data["worlds"]:
        header, _ = model_of(folder, world, tmp_path)
        for agent in header.agents:
            size = sum(term.size for term in agent.observation)
            assert len(world["start"][agent.id]["observation"]) == size
            for step in world["steps"]:
                assert len(step["results"][agent.id]["observation"]) == size
                action = np.array(step["actions"][agent.id])
                low, high = np.array(agent.low), np.array(agent.high)
                np.testing.assert_allclose(
                    np.array(step["ctrl"])[agent.actuators], low + 0.5 * (action + 1) * (high - low)
                )


def test_a_reference_has_what_it_is_for(reference):
    _, shaken = reference("shaken")
    assert shaken["episode"] == 3
    assert len({world["physics"]["mass_scale"] for world in shaken["worlds"]}) == 2
    folder, network = reference("network")
    assert set(network["policies"].values()) == {"ant.onnx"}
    assert (folder / "ant.onnx").is_file()
    assert len(network["onnx"]["ant_1"]["actions"]) == 2 * STEPS
    _, sumo = reference("sumo")
    assert sumo["policies"] == {"ant_0": "gait", "ant_1": "random"}


def test_it_is_the_same_each_time(tmp_path):
    one, other = write(tmp_path / "a", "sumo", 3), write(tmp_path / "b", "sumo", 3)
    assert one.read_bytes() == other.read_bytes()
    assert (one.parent / "00000.frame").read_bytes() == (other.parent / "00000.frame").read_bytes()
