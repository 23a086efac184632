"""How variants are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from envgen.core.errors import InputError
from envgen.envs.sampling import DEMOTE, PROMOTE, WINDOW, Curriculum, make_sampler

DIFFICULTY = np.array([0.05] * 90 + [0.55] * 9 + [0.95])


def drawn(sampler, times=3000):
    rng = np.random.default_rng(0)
    return np.array([sampler.draw(0, rng) for _ in range(times)])


def test_uniform_draws_every_variant_alike():
    counts = np.bincount(drawn(make_sampler("uniform", DIFFICULTY)), minlength=100)
    assert counts.min() > 10
    assert counts.max() < 60


def test_by_difficulty_rare_difficulties_are_as_frequent_as_common_ones():
    difficulty = DIFFICULTY[drawn(make_sampler("difficulty", DIFFICULTY))]
    for value in (0.05, 0.55, 0.95):
        assert 0.28 < np.mean(difficulty == value) < 0.39


def test_a_curriculum_rises_with_success_and_falls_with_failure():
    sampler = make_sampler("curriculum", DIFFICULTY)
    assert isinstance(sampler, Curriculum)
    assert set(DIFFICULTY[drawn(sampler)]) == {0.05}
    for level, success in ((1, True), (2, True), (2, True), (1, False), (0, False), (0, False)):
        hardest = int(np.flatnonzero(sampler.bands[sampler.level][0] == np.arange(100))[0])
        for _ in range(WINDOW):
            sampler.record(hardest, success, 0.0)
        assert sampler.level == level
    for i in range(WINDOW):  # between the two
        sampler.record(0, i < WINDOW * (PROMOTE + DEMOTE) / 2, 0.0)
    assert sampler.level == 0


def test_a_curriculum_does_not_forget_what_is_easier():
    sampler = Curriculum(DIFFICULTY)
    sampler.level = 2
    assert set(DIFFICULTY[drawn(sampler)]) == {0.05, 0.55, 0.95}


def test_prioritized_draws_what_fails():
    sampler = make_sampler("prioritized", DIFFICULTY)
    for _ in range(30):
        for variant in range(100):
            sampler.record(variant, variant != 17, 0.0)
    counts = np.bincount(drawn(sampler), minlength=100)
    assert counts.argmax() == 17
    assert counts[17] > 600
    assert (counts > 0).sum() > 90  # none is left out


def test_an_unknown_sampling_is_refused():
    with pytest.raises(InputError, match="unknown sampling 'unifrom'") as error:
        make_sampler("unifrom", DIFFICULTY)
    assert "uniform" in error.value.remedy
