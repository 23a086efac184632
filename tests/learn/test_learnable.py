"""Selection by a policy: what is kept, what is stated of it, and what happens if there is too little."""

from __future__ import annotations

import json
import sys

import pytest
from support.packs import tree
from support.worlds import make_cfg

import envgen
from envgen.core.errors import InputError, WorkError
from envgen.learn import learnable
from envgen.learn.evaluate import evaluate
from envgen.packs.make import make
from envgen.packs.recipe import Recipe
from envgen.packs.writing import MakeResult
from envgen.testing.check_pack import check_pack

# near goals, which random actions reach in some episodes
CFG = make_cfg(
    "rough", "point", task={"kind": "goal", "distance": [0.7, 1.5], "radius": 0.6}, control={"episode": 4.0}
)
RULE = envgen.Learnable("random", (0.2, 0.8), 4, threads=1)


@pytest.fixture(scope="module")
def selected(tmp_path_factory):
    return make(CFG, 3, seed=2, out=tmp_path_factory.mktemp("learnable") / "pack", select=RULE, jobs=1)


def test_what_is_kept_is_in_the_band_and_the_first_that_are(selected):
    indices = [variant.index for variant in selected]
    tried = selected.manifest["candidates"]
    assert tried > max(indices)
    whole = make(CFG, max(indices) + 1, seed=2, out=selected.path.parent / "whole", jobs=1)
    found = evaluate(whole, ["random"], episodes=4, threads=1, start_noise=0.05).measured()
    within = [index for index, (own,) in sorted(found.items()) if 0.2 <= 1 - own.failure <= 0.8]
    assert indices == within
    assert len(within) < len(whole)  # else nothing was selected
    for variant in selected:
        assert variant.measured == found[variant.index]
        assert variant.files == whole.by_index(variant.index).files


def test_it_is_an_ordinary_pack_that_says_how_it_was_selected(selected):
    assert selected.complete
    assert selected.manifest["select"] == {
        "rule": "learnable",
        "policy": "random",
        "digest": None,
        "band": [0.2, 0.8],
        "episodes": 4,
        "seed": 0,
        "start_noise": 0.05,
    }
    assert selected.to_table()["measured.random"].to_pylist() == [v.measured[0].failure for v in selected]
    assert len(selected.filter("measured_random >= 0.2")) == len(selected)
    check_pack(selected.path)
    assert {path.name for path in selected.path.iterdir()} == {
        "README.md",
        "pack.json",
        "variants",
        "variants.parquet",
    }


def test_too_few_are_kept_and_resumed_with_more_candidates(selected, tmp_path):
    few = max(variant.index for variant in selected)  # one less than needed
    out = tmp_path / "pack"
    short = envgen.Learnable("random", (0.2, 0.8), 4, candidates=few, threads=1)
    with pytest.raises(
        WorkError, match=rf"2 of 3 variants are kept: random succeeds .* of {few} candidates"
    ) as found:
        make(CFG, 3, seed=2, out=out, select=short, jobs=1)
    assert f"--resume --candidates {2 * few}" in found.value.remedy
    kept = json.loads((out / "pack.json").read_text())
    assert (len(kept["variants"]), kept["complete"], kept["candidates"]) == (2, False, few)
    log = (out / "candidates.jsonl").read_text()

    tried = []
    with pytest.raises(InputError, match="different select"):
        make(CFG, 3, seed=2, out=out, jobs=1, resume=True)
    pack = make(
        CFG,
        3,
        seed=2,
        out=out,
        jobs=1,
        resume=True,
        select=envgen.Learnable("random", (0.2, 0.8), 4, threads=1),
        progress=lambda status: tried.append(status.tried),
    )
    assert tried[0] > few  # those of the log are not played again
    assert log.count("\n") == few + 1
    assert tree(pack.path / "variants") == tree(selected.path / "variants")
    assert pack.manifest["variants"] == selected.manifest["variants"]


@pytest.mark.parametrize("at", [1, 5, 15])
def test_an_interrupted_selection_is_resumed_to_the_same_bytes(selected, tmp_path, at):
    def stop(status):
        if status.tried == at:
            raise KeyboardInterrupt

    rule = {"seed": 2, "out": tmp_path / "pack", "select": RULE, "jobs": 1}
    with pytest.raises(KeyboardInterrupt):
        make(CFG, 3, **rule, progress=stop)
    tried = []
    make(CFG, 3, **rule, resume=True, progress=lambda status: tried.append(status.tried))
    assert min(tried) >= at  # those of the log are not played again
    assert tree(tmp_path / "pack") == tree(selected.path)


def test_candidates_that_cannot_be_made_do_not_end_a_selection(selected, tmp_path, monkeypatch):
    packs = sys.modules[make.__module__]
    real = packs.make_variant
    bad = set(range(max(v.index for v in selected) + 1, 10**6))

    def fails(recipe, index, folder):
        refusal = ("overlap", "they overlap", "Give fewer.")
        return MakeResult(index, "", 0.0, {}, refusal) if index in bad else real(recipe, index, folder)

    monkeypatch.setattr(packs, "make_variant", fails)
    monkeypatch.setattr(learnable, "TOGETHER", 3)
    found = list(RULE.examine(Recipe(CFG, 2), range(1, 40), 1, tmp_path / "room"))
    assert [own.index for own in found] == list(range(1, 40))
    assert {own.index for own in found if own.found is None} == bad & set(range(40))
    bad = set(range(10**6))
    with pytest.raises(WorkError, match="they overlap"):
        list(RULE.examine(Recipe(CFG, 2), range(20), 1, tmp_path / "room"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((("gait", (0.8, 0.2))), "the lower one first, got 0.8,0.2"),
        ((("gait", (0.45, 0.55), 3)), "no share of 3 episodes lies in the band"),
        ((("gait", (0.2, 0.8), 0)), "episodes must be a positive integer, got 0"),
        ((("",)), "policy must be a name or a file, got ''"),
    ],
)
def test_values_out_of_range_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        envgen.Learnable(*arguments)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (envgen.Learnable("onnx:hopper-walk"), "hopper"),
        (envgen.Learnable("no-such-policy"), "no-such-policy"),
        (envgen.Learnable("gait", candidates=2), "candidates must be an integer from count = 3"),
        ("learnable", "select must be a rule, got 'learnable'"),
    ],
)
def test_rules_that_do_not_fit_are_refused_before_anything_is_written(rule, message, tmp_path):
    with pytest.raises(InputError, match=message):
        make(CFG, 3, out=tmp_path / "pack", select=rule, jobs=1)
    assert not (tmp_path / "pack").exists()
