"""Evaluation: what is counted, its intervals, tables, and what is kept in a pack. Needs no PyTorch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.worlds import make_cfg

from envgen.core.errors import InputError
from envgen.core.overrides import Sweep
from envgen.learn.bounds import parse_bound
from envgen.learn.evaluate import Episode, Evaluation, evaluate
from envgen.learn.intervals import bootstrap_mean, wilson
from envgen.learn.report import Report, write_report
from envgen.learn.summary import best_policies, breakdown, compare, score, worst
from envgen.learn.tables import write_table
from envgen.packs.annotate import write_measured
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.rollout.physics import KEYS
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout, play


def made_up(variants: int = 40, episodes: int = 2) -> Evaluation:
    """Policy `b` succeeds below difficulty 0.8, `a` below 0.4; slopes are numbers, kinds are words."""
    drawn = {
        i: {"difficulty": i / variants, "terrain.kind": ("hills", "rough")[i % 2], "terrain.slope": i * 1.5}
        for i in range(variants)
    }
    found = []
    for policy, most in (("a", 0.4), ("b", 0.8)):
        for i in range(variants):
            win = drawn[i]["difficulty"] < most
            for k in range(episodes):
                own = Episode(policy, i, k, "ant_0", 10.0 * win + i / 100, 100, win, not win, "", 0.5)
                found.append(own)
    return Evaluation(found, ("a", "b"), drawn, "walk", 7)


def test_episodes_are_those_of_play(walkers: Pack) -> None:
    result = evaluate(walkers, ["gait", "random"], episodes=2, threads=2)
    assert len(result.episodes) == 2 * 2 * 4
    rollout = Rollout(list(walkers))
    expected = play(rollout, bind(rollout, {"*": "gait"}), 1)
    own = {e.variant: e for e in result.of("gait") if e.episode == 1}
    for variant, outcome in zip(walkers, expected):
        episode, seen = own[variant.index], outcome["hopper_0"]
        assert (episode.reward, episode.steps) == (seen.reward, seen.steps)
        assert (episode.success, episode.ending) == (seen.success, seen.ending)
        assert 0 <= episode.speed < 10
    assert result.value(result.episodes[0], "difficulty") == walkers[0].difficulty


def test_parts_of_a_pack_and_threads_change_nothing(walkers: Pack) -> None:
    whole = evaluate(walkers, ["random"], threads=2).episodes
    assert evaluate(walkers[1:3], ["random"], threads=1).episodes == whole[1:3]  # by variant


def test_intervals() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Brown, Cai and DasGupta (2001)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    values = np.random.default_rng(1).normal(3.0, 1.0, 400)
    low, high = bootstrap_mean(values)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.15)
    assert bootstrap_mean(values) == (low, high)


def test_intervals_cover() -> None:
    """95 % intervals of 5000 samples hold the true share in 93 to 97 % of them."""
    rng = np.random.default_rng(0)
    held = [low <= 0.3 <= high for low, high in (wilson(int(n), 61) for n in rng.binomial(61, 0.3, 5000))]
    assert 0.93 <= np.mean(held) <= 0.97


def test_several_episodes_of_a_variant_are_one_observation() -> None:
    once, often = score(made_up(episodes=1).of("a")), score(made_up(episodes=5).of("a"))
    assert often.count == 5 * once.count
    assert (often.success_low, often.success_high) == (once.success_low, once.success_high)
    assert (often.reward_low, often.reward_high) == (once.reward_low, once.reward_high)


def test_breakdown_comparison_worst_and_best() -> None:
    found = made_up()
    assert score(found.of("a")).success == pytest.approx(0.4)
    bands = breakdown(found, "a", ["difficulty"])
    assert [cell[0] for cell in bands] == ["0–0.2", "0.2–0.4", "0.4–0.6", "0.6–0.8", "0.8–1"]
    assert [round(own.success) for own in bands.values()] == [1, 1, 0, 0, 0]
    slopes = breakdown(found, "b", ["terrain.slope"])
    assert [cell[0].split("–")[0] for cell in slopes] == ["0", "11.7", "23.4", "35.1", "46.8"]
    assert sum(own.count for own in breakdown(found, "a", ["terrain.kind", "difficulty"]).values()) == 80
    other = compare(found, "a", "b")
    assert other.success[0] == pytest.approx(0.4)
    assert other.success[1] > 0.2
    assert [index for index, _ in worst(found, "a", 3)] == [16, 17, 18]
    assert best_policies(found, ["difficulty"])["0.4–0.6",] == "b"
    with pytest.raises(InputError, match="no variant has a value"):
        breakdown(found, "a", ["terrain.kin"])


def test_bounds() -> None:
    found = made_up()
    assert parse_bound("success=0.5").missed(found) == ["a"]
    assert parse_bound("reward = 0").missed(found) == []
    for text in ("success", "success=x", "success=nan", "success=80", "falls=1"):
        with pytest.raises(InputError):
            parse_bound(text)


def test_tables_are_read_back(tmp_path: Path) -> None:
    found = made_up()
    write_table(found, tmp_path / "e.csv")
    write_table(found, tmp_path / "e.parquet")
    text, binary = pd.read_csv(tmp_path / "e.csv"), pd.read_parquet(tmp_path / "e.parquet")
    assert len(text) == len(binary) == len(found.episodes)
    assert (text["reward"] == binary["reward"]).all()
    assert set(binary["terrain.kind"]) == {"rough", "hills"}
    assert binary.groupby("policy")["success"].mean().to_dict() == {"a": 0.4, "b": 0.8}


def test_report_is_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    found = made_up()
    for keys in (["terrain.kind", "difficulty"], ["difficulty"], ["terrain.kind"]):
        report = Report.of(found, keys, "packs/my pack")
        write_report(found, report, tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["episodes.csv", "episodes.parquet", "success.png", "summary.json"]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    line = summary["worst"]["a"][0]
    assert (line["index"], line["seed"]) == (16, 7)
    assert line["command"] == "envgen preview 'packs/my pack' --video --index 16 --policy a"


def test_measured_difficulty_is_kept_beside_the_declared_one(walkers: Pack, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(walkers.path, tmp_path / "own"))
    before = json.loads((folder / "pack.json").read_text())
    result = evaluate(Pack.open(folder), ["gait", "random"], episodes=3)
    write_measured(Pack.open(folder), result.measured())
    write_measured(Pack.open(folder), evaluate(Pack.open(folder), ["gait"], episodes=2).measured())
    pack = Pack.open(folder)
    pack.verify()
    for variant in pack:
        random, gait = sorted(variant.measured, key=lambda own: own.policy, reverse=True)
        assert (random.policy, random.episodes) == ("random", 3)
        assert (gait.policy, gait.episodes) == ("gait", 2)  # the newer one
        lost = [not e.success for e in result.of("random") if e.variant == variant.index]
        assert random.failure == pytest.approx(np.mean(lost))
        assert random.low <= random.failure <= random.high
    after = json.loads((folder / "pack.json").read_text())
    for entry in after["variants"]:
        del entry["measured"]
    assert after == before
    assert walkers[0].measured == []
    lines, old = ((path / "pack.json").read_text().splitlines() for path in (folder, walkers.path))
    assert lines[:5] == old[:5]
    assert len(lines) == len(old)


def test_wrong_questions_are_refused(walkers: Pack) -> None:
    for policies, episodes, says in (
        ([], 1, "no policy"),
        (["gait", "gait"], 1, "named twice"),
        (["gait"], 0, "episodes must be"),
        (["lurch"], 1, "lurch"),
        (["missing.onnx"], 1, "missing.onnx"),
        (["hopper_0=gait,hopper_7=zero"], 1, "hopper_7"),
        (["hopper_0=gait,zero"], 1, "each agent once"),
        (["hopper_0=gait,hopper_0=zero"], 1, "each agent once"),
        (["=gait"], 1, "each agent once"),
    ):
        with pytest.raises(InputError, match=says):
            evaluate(walkers, policies, episodes=episodes)


def test_episodes_of_a_variant_differ_with_start_noise_alone(tmp_path: Path) -> None:
    cfg = make_cfg("rough", "hopper", control={"episode": 0.3})
    pack = make(cfg, 2, out=tmp_path / "pack", jobs=1)
    alike = evaluate(pack, ["zero"], episodes=2, threads=1)
    noisy = evaluate(pack, ["zero"], episodes=2, threads=1, start_noise=0.05)
    for found, differ in ((alike, False), (noisy, True)):
        first, second = ([e.reward for e in found.episodes if e.episode == n] for n in (0, 1))
        assert (first != second) == differ


# --- what each episode draws --------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Ants whose episodes draw something from every key of `randomize` but the push."""
    ranges = {key: [0.5, 1.5] for key in KEYS if key.endswith("_scale")}
    ranges |= {
        "latency": [0, 3],
        "start_noise": [0, 0.1],
        "observation_noise": [0, 0.1],
        "push_interval": [1, 2],
    }
    cfg = make_cfg(
        "flat",
        "ant",
        task={"kind": "walk"},
        control={"episode": 0.2},
        randomize={**ranges, "push_interval": [1, 2]},
    )
    return make(cfg, 3, seed=1, out=tmp_path_factory.mktemp("drawn") / "p", jobs=1)


def test_draws_of_episodes_are_in_tables_and_can_be_split_by(drawn: Pack, tmp_path: Path) -> None:
    result = evaluate(drawn, ["zero", "random"], episodes=4, first=2)
    keys = {f"randomize.{key}" for key in KEYS if key != "push"}
    rollout = Rollout(list(drawn))
    for number in range(2, 6):
        rollout.reset(number)
        for episode in result.episodes:
            if episode.episode == number:
                physics = rollout.physics[episode.variant]
                assert set(episode.draws) == keys
                for key in keys:
                    assert result.value(episode, key) == getattr(physics, key.removeprefix("randomize."))
    report = Report.of(result, ["randomize.latency", "randomize.mass_scale"], "p")
    write_report(result, report, tmp_path / "report")
    for table in (
        pd.read_csv(tmp_path / "report/episodes.csv"),
        pd.read_parquet(tmp_path / "report/episodes.parquet"),
    ):
        assert keys <= set(table.columns)
        assert "draws" not in table
        assert table["randomize.mass_scale"].nunique() == 3 * 4  # the same for each policy
        cells = breakdown(result, "zero", ["randomize.latency"])
        counts = table[table["policy"] == "zero"]["randomize.latency"].value_counts()
        assert {int(cell[0]): own.count for cell, own in cells.items()} == counts.to_dict()
    bands = breakdown(result, "zero", ["randomize.mass_scale"])
    assert len(bands) == 5
    assert sum(own.count for own in bands.values()) == 12


def test_what_no_episode_draws_is_no_column(walkers: Pack) -> None:
    result = evaluate(walkers, ["zero"])
    assert {key for episode in result.episodes for key in episode.draws} == {"randomize.friction_scale"}
    with pytest.raises(InputError, match="no variant has a value") as error:
        breakdown(result, "zero", ["randomize.latency"])
    assert "randomize.friction_scale" in error.value.remedy


def test_a_swept_setting_is_split_by_as_it_was_swept(tmp_path: Path) -> None:
    sweep = [Sweep("randomize.latency", ([0, 2], [1, 3]))]
    cfg = make_cfg("flat", "point", control={"episode": 0.2}, randomize={"mass_scale": [0.5, 1.5]})
    pack = make(cfg, 4, out=tmp_path / "p", jobs=1, sweep=sweep)
    result = evaluate(pack, ["zero"], episodes=3)
    assert {cell: own.count for cell, own in breakdown(result, "zero", ["randomize.latency"]).items()} == {
        ("[0, 2]",): 6,
        ("[1, 3]",): 6,
    }
