"""Data sets: what other tools read is what was recorded, natively or by the page."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.datasets import as_page, read_minari

from envgen.core.errors import InputError
from envgen.datasets.convert import convert, record_pack
from envgen.datasets.formats.base import FORMATS
from envgen.datasets.recording import Recording
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.rollout.policies import bind
from envgen.rollout.record import record
from envgen.rollout.rollout import Rollout


def test_the_formats_are_those_of_the_vocabulary():
    assert {"minari", "parquet", "lerobot"} <= set(FORMATS.names())


# --- recordings ---------------------------------------------------------------------------------


def test_episodes_are_those_that_were_played(ants, rows):
    recording = Recording(rows)
    episodes = list(recording.episodes())
    assert [(e.env, e.variant, e.number) for e in episodes] == [(i, i, n) for i in range(3) for n in range(2)]
    assert (recording.seed, recording.pack_name, recording.task) == (4, "ants", "walk")
    assert recording.period == pytest.approx(0.05)
    rollout = Rollout(list(ants))
    policies = bind(rollout, {"*": "random"}, seed=3)
    result = rollout.reset(1)
    for step in range(4):
        actions = policies(result)
        after = rollout.step(actions)
        for episode in episodes[1::2]:
            i = episode.env
            np.testing.assert_allclose(episode.observations[step], result["ant_0"].observation[i], atol=1e-5)
            np.testing.assert_allclose(episode.actions[step], actions["ant_0"][i], atol=1e-6)
            assert episode.rewards[step] == after["ant_0"].reward[i]
            assert episode.physics["mass_scale"] == rollout.physics[i].mass_scale
            assert episode.drawn["difficulty"] == ants[i].difficulty
        result = after
    assert len(recording.observation_names) == episodes[0].observations.shape[1]
    assert recording.action_names[0] == "hip_0"


def test_variants_in_several_batches_are_the_same(ants, rows, tmp_path, monkeypatch):
    monkeypatch.setattr("envgen.datasets.play_pack.AT_ONCE", 2)
    record_pack(ants, "random", tmp_path / "r.parquet", episodes=2, format="parquet", seed=3)
    keys = ["env", "episode", "step"]
    one = pd.read_parquet(rows).sort_values(keys, ignore_index=True)
    other = pd.read_parquet(tmp_path / "r.parquet").sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(one, other)


def test_transitions_of_a_recording_that_was_cut(ants, tmp_path):
    rollout = Rollout(ants[0])
    record(rollout, bind(rollout, {"*": "random"}), tmp_path / "r.parquet", steps=4)
    (episode,) = Recording(tmp_path / "r.parquet").episodes()
    whole, observations = episode.transitions()
    assert (len(whole), len(observations)) == (4, 5)
    assert whole.truncated.tolist() == [False, False, False, True]
    assert episode.ending is None
    np.testing.assert_array_equal(observations[-1], episode.final)


def test_transitions_where_the_end_was_not_recorded(rows, tmp_path):
    """After a termination nothing depends on what follows; else the last step is left out."""
    native = next(Recording(rows).episodes())
    page = next(Recording(as_page(rows, tmp_path / "page.parquet")).episodes())
    assert page.final is None
    shorter, observations = page.transitions()
    assert len(shorter) == len(native) - 1
    np.testing.assert_array_equal(observations, native.observations)
    assert shorter.truncated[-1]

    def end(table):
        terminated = [
            value or cut
            for value, cut in zip(table["terminated"].to_pylist(), table["truncated"].to_pylist())
        ]
        return table.set_column(table.column_names.index("terminated"), "terminated", pa.array(terminated))

    ended = next(Recording(as_page(rows, tmp_path / "ended.parquet", end)).episodes())
    same, observations = ended.transitions()
    assert len(same) == len(native)
    np.testing.assert_array_equal(observations[-1], observations[-2])


def test_a_gap_parts_episodes(rows, tmp_path):
    def gap(table):
        frame = table.to_pandas()
        lost = (frame["env"] == 0) & (frame["episode"] == 0) & frame["step"].isin([3, 4])
        return table.filter(pa.array(~lost))

    episodes = list(Recording(as_page(rows, tmp_path / "gap.parquet", gap)).episodes())
    assert [len(e) for e in episodes[:2]] == [3, 5]
    assert len(episodes) == 7


def test_the_pack_gives_what_the_page_does_not_record(ants, rows, tmp_path):
    page = as_page(rows, tmp_path / "page.parquet")
    assert Recording(page).period is None
    recording = Recording(page, pack=ants)
    assert recording.period == pytest.approx(0.05)
    native = list(Recording(rows).episodes())
    for a, b in zip(recording.episodes(), native):
        assert a.physics.items() <= b.physics.items()
        assert "mass_scale" in a.physics


# --- agents -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Pack:
    cfg = {
        "name": "mixed",
        "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "flat"}]},
        "robots": [{"model": "ant", "count": 2}, {"model": "walker2d"}],
        "task": {"kind": "stand"},
        "control": {"episode": 0.4},
    }
    return make(cfg, 2, out=tmp_path_factory.mktemp("mixed") / "p", jobs=1)


def test_agents_that_differ_are_refused_and_can_be_chosen(mixed, tmp_path):
    with pytest.raises(InputError) as caught:
        record_pack(mixed, "random", tmp_path / "m-v0")
    assert "observe or act differently: ant_0, ant_1; walker2d_0" in caught.value.cause
    assert "agents=['ant_0', 'ant_1']" in caught.value.remedy
    assert not list(tmp_path.iterdir())
    written = record_pack(mixed, {"*": "random"}, tmp_path / "m-v0", agents=["ant_*"], episodes=2)
    assert written.episodes == 2 * 2 * 2
    about, episodes = read_minari(tmp_path / "m-v0")
    assert {facts["agent"] for _, facts in episodes} == {"ant_0", "ant_1"}
    assert "env_spec" not in about
    record_pack(mixed, "random", tmp_path / "all.parquet", format="parquet", agents=["walker2d_0"])
    assert set(pd.read_parquet(tmp_path / "all.parquet")["agent"]) == {"walker2d_0"}


def test_a_view_is_recorded(ants, tmp_path):
    view = ants.filter("index in [0, 2]")
    seen = []
    record_pack(view, "zero", tmp_path / "v-v0", episodes=2, progress=lambda *at: seen.append(at))
    _, episodes = read_minari(tmp_path / "v-v0")
    assert [facts["variant"] for _, facts in episodes] == [0, 0, 2, 2]
    assert seen[-1] == (4, 4)


# --- bad input ----------------------------------------------------------------------------------


def test_a_target_that_is_there_is_kept(ants, rows, tmp_path):
    target = tmp_path / "a-v0"
    target.mkdir()
    (target / "mine").write_text("x")
    for kind in FORMATS.names():
        with pytest.raises(InputError, match="exists already"):
            convert(rows, target, kind)
        with pytest.raises(InputError, match="exists already"):
            record_pack(ants, "random", target, format=kind)
    assert [p.name for p in tmp_path.rglob("*")] == ["a-v0", "mine"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"format": "csv"}, "unknown data set format 'csv'"),
        ({"policies": "gallop"}, "gallop"),
        ({"episodes": 0}, "episodes must be a positive integer"),
        ({"agents": ["bee_0"]}, "bee_0"),
        ({"out": "no/where-v0"}, "is not there"),
    ],
)
def test_what_can_not_be_recorded(ants, tmp_path, more, message):
    arguments = {"policies": "zero", "out": "x-v0", **more}
    arguments["out"] = tmp_path / arguments["out"]
    with pytest.raises(InputError, match=message):
        record_pack(ants, **arguments)
    assert not list(tmp_path.iterdir())


def test_an_empty_view_is_refused(ants, tmp_path):
    with pytest.raises(InputError, match="has no variants"):
        record_pack(ants.filter("index > 99"), "zero", tmp_path / "x-v0")


@pytest.mark.parametrize("content", ["text", "table", "none"])
def test_what_is_no_recording(tmp_path, content):
    path = tmp_path / "r.parquet"
    if content == "text":
        path.write_text("no table")
    elif content == "table":
        pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError) as caught:
        convert(path, tmp_path / "x-v0", "minari")
    assert str(path) in caught.value.cause


@pytest.mark.parametrize("kind", FORMATS.names())
def test_an_interrupted_data_set_leaves_nothing(ants, tmp_path, kind):
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_pack(ants, "zero", tmp_path / "x-v0", format=kind, progress=stop)
    assert not list(tmp_path.iterdir())


def test_numbers_are_plain_in_metadata(ants, rows, tmp_path):
    convert(rows, tmp_path / "a-v0", "minari")
    _, episodes = read_minari(tmp_path / "a-v0")
    assert all(math.isfinite(facts["difficulty"]) for _, facts in episodes)
