"""The names that `import envgen` gives."""

import pytest

import envgen


@pytest.mark.parametrize("name", envgen.__all__)
def test_a_public_name_is_loaded_when_it_is_used(name):
    assert getattr(envgen, name).__name__ == name
    assert name in dir(envgen)


def test_stepping_worlds_is_public():
    assert "Rollout" in envgen.__all__


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'envgen' has no attribute 'rollouts'"):
        _ = envgen.rollouts
