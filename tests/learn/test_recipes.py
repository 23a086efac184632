"""The recipes of docs/environments.md run, with fewer steps."""

from __future__ import annotations

import re

import pytest
from support import ROOT

import envgen

pytestmark = pytest.mark.long

PAGE = ROOT / "docs" / "environments.md"
FEWER = {"2_000_000": "2_000", "runner.learn(300)": "runner.learn(2)"}


def recipe(word: str) -> str:
    """The block that names a word, with fewer steps."""
    blocks = re.findall(r"```py(?:thon)?\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (block,) = [block for block in blocks if word in block]
    assert len(block.strip().splitlines()) <= 15
    for many, few in FEWER.items():
        block = block.replace(many, few)
    return block


@pytest.mark.parametrize(
    ("package", "word"),
    [
        ("gymnasium", "final_info"),
        ("stable_baselines3", "stable_baselines3"),
        ("rsl_rl", "rsl_rl.runners"),
    ],
)
def test_a_recipe_trains(package, word, tmp_path, monkeypatch):
    pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    envgen.make("rough terrain for ants", count=3, out="packs/ants", jobs=1)
    exec(compile(recipe(word), word, "exec"), {"__name__": "recipe"})


def test_the_recipe_for_pictures_gives_them(opengl, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    envgen.make("rough terrain for ants", count=1, out="packs/ants", jobs=1)
    names = {"envgen": envgen}
    exec(compile(recipe("AddRenderObservation"), "pictures", "exec"), names)
    observation, _ = names["env"].reset(seed=0)
    assert observation["pixels"].std() > 5
