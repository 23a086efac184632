"""The rollout: batches, actions, endings and what it refuses."""

from __future__ import annotations

import re
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.rollout.own_stepper import OwnStepper
from envgen.rollout.padded import NotPaddable
from envgen.rollout.padded_stepper import PaddedStepper
from envgen.rollout.rollout import Rollout, play

CFG = {
    "name": "rollout",
    "terrain": {"size": [10, 10], "sub_terrains": [{"kind": "rough"}]},
    "robots": [{"model": "ant", "count": 2}],
    "task": {"kind": "sumo"},
    "difficulty": 0.3,
    "control": {"episode": 3.0},
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return make(CFG, 3, out=tmp_path_factory.mktemp("rollout") / "pack", jobs=1)


def actions(rollout, rng):
    count = len(rollout.worlds)
    return {agent: rng.uniform(-1, 1, (count, rollout.action_size(agent))) for agent in rollout.agents}


def record(rollout, steps=20, episode=0):
    """Observations and rewards under random actions that depend on the world's place alone."""
    rollout.reset(episode)
    seen = []
    rng = np.random.default_rng(0)
    for _ in range(steps):
        action = {agent: np.sin(rng.uniform(0, 9, 8)) for agent in rollout.agents}
        result = rollout.step(action)
        seen.append(np.concatenate([np.c_[r.observation, r.reward] for r in result.values()], axis=1))
    return np.array(seen)


def test_a_pack_is_enough(pack, monkeypatch):
    """Evaluating a task asks no registry: another version may know other tasks."""
    from envgen.core.families import TASKS

    monkeypatch.setattr(TASKS, "get", lambda name: pytest.fail(f"asked for {name}"))
    rollout = Rollout(Pack.open(pack.path)[0])
    result = rollout.reset()
    assert result["ant_0"].observation.shape == (1, sum(n for _, n in rollout.observation_layout("ant_0")))


def test_a_batch_gives_what_each_world_gives_alone(pack):
    together = record(Rollout(list(pack)))
    for i, variant in enumerate(pack):
        np.testing.assert_array_equal(together[:, [i]], record(Rollout(variant)))
    assert not np.allclose(together[:, 0], together[:, 1])  # the worlds differ


def test_arenas_of_different_sizes_run_side_by_side(tmp_path):
    terrain = {"size": [[8, 14], 10], "sub_terrains": [{"kind": "hills"}]}
    cfg = {**CFG, "terrain": terrain, "robots": [{"model": "ant"}], "task": {"kind": "stand"}}
    variants = list(make(cfg, 3, out=tmp_path / "p", jobs=1))
    rollout = Rollout(variants)
    assert len({world.size for world in rollout.worlds}) == 3
    heights = [Rollout(variant).reset()["ant_0"].observation[0, 0] for variant in variants]
    np.testing.assert_array_equal(rollout.reset()["ant_0"].observation[:, 0], heights)


def test_the_height_is_over_the_ground_map(pack):
    rollout = Rollout(list(pack))
    observed = rollout.reset()["ant_0"].observation[:, 0]
    for world, slot, height in zip(rollout.worlds, rollout.data, observed):
        _, data = slot.mujoco()
        x, y, z = data.xpos[world.roots["ant_0"]]
        assert height == pytest.approx(z - float(world.ground.at(np.array([x]), np.array([y]))[0]))


def test_threads_change_nothing(pack):
    np.testing.assert_array_equal(record(Rollout(list(pack))), record(Rollout(list(pack), threads=2)))


def test_an_episode_can_be_played_again(pack):
    rollout = Rollout(list(pack))
    first = record(rollout)
    np.testing.assert_array_equal(first, record(rollout))


def test_sensors_agree_with_the_state_after_a_step(pack):
    """Stepping alone leaves them a physics step behind."""
    rollout = Rollout(pack[0])
    rollout.reset()
    rng = np.random.default_rng(1)
    for _ in range(5):
        rollout.step(actions(rollout, rng))
        model, data = rollout.worlds[0].model, rollout.data[0]
        exact = mujoco.MjData(model)
        exact.qpos[:], exact.qvel[:] = data.qpos, data.qvel
        mujoco.mj_forward(model, exact)
        for name in ("root_pos", "root_quat", "root_vel", "root_linvel", "root_angvel", "root_up"):
            at = rollout.context.layouts["ant_0"][0].sensors[name]
            np.testing.assert_allclose(data.sensordata[at], exact.sensordata[at], atol=1e-12)


@pytest.mark.parametrize("integrator", ["Euler", "RK4", "implicitfast"])
@pytest.mark.parametrize("skip", [1, 3])
def test_a_control_step_is_so_many_physics_steps(tmp_path, integrator, skip):
    cfg = {**CFG, "physics": {"integrator": integrator}, "control": {"frame_skip": skip}}
    rollout = Rollout(make(cfg, 1, out=tmp_path / "p", jobs=1)[0])
    rollout.reset()
    model, plain = rollout.worlds[0].model, mujoco.MjData(rollout.worlds[0].model)
    mujoco.mj_resetDataKeyframe(model, plain, 0)
    rng = np.random.default_rng(2)
    for _ in range(4):
        rollout.step(actions(rollout, rng))
        plain.ctrl[:] = rollout.data[0].ctrl
        mujoco.mj_step(model, plain, nstep=skip)
    np.testing.assert_array_equal(rollout.data[0].qpos, plain.qpos)
    assert rollout.data[0].time == pytest.approx(4 * skip * model.opt.timestep)


def test_actions_are_mapped_onto_the_range_of_the_control(tmp_path):
    cfg = {**CFG, "robots": [{"model": "quadruped"}], "task": {"kind": "stand"}}
    rollout = Rollout(make(cfg, 1, out=tmp_path / "p", jobs=1)[0])
    rollout.reset()
    low, high = rollout.worlds[0].model.actuator_ctrlrange.T
    for action, control in [(-1, low), (1, high), (0, (low + high) / 2), (0.5, low + 0.75 * (high - low))]:
        rollout.step({"quadruped_0": np.full(12, float(action))})
        np.testing.assert_allclose(rollout.data[0].ctrl, control)
    rollout.step({"quadruped_0": np.full(12, 7.0)})
    np.testing.assert_allclose(rollout.data[0].ctrl, high)  # what is beyond is cut
    rollout.step({})
    np.testing.assert_allclose(rollout.data[0].ctrl, rollout.worlds[0].model.key_ctrl[0])


def test_one_world_can_begin_again_while_the_others_go_on(pack):
    rollout = Rollout(list(pack))
    rollout.reset()
    for _ in range(5):
        rollout.step({})
    before = [data.qpos.copy() for data in rollout.data]
    rollout.reset(7, which=[1])
    assert [data.time == 0 for data in rollout.data] == [False, True, False]
    np.testing.assert_array_equal(rollout.data[0].qpos, before[0])


def test_a_world_that_is_done_rests_until_it_is_reset(pack):
    rollout = Rollout(list(pack)[:2])
    rollout.reset()
    rollout.data[0].time = 10.0  # far past its end
    result = rollout.step({})
    assert result["ant_0"].ending == ("time", None)
    assert rollout.done.tolist() == [True, False]
    state = rollout.data[0].qpos.copy(), rollout.data[0].time
    later = rollout.step({})
    np.testing.assert_array_equal(rollout.data[0].qpos, state[0])
    assert rollout.data[0].time == state[1]
    assert later["ant_0"].ending == (None, None)
    assert later["ant_0"].reward[0] == 0
    rollout.reset(1, which=[0])
    assert not rollout.done.any()


def test_rewards_by_name_add_up_to_the_reward(pack):
    rollout = Rollout(list(pack))
    rollout.reset()
    rng = np.random.default_rng(3)
    for _ in range(10):
        for result in rollout.step(actions(rollout, rng)).values():
            np.testing.assert_allclose(result.reward, sum(result.rewards.values()))


def test_weights_of_the_config_count(tmp_path):
    pure = {**CFG, "task": {"kind": "walk", "weights": {"alive": 3.0, "effort": [2.0, 4.0]}}}
    pack = make(pure, 2, out=tmp_path / "p", jobs=1)
    rollout = Rollout(list(pack))
    rollout.reset()
    result = rollout.step({"ant_0": np.ones(8)})["ant_0"]
    np.testing.assert_allclose(result.rewards["alive"], 3.0 * rollout.period)  # per second
    drawn = [variant.drawn["task.weight.effort"] for variant in pack]
    assert drawn[0] != drawn[1]
    np.testing.assert_allclose(result.rewards["effort"], -np.array(drawn) * rollout.period)


def test_a_sweep_of_the_control_is_each_variants_own(tmp_path):
    from envgen.core.overrides import Sweep

    cfg = {**CFG, "task": {"kind": "stand"}, "robots": [{"model": "ant"}]}
    pack = make(cfg, 2, out=tmp_path / "p", sweep=[Sweep("control.episode", (1.0, 2.0))], jobs=1)
    outcomes = play(Rollout(list(pack)), {})
    assert [outcome["ant_0"].steps for outcome in outcomes] == [20, 40]


class TestRefusals:
    @pytest.mark.parametrize(
        ("action", "words"),
        [
            ({"ant_9": np.zeros(8)}, "no agent 'ant_9'"),
            ({"ant_0": np.zeros(7)}, r"shape \(7,\)"),
            ({"ant_0": np.zeros((2, 8))}, r"shape \(2, 8\)"),
            ({"ant_0": np.full(8, np.nan)}, "not finite"),
        ],
    )
    def test_a_wrong_action_is_told(self, pack, action, words):
        rollout = Rollout(pack[0])
        rollout.reset()
        with pytest.raises(InputError, match=words) as caught:
            rollout.step(action)
        assert caught.value.remedy

    def test_stepping_before_a_reset_is_told(self, pack):
        with pytest.raises(InputError, match="no episode has begun"):
            Rollout(pack[0]).step({})

    def test_no_variants_are_told(self):
        with pytest.raises(InputError, match="no variant"):
            Rollout([])

    def test_episodes_that_do_not_fit_are_told(self, pack):
        for episode in ([0, 1], -1):
            with pytest.raises(InputError, match="episodes must be"):
                Rollout(pack[0]).reset(episode)

    def test_variants_with_other_agents_are_told(self, pack, tmp_path):
        other = make({**CFG, "robots": [{"model": "ant", "count": 3}]}, 1, out=tmp_path / "p", jobs=1)
        with pytest.raises(InputError, match="other agents"):
            Rollout([pack[0], other[0]])

    def test_robots_that_differ_in_joints_are_told(self, tmp_path):
        robots = [{"model": "ant", "params": {"legs": [3, 8]}}]
        cfg = {**CFG, "robots": robots, "task": {"kind": "walk"}}
        pack = make(cfg, 4, out=tmp_path / "p", jobs=1)
        with pytest.raises(InputError, match="differ in joints"):
            Rollout(list(pack))


def refuse_padding(monkeypatch):
    """Make every slot step its variant's own model."""

    def refuse(*_):
        raise NotPaddable("a test", "")

    monkeypatch.setattr("envgen.rollout.engine.pad", refuse)


@pytest.mark.parametrize("way", ["padded", "own"])
def test_a_world_whose_arena_overflows_ends_as_unstable_and_begins_anew(pack, way, monkeypatch):
    """MuJoCo raises where more contacts come together than its memory holds."""
    if way == "own":
        refuse_padding(monkeypatch)

    def tightened(variant, size):
        text = re.sub(r'memory="\d+K"', f'memory="{size}K"', variant.xml)
        variant = replace(variant)
        variant.__dict__["files"] = {**variant.files, "env.xml": text.encode()}
        return variant

    def tight(size):
        return Rollout([tightened(variant, size) for variant in list(pack)[:2]])

    def overflows(rollout):
        """Ants that stand have room; half a leg deep in the ground they touch it with all that they have."""
        rollout.reset()
        if any(rollout.step({})["ant_0"].ending[0] for _ in range(3)):
            return False
        rollout.data[0].qpos[[2, 17]] -= 0.3
        return rollout.step({})["ant_0"].ending[0] == "unstable"

    stepper = PaddedStepper if way == "padded" else OwnStepper
    for size in range(12, 80):
        try:
            rollout = tight(size)
        except mujoco.FatalError:  # not even the start fits
            continue
        if isinstance(rollout.engine.groups[0].stepper, stepper) and overflows(rollout):
            break
    assert rollout.over.tolist() == [[True, True], [False, False]]  # the other world goes on
    rollout.reset(1, [0])
    result = rollout.step({})["ant_0"]
    assert result.ending == (None, None)
    assert np.isfinite(result.observation).all()
    assert overflows(rollout)
