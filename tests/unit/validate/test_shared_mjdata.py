"""One MjData for many models of the same sizes: nothing of one world shows in the next."""

from __future__ import annotations

from dataclasses import asdict

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg

from envgen.validate.simulation import simulate
from envgen.worlds.compiler import borrow_data


def seen(model, data):
    """All that a second of simulation shows, and the state that it ends in."""
    what = asdict(simulate(model, data, np.random.default_rng(3)))
    return [*what.values(), data.qpos.copy(), data.qvel.copy(), data.qacc_warmstart.copy()]


@pytest.mark.parametrize("robot", ["ant", "humanoid", "rover"])
def test_a_state_that_was_used_shows_the_same_as_a_new_one(robot):
    models = [build_world(make_cfg("rough", robot), index=index)[1].model for index in range(3)]
    states = []
    for model in models:
        with borrow_data(model) as data:
            states.append(id(data))
            shared = seen(model, data)
        for a, b in zip(shared, seen(model, mujoco.MjData(model))):
            np.testing.assert_array_equal(a, b)
    assert len(set(states)) == 1


def test_models_of_other_sizes_get_their_own():
    one = build_world(make_cfg("flat", "ant"))[1].model
    two = build_world(make_cfg("flat", "hopper"))[1].model
    with borrow_data(one) as data:
        assert data.qpos.shape == (one.nq,)
    with borrow_data(two) as data:
        assert data.qpos.shape == (two.nq,)


def test_what_ended_in_the_middle_of_a_step_is_not_used_again():
    text = '<mujoco><size memory="12K"/><worldbody><geom type="plane" size="1 1 1"/>{}</worldbody></mujoco>'
    body = '<body pos="{} 0 .12"><freejoint/><geom type="box" size=".1 .1 .1"/></body>'
    model = mujoco.MjModel.from_xml_string(text.format("".join(body.format(i) for i in range(9))))
    with borrow_data(model) as data:
        first = data
        with pytest.raises(mujoco.FatalError):
            mujoco.mj_step(model, data, nstep=100)
    with borrow_data(model) as data:
        assert data is not first
