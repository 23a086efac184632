"""Resets: seeds, masks, options, and which variant a slot gets next."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.envs.parallel import PackParallelEnv
from envgen.envs.single import PackEnv
from envgen.envs.vector import PackVectorEnv

pytestmark = pytest.mark.slow

SAMPLINGS = ["fixed", "uniform", "difficulty", "curriculum", "prioritized"]


def test_a_slots_seed_is_its_own(ants):
    env = PackVectorEnv(3, pack=ants)
    first, infos = env.reset(seed=[7, 8, 7])
    assert infos["variant"][0] == infos["variant"][2]
    np.testing.assert_array_equal(first[0], first[2])
    counted, _ = env.reset(seed=6)
    np.testing.assert_array_equal(counted[1], first[0])
    np.testing.assert_array_equal(counted[2], first[1])
    alone, info = PackEnv(ants).reset(seed=7)
    np.testing.assert_array_equal(alone, first[0])
    assert info["variant"] == infos["variant"][0]


def test_a_mask_resets_its_slots_and_no_other(ants):
    env = PackVectorEnv(3, pack=ants)
    env.reset(seed=0)
    before = env.step(np.full((3, 8), 0.4))[0]
    variants = env.rollout.indices.copy()
    generators = [rng.bit_generator.state for rng in env.scheduler.rngs]
    after, infos = env.reset(seed=50, options={"reset_mask": np.array([False, True, False])})
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])
    assert (after[1] != before[1]).any()
    assert infos["_variant"].tolist() == [False, True, False]
    assert env.rollout.indices[[0, 2]].tolist() == variants[[0, 2]].tolist()
    assert [env.scheduler.rngs[i].bit_generator.state for i in (0, 2)] == [generators[0], generators[2]]
    expected, _ = PackEnv(ants).reset(seed=51)
    np.testing.assert_array_equal(after[1], expected)


def test_variants_are_chosen_at_a_reset(ants):
    env = PackVectorEnv(4, pack=ants)
    _, infos = env.reset(seed=0, options={"variant": 3})
    assert infos["variant"].tolist() == [3] * 4
    _, infos = env.reset(options={"variant": [0, 5, 2, 2]})
    assert infos["variant"].tolist() == [0, 5, 2, 2]
    mask = np.array([True, False, False, True])
    _, infos = env.reset(options={"variant": [1, 0, 0, 4], "reset_mask": mask})
    assert env.rollout.indices.tolist() == [1, 5, 2, 4]
    assert infos["variant"][mask].tolist() == [1, 4]
    assert infos["difficulty"][0] == ants[1].difficulty
    assert infos["drawn"]["difficulty"][3] == ants[4].drawn["difficulty"]


def test_a_difficulty_is_asked_for_at_a_reset(ants):
    hard = sorted(variant.difficulty for variant in ants)[2:5]
    env = PackVectorEnv(8, pack=ants)
    _, infos = env.reset(seed=0, options={"difficulty": [hard[0], hard[2]]})
    assert set(infos["difficulty"]) <= set(hard)
    _, infos = env.reset(options={"difficulty": hard[1]})
    assert set(infos["difficulty"]) == {hard[1]}


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"variant": 99}, "can't run variant 99"),
        ({"variant": [0, 1]}, "must be an index or 3"),
        ({"variant": "a"}, "must be an index"),
        ({"variant": 1, "difficulty": 0.5}, "both given"),
        ({"difficulty": [0.9, 0.1]}, "must be a number or"),
        ({"difficulty": "hard"}, "must be a number or"),
        ({"difficulty": [5, 6]}, "no variant has a difficulty"),
        ({"varaint": 1}, "unknown reset option 'varaint'"),
        ({"reset_mask": np.zeros(3, dtype=bool)}, "3 booleans with a True"),
        ({"reset_mask": np.ones(2, dtype=bool)}, "3 booleans"),
        ({"reset_mask": [1, 0, 1]}, "3 booleans"),
        ({"reset_mask": [[True], [True, False]]}, "3 booleans"),
        ({"variant": [[0], [1, 2]]}, "must be an index"),
        ({"variant": [0, 1, 99]}, "slot 2 can't run variant 99"),
        ({"difficulty": [[0], [1, 2]]}, "must be a number or"),
        ({"difficulty": 1j}, "must be a number or"),
        (["variant"], "options must be a table"),
    ],
)
@pytest.mark.parametrize("seed", [None, 5])
def test_wrong_options_are_refused_and_change_nothing(ants, options, match, seed):
    """Neither worlds nor random streams: what follows is what would have followed."""
    env, same = PackVectorEnv(3, pack=ants), PackVectorEnv(3, pack=ants)
    before, _ = env.reset(seed=0)
    same.reset(seed=0)
    with pytest.raises(InputError, match=match):
        env.reset(seed=seed, options=options)
    np.testing.assert_array_equal(env.rollout.observe()[env.agent].astype(np.float32), before)
    for _ in range(2):
        np.testing.assert_array_equal(env.reset()[0], same.reset()[0])


def test_a_refused_reset_of_one_world_changes_nothing(ants):
    for make in (PackEnv, PackParallelEnv):
        env, same = make(ants, None), make(ants, None)
        env.reset(seed=0)
        same.reset(seed=0)
        for options in ({"variant": 99}, {"difficulty": [5, 6]}):
            with pytest.raises(InputError):
                env.reset(seed=5, options=options)
        after = [[one.reset() for _ in range(2)] for one in (env, same)]
        np.testing.assert_equal(after[0], after[1])
        if make is PackEnv:
            assert env.np_random.integers(10**9) == same.np_random.integers(10**9)


def test_slots_that_drew_before_another_refused_draw_again(balls):
    """Slots of other body structures have other difficulties: one may refuse what another could draw."""
    env, same = (PackVectorEnv(12, pack=balls) for _ in range(2))
    env.reset(seed=0)
    same.reset(seed=0)
    difficulty = env.rollout.variants[int(env.rollout.variant[0])].difficulty
    with pytest.raises(InputError, match="no variant has a difficulty"):
        env.reset(options={"difficulty": difficulty})
    np.testing.assert_array_equal(env.reset()[0], same.reset()[0])


@pytest.mark.parametrize("seed", [-1, [1, 2], "a", 0.5, [0, 1, -2], True])
def test_wrong_seeds_are_refused(ants, seed):
    with pytest.raises(InputError, match="seed"):
        PackVectorEnv(3, pack=ants).reset(seed=seed)


def met(pack, slots, sampling, episodes):
    """Indices of the variants that slots run, by episode."""
    env = PackVectorEnv(slots, pack=pack, sampling=sampling, autoreset_mode="same_step")
    seen = [env.reset(seed=4)[1]["variant"]]
    while len(seen) < episodes:
        *_, truncated, info = env.step(np.zeros((slots, 8)))
        if truncated.all():
            seen.append(info["variant"])
    return np.array(seen)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("slots", [1, 4, 9])
def test_there_may_be_more_slots_than_variants_or_fewer(ants, sampling, slots):
    seen = met(ants, slots, sampling, 3)
    np.testing.assert_array_equal(seen, met(ants, slots, sampling, 3))
    if sampling == "fixed":
        assert (seen == np.arange(slots) % 6).all()
    elif slots == 9:
        assert len(np.unique(seen)) > (0 if sampling == "curriculum" else 3)


@pytest.mark.parametrize("slots", [1, 2, 4, 20])
def test_every_variant_is_met_where_bodies_differ(balls, slots):
    env = PackVectorEnv(slots, pack=balls)
    env.reset(seed=0)
    seen: set[int] = set()
    for _ in range(60):
        seen |= set(env.reset()[1]["variant"].tolist())
    assert seen == set(range(6))
