"""Films show what a rollout does, between its control steps too."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.packs.variant import PackVariant
from envgen.rollout.film_motion import PolicyMotion
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout


@pytest.fixture(scope="module")
def variant(tmp_path_factory: pytest.TempPathFactory) -> PackVariant:
    cfg = {"robots": [{"model": "quadruped"}], "terrain": {"sub_terrains": [{"kind": "flat"}]}}
    out = Path(tmp_path_factory.mktemp("film")) / "pack"
    return make({"name": "film", "task": {"kind": "walk"}, **cfg}, 1, out=out, jobs=1)[0]


def moved(variant: PackVariant, policy: str, times: np.ndarray) -> np.ndarray:
    model = variant.model()
    data, motion = mujoco.MjData(model), PolicyMotion(variant, {"*": policy})
    found = []
    for time in times:
        motion(model, data, float(time))
        assert data.time == time
        found.append(np.array(data.qpos))
    return np.array(found)


def test_motion_is_that_of_the_rollout_and_smooth_between_its_steps(variant: PackVariant) -> None:
    rollout = Rollout(variant)
    actor = bind(rollout, {"*": "gait"})
    period = rollout.frame_skip[0] * variant.model().opt.timestep
    result = rollout.reset()
    expected = [np.array(rollout.data[0].qpos)]
    for _ in range(20):
        result = rollout.step(actor(result))
        expected.append(np.array(rollout.data[0].qpos))
    at_steps = moved(variant, "gait", period * np.arange(21))
    assert np.allclose(at_steps, expected, atol=1e-9)
    between = moved(variant, "gait", period * (np.arange(20) + 0.5))
    middle = (at_steps[1:, :3] + at_steps[:-1, :3]) / 2
    assert np.allclose(between[:, :3], middle, atol=1e-9)


def test_motions_without_a_policy(variant: PackVariant) -> None:
    times = 0.05 * np.arange(1, 21)
    seen = {name: moved(variant, name, times)[:, 7:] for name in ("home", "smooth", "random", "zero")}
    change = {name: np.abs(np.diff(values, axis=0)).mean() for name, values in seen.items()}
    assert change["home"] < change["smooth"] < change["random"]
    assert (moved(variant, "smooth", times)[:, 7:] == seen["smooth"]).all()


def test_films_go_on_after_the_end_of_an_episode(variant: PackVariant) -> None:
    times = 0.1 * np.arange(60)  # random actions make it fall
    assert np.isfinite(moved(variant, "random", times)).all()


def test_a_motion_that_is_no_policy_is_for_all_agents(variant: PackVariant) -> None:
    with pytest.raises(InputError, match="smooth is not a policy"):
        PolicyMotion(variant, {"quadruped_0": "smooth"})
