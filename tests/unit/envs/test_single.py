"""One episode at a time: Gymnasium's own checks, and how environments are found by name."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import AddRenderObservation
from support import ROOT

import envgen
from envgen.core.errors import InputError, WorkError
from envgen.envs.single import PackEnv
from envgen.envs.vector import PackVectorEnv

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["ants", "balls"])
@pytest.mark.parametrize("index", [None, 3, [1, 4]])
def test_gymnasiums_check_finds_nothing(request, name, index):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(envgen.make_env(request.getfixturevalue(name), index).unwrapped, skip_render_check=True)


def test_infos_say_which_variant_and_whether_it_was_done(ants):
    env = PackEnv(ants, [2, 5])
    _, info = env.reset(seed=1)
    variant = ants[info["variant"]]
    assert info == {
        "variant": variant.index,
        "difficulty": variant.difficulty,
        "drawn": dict(variant.drawn),
    }
    while True:
        *_, terminated, truncated, during = env.step(env.action_space.sample())
        if terminated or truncated:
            break
        assert during == {"is_success": False}
    assert during == {**info, "is_success": False}
    _, info = env.reset(options={"variant": 5})
    assert info["variant"] == 5
    with pytest.raises(InputError, match="can't run variant 3, which is not here"):
        env.reset(options={"variant": 3})


def test_one_seed_begins_a_whole_series_of_episodes(ants):
    def series(env):
        seen = [env.reset(seed=3)[0]]
        for _ in range(5):
            seen.append(env.reset()[0])
            seen.append(env.step(np.full(8, 0.3))[0])
        return np.array(seen)

    np.testing.assert_array_equal(series(PackEnv(ants)), series(PackEnv(ants)))


def test_make_and_make_vec_of_gymnasium_give_them(ants):
    env = gymnasium.make("envgen/Pack-v0", pack=str(ants.path), index=3)
    assert isinstance(env.unwrapped, PackEnv)
    assert env.reset(seed=0)[1]["variant"] == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vector = gymnasium.make_vec("envgen/Pack-v0", pack=ants, num_envs=5, sampling="fixed")
    assert isinstance(vector, PackVectorEnv)
    assert vector.num_envs == 5
    assert vector.reset(seed=0)[1]["variant"].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "lines",
    [
        "import gymnasium\nname = 'envgen:envgen/Pack-v0'",
        "import envgen, gymnasium\nname = 'envgen/Pack-v0'",
        "import gymnasium, envgen\nname = 'envgen/Pack-v0'",
        "import envgen, gymnasium\nname = 'envgen:envgen/Pack-v0'",
        "import envgen, importlib.util as util\nutil.find_spec('gymnasium')\n"
        "import gymnasium\nname = 'envgen/Pack-v0'",
    ],
)
def test_it_is_registered_in_whatever_order_packages_are_imported(ants, tmp_path, lines):
    code = (
        f"{lines}\npack = {str(ants.path)!r}\n"
        "env = gymnasium.make(name, pack=pack, index=3)\n"
        "assert env.reset(seed=0)[1]['variant'] == 3\n"
        "vector = gymnasium.make_vec(name, pack=pack, num_envs=3)\n"
        "print(type(vector).__name__, vector.reset(seed=0)[0].shape)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PackVectorEnv (3, ")


def test_an_import_of_envgen_does_not_import_gymnasium():
    code = "import sys, envgen; print('gymnasium' in sys.modules, 'mujoco' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_pictures_are_observations_too(ants, opengl):
    env = AddRenderObservation(PackEnv(ants, 0, render_mode="rgb_array"), render_only=True)
    picture, _ = env.reset(seed=0)
    assert picture in env.observation_space
    assert picture.std() > 5
    moved, *_ = env.step(np.ones(8))
    assert moved.shape == picture.shape
    env.close()
    vector = PackVectorEnv(2, pack=ants, render_mode="rgb_array")
    vector.reset(seed=0)
    pictures = vector.render()
    assert pictures is not None
    assert len(pictures) == 2
    vector.close()


def test_a_window_needs_a_display(ants, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform != "linux":
        pytest.skip("other systems have one")
    with pytest.raises(WorkError, match="no display"):
        PackEnv(ants, 0, render_mode="human").reset(seed=0)


def test_a_prompt_makes_a_pack_once(tmp_path, monkeypatch):
    monkeypatch.setenv("ENVGEN_CACHE", str(tmp_path / "cache"))
    made = [envgen.make_env("2 variants of rough ground for ants", 1) for _ in range(2)]
    assert made[0].reset(seed=0)[1] == made[1].reset(seed=0)[1]
    (folder,) = (tmp_path / "cache").iterdir()  # nothing else is left
    stamp = (folder / "pack.json").stat().st_mtime_ns
    assert envgen.make_vec("2 variants of rough ground for ants").num_envs == 2
    assert (folder / "pack.json").stat().st_mtime_ns == stamp


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("packs/none", "no finished pack|not exist|there is no"),
        ("", "prompt"),
        (17, "must be a pack, a path or a text"),
        ("qwertz", "nothing in the prompt"),
    ],
)
def test_what_is_no_pack_is_refused(source, match, tmp_path, monkeypatch):
    monkeypatch.setenv("ENVGEN_CACHE", str(tmp_path))
    with pytest.raises(InputError, match=match):
        envgen.make_env(source)
