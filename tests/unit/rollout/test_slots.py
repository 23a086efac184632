"""Slots: several of one variant, others at a reset; saved, restored and pickled."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout

pytestmark = pytest.mark.slow

RANDOMIZE = {
    "friction_scale": [0.3, 1.5],
    "mass_scale": [0.7, 1.4],
    "gear_scale": [0.8, 1.2],
    "push": [0.5, 1],
}


@pytest.fixture(scope="module", params=["plain", "randomized", "bodies"])
def pack(request, tmp_path_factory):
    legs = {"params": {"torso_radius": [0.2, 0.3]}} if request.param == "bodies" else {}
    cfg = {
        "name": "slots",
        "terrain": {"size": [[9, 12], 10], "sub_terrains": [{"kind": "rough"}]},
        "obstacles": [{"kind": "box", "count": [1, 6]}],
        "robots": [{"model": "ant", **legs}],
        "task": {"kind": "goal"},
        "difficulty": [0, 1],
        "control": {"episode": 7.0},
        "randomize": RANDOMIZE if request.param == "randomized" else {},
    }
    return list(make(cfg, 5, out=tmp_path_factory.mktemp(request.param) / "p", jobs=1))


def play_on(rollout, steps=60, since=0):
    """What agents get in control steps under actions that depend on the number of the step alone."""
    seen = []
    for k in range(since, since + steps):
        result = rollout.step({"ant_0": np.sin(np.arange(8) + 0.7 * k)})["ant_0"]
        seen.append(np.c_[result.observation, result.reward, result.cause])
    return np.array(seen)


def episode(rollout, number):
    first = rollout.reset(number)["ant_0"].observation
    return first, play_on(rollout)


def test_slots_run_what_their_variants_run_alone(pack):
    rollout = Rollout(pack, slots=[4, 1, 1, 0])
    assert rollout.indices.tolist() == [4, 1, 1, 0]
    first, seen = episode(rollout, 2)
    for slot, place in enumerate([4, 1, 1, 0]):
        alone = episode(Rollout(pack[place]), 2)
        np.testing.assert_array_equal(first[slot], alone[0][0])
        np.testing.assert_array_equal(seen[:, slot], alone[1][:, 0])


def test_a_slot_gets_another_variant_at_a_reset(pack):
    rollout = Rollout(pack, slots=[0, 1, 2])
    episode(rollout, 0)
    rollout.reset([3, 4], which=[0, 2], variants=[3, 4])
    assert rollout.variant.tolist() == [3, 1, 4]
    first = rollout.reset([5, 6, 7])["ant_0"].observation
    seen = play_on(rollout)
    for slot, (place, number) in enumerate([(3, 5), (1, 6), (4, 7)]):
        alone = episode(Rollout(pack[place]), number)
        np.testing.assert_array_equal(first[slot], alone[0][0])
        np.testing.assert_array_equal(seen[:, slot], alone[1][:, 0])


def test_threads_change_nothing_in_slots(pack):
    one, two = (episode(Rollout(pack, slots=[0, 1, 2, 3, 4, 0], threads=n), 1)[1] for n in (1, 3))
    np.testing.assert_array_equal(one, two)


def test_policies_follow_the_variant_of_a_slot(pack):
    rollout = Rollout(pack, slots=[0, 1])
    policies = bind(rollout, {"*": "random"}, seed=3)
    rollout.reset(0)
    result = rollout.reset(0, variants=[2, 0])
    moved = policies(result)["ant_0"]
    fresh = Rollout(pack, slots=[2, 0])
    np.testing.assert_array_equal(moved, bind(fresh, {"*": "random"}, seed=3)(fresh.reset(0))["ant_0"])


@pytest.mark.parametrize("way", ["restore", "pickle"])
def test_a_saved_rollout_goes_on_as_if_nothing_had_happened(pack, way):
    rollout = Rollout(pack, slots=[0, 3, 3])
    rollout.reset([1, 2, 3])
    play_on(rollout, 70)  # past no push yet
    saved, pickled = rollout.save(), pickle.dumps(rollout)
    expected = play_on(rollout, 60, 70)  # past a push and the end of the episode
    rollout.reset(9, variants=[4, 2, 1])
    play_on(rollout, 5)
    if way == "restore":
        rollout.restore(pickle.loads(pickle.dumps(saved)))
    else:
        rollout = pickle.loads(pickled)
    assert rollout.variant.tolist() == [0, 3, 3]
    assert rollout.episode.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(play_on(rollout, 60, 70), expected)


def test_heights_of_the_ground_are_asked_in_one_gather(pack):
    rollout = Rollout(pack, slots=[2, 0, 4])
    points = np.random.default_rng(0).uniform(-6, 6, (3, 25, 2))
    heights = rollout.context.ground(points)
    assert heights.shape == (3, 25)
    for slot, place in enumerate([2, 0, 4]):
        x, y = points[slot].T
        np.testing.assert_allclose(heights[slot], rollout.worlds[place].ground.at(x, y), atol=1e-12)
    np.testing.assert_array_equal(rollout.context.ground(points[:, 7]), heights[:, [7]])


class TestRefusals:
    @pytest.mark.parametrize("slots", [[], [5], [-1, 0]])
    def test_slots_without_a_variant_are_told(self, pack, slots):
        with pytest.raises(InputError, match="slots must be positions of variants from 0 to 4"):
            Rollout(pack, slots=slots)

    def test_variants_that_do_not_fit_are_told(self, pack):
        rollout = Rollout(pack, slots=[0, 1])
        with pytest.raises(InputError, match="variants must be one for each of 2 slots, got 1"):
            rollout.reset(0, variants=[1])

    @pytest.mark.parametrize("place", [-1, 5])
    def test_a_variant_that_is_not_there_is_told(self, pack, place):
        rollout = Rollout(pack, slots=[0, 1])
        with pytest.raises(InputError, match=f"variants must be from 0 to 4, got {place}"):
            rollout.reset(0, which=[0], variants=[place])
        assert rollout.variant.tolist() == [0, 1]
