"""Variants of different body structures: a slot runs any of them, also one of another size."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.rollout.padded import structure
from envgen.rollout.rollout import Rollout


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    cfg = {
        "name": "mixed",
        "terrain": {"size": [8, 8], "sub_terrains": [{"kind": "rough"}]},
        "obstacles": [{"kind": "ball", "count": [1, 5]}],
        "robots": [{"model": "ant"}],
        "task": {"kind": "walk"},
        "randomize": {"friction_scale": [0.3, 1.5], "mass_scale": [0.7, 1.4]},
    }
    pack = list(make(cfg, 6, out=tmp_path_factory.mktemp("mixed") / "p", jobs=1))
    assert len({structure(variant.world().model) for variant in pack}) > 2
    return pack


def play(rollout, steps=25):
    seen = []
    for k in range(steps):
        result = rollout.step({"ant_0": np.sin(np.arange(8) + 0.7 * k)})["ant_0"]
        seen.append(np.c_[result.observation, result.reward, result.cause])
    return np.array(seen)


def alone(variant, episode):
    rollout = Rollout(variant)
    rollout.reset(episode)
    return play(rollout)[:, 0]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("slots", [[0], [0, 1], [0, 0, 1, 1]])
def test_a_slot_runs_variants_of_other_structures(pack, slots, threads):
    rollout = Rollout(pack, slots=slots, threads=threads)
    slot = max(range(len(slots)), key=lambda i: len(rollout.engine.choices(i)))
    assert rollout.engine.choices(slot).tolist() == list(range(6))
    for place in (3, 5, 0, 4):
        rollout.reset([7], which=[slot], variants=[place])
        np.testing.assert_array_equal(play(rollout)[:, slot], alone(pack[place], 7))


def test_the_state_of_a_mixed_batch_is_saved_and_pickled(pack):
    rollout = Rollout(pack, slots=[0, 1])
    rollout.reset([3, 4], variants=[5, 2])
    play(rollout)
    saved, other = rollout.save(), pickle.loads(pickle.dumps(rollout))
    ahead = play(rollout)
    np.testing.assert_array_equal(play(other), ahead)
    rollout.reset([0, 0], variants=[1, 3])
    rollout.restore(saved)
    np.testing.assert_array_equal(play(rollout), ahead)


def test_padded_slots_keep_their_structure(pack):
    rollout = Rollout(pack, slots=[*range(6), *range(6)])
    other = next(i for i in range(6) if i not in rollout.engine.choices(0))
    with pytest.raises(InputError, match="another structure"):
        rollout.reset([0], which=[0], variants=[other])
