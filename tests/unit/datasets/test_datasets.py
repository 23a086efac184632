"""Data sets: what other tools read is what was recorded, natively or by the page."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envgen.core.errors import InputError
from envgen.datasets.convert import convert, record_pack
from envgen.datasets.formats import lerobot
from envgen.datasets.formats.base import FORMATS
from envgen.datasets.recording import Recording
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.rollout.policies import bind
from envgen.rollout.record import record
from envgen.rollout.rollout import Rollout


@pytest.fixture(scope="module")
def ants(tmp_path_factory) -> Pack:
    cfg = {
        "name": "ants",
        "terrain": {"size": [10, 10], "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": "ant"}],
        "control": {"episode": 0.5},
        "randomize": {"mass_scale": [0.5, 1.5]},
    }
    return make(cfg, 3, seed=4, out=tmp_path_factory.mktemp("ants") / "p", jobs=1)


@pytest.fixture(scope="module")
def rows(ants, tmp_path_factory) -> Path:
    """Two episodes of each variant, as a recording."""
    path = tmp_path_factory.mktemp("rows") / "r.parquet"
    record_pack(ants, "random", path, episodes=2, format="parquet", seed=3)
    return path


def as_page(rows: Path, target: Path, change=lambda table: table) -> Path:
    """The recording as the page writes it: no physics, and nothing of what follows the last step."""
    table = pq.read_table(rows)
    table = table.drop_columns([n for n in table.column_names if n.startswith(("physics.", "final_"))])
    about = json.loads(table.schema.metadata[b"envgen"])
    for key in ("period", "pack"):
        about.pop(key)
    table = change(table.replace_schema_metadata({"envgen": json.dumps(about)}))
    pq.write_table(table, target)
    return target


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
    monkeypatch.setattr("envgen.datasets.convert.AT_ONCE", 2)
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


# --- Minari -------------------------------------------------------------------------------------


def read_minari(folder: Path) -> tuple[dict, list[tuple[pd.DataFrame, dict]]]:
    data = folder / "data"
    about = json.loads((data / "metadata.json").read_text())
    return about, [
        (
            pq.read_table(data / str(i) / "part-0.parquet"),
            json.loads((data / str(i) / "metadata.json").read_text()),
        )
        for i in range(about["total_episodes"])
    ]


def test_a_minari_data_set_is_the_recording(ants, rows, tmp_path):
    written = convert(rows, tmp_path / "ants-v0", "minari", pack=ants)
    native = list(Recording(rows).episodes())
    about, episodes = read_minari(tmp_path / "ants-v0")
    assert about["dataset_id"] == "ants-v0"
    assert about["algorithm_name"] == "random"
    assert about["total_steps"] == written.steps == sum(map(len, native))
    assert about["total_episodes"] == written.episodes == 6
    assert json.loads(about["env_spec"])["kwargs"] == {"pack": str(ants.path)}
    assert about["envgen"]["seed"] == 4
    for (table, facts), episode in zip(episodes, native):
        assert table.num_rows == len(episode) + 1
        observations = np.stack(table["observations"].to_numpy())
        np.testing.assert_array_equal(observations[:-1], episode.observations)
        np.testing.assert_array_equal(observations[-1], episode.final)
        np.testing.assert_array_equal(np.stack(table["actions"].to_numpy())[:-1], episode.actions)
        np.testing.assert_array_equal(table["rewards"].to_numpy()[:-1], episode.rewards)
        assert facts["env_id"] == "envgen/Pack-v0"
        assert facts["variant"] == facts["options"]["variant"] == episode.variant
        assert facts["physics"] == episode.physics
        assert facts["policy"] == "random"
        assert facts["ending"] == episode.ending
        assert facts["drawn"]["terrain.kind"] == "rough"


def test_minari_opens_and_iterates_it(ants, tmp_path, monkeypatch):
    minari = pytest.importorskip("minari")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    (tmp_path / "envgen").mkdir()
    record_pack(ants, "random", tmp_path / "envgen" / "ants-v1", episodes=3)
    found = minari.load_dataset("envgen/ants-v1")
    assert list(minari.list_local_datasets()) == ["envgen/ants-v1"]
    assert found.total_episodes == 9
    assert found.env_spec.id == "envgen/Pack-v0"
    episodes = list(found.iterate_episodes())
    assert sum(len(episode) for episode in episodes) == found.total_steps
    for episode in episodes:
        assert found.observation_space.contains(episode.observations[-1])
        assert all(found.action_space.contains(action) for action in episode.actions)
        assert episode.terminations[-1] != episode.truncations[-1]
    (facts,) = found.storage.get_episode_metadata([7])
    assert facts["variant"] == 2
    assert facts["physics"]["mass_scale"] == episodes[7].infos["physics.mass_scale"][0]
    assert len(list(found.sample_episodes(4))) == 4
    assert minari.split_dataset(found, [5, 4])[0].total_episodes == 5


@pytest.mark.parametrize("name", ["ants", "ants-v", "an ts-v0", "ants-v0.1"])
def test_a_name_that_minari_does_not_know(ants, tmp_path, name):
    with pytest.raises(InputError, match="not a name of a Minari data set"):
        record_pack(ants, "random", tmp_path / name)
    assert not list(tmp_path.iterdir())


# --- LeRobot ------------------------------------------------------------------------------------


def test_a_lerobot_data_set_has_the_documented_layout(ants, rows, tmp_path):
    root = tmp_path / "l"
    written = convert(rows, root, "lerobot")
    native = list(Recording(rows).episodes())
    info = json.loads((root / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0"
    assert info["fps"] == 20
    assert info["robot_type"] == "ant"
    assert (info["total_episodes"], info["total_frames"]) == (6, written.steps)
    assert info["splits"] == {"train": "0:6"}
    frames = pd.read_parquet(root / info["data_path"].format(chunk_index=0, file_index=0))
    assert set(frames.columns) == set(info["features"])
    np.testing.assert_array_equal(
        np.stack(frames["observation.state"]), np.concatenate([e.observations for e in native])
    )
    assert list(frames["index"]) == list(range(written.steps))
    for name, feature in info["features"].items():
        first = np.atleast_1d(frames[name].iloc[0])
        assert list(first.shape) == feature["shape"]
        assert str(first.dtype) == feature["dtype"]
        assert feature["names"] is None or len(feature["names"]) == feature["shape"][0]
    episodes = pd.read_parquet(root / "meta/episodes/chunk-000/file-000.parquet")
    for (_, row), episode in zip(episodes.iterrows(), native):
        part = frames.iloc[row["dataset_from_index"] : row["dataset_to_index"]]
        assert len(part) == row["length"] == len(episode)
        assert set(part["episode_index"]) == {row["episode_index"]}
        np.testing.assert_allclose(part["timestamp"], np.arange(len(part)) / 20, atol=1e-6)
        assert list(part["next.done"]) == [False] * (len(part) - 1) + [True]
        assert row["envgen/variant"] == episode.variant
        assert row["envgen/physics.mass_scale"] == episode.physics["mass_scale"]
        assert row["envgen/drawn.terrain.amplitude"] == ants[episode.variant].drawn["terrain.amplitude"]
        np.testing.assert_allclose(row["stats/action/mean"], episode.actions.mean(axis=0), atol=1e-6)
    stats = json.loads((root / "meta/stats.json").read_text())
    every = np.concatenate([e.observations for e in native]).astype(float)
    for name, expected in {
        "mean": every.mean(axis=0),
        "std": every.std(axis=0),
        "min": every.min(axis=0),
        "max": every.max(axis=0),
        "q50": np.median(every, axis=0),
    }.items():
        np.testing.assert_allclose(stats["observation.state"][name], expected, atol=1e-6)
    assert stats["action"]["count"] == [written.steps]
    tasks = pd.read_parquet(root / "meta/tasks.parquet")
    assert tasks.iloc[0].name == "walk"
    assert tasks.loc["walk"].task_index == 0


def test_frames_are_parted_into_files(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(lerobot, "FILE_MB", 0.004)
    monkeypatch.setattr(lerobot, "CHUNK", 2)
    convert(rows, tmp_path / "l", "lerobot")
    files = sorted(
        p.relative_to(tmp_path / "l/data").as_posix() for p in (tmp_path / "l/data").rglob("*.parquet")
    )
    assert files[:3] == [
        "chunk-000/file-000.parquet",
        "chunk-000/file-001.parquet",
        "chunk-001/file-000.parquet",
    ]
    episodes = pd.read_parquet(tmp_path / "l/meta/episodes/chunk-000/file-000.parquet")
    for _, row in episodes.iterrows():
        name = lerobot.DATA.format(chunk_index=row["data/chunk_index"], file_index=row["data/file_index"])
        indices = pd.read_parquet(tmp_path / "l" / name)["index"]
        assert row["dataset_from_index"] in set(indices)
        assert row["dataset_to_index"] - 1 in set(indices)


def test_lerobot_reads_it(rows, tmp_path, monkeypatch):
    module = pytest.importorskip("lerobot.datasets.lerobot_dataset")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    written = convert(rows, tmp_path / "l", "lerobot")
    found = module.LeRobotDataset("envgen/l", root=tmp_path / "l")
    assert len(found) == written.steps
    assert found[0]["observation.state"].shape[0] == len(Recording(rows).observation_names)


def test_without_a_period_lerobot_is_refused(ants, rows, tmp_path):
    page = as_page(rows, tmp_path / "page.parquet")
    with pytest.raises(InputError, match="how long a control step is"):
        convert(page, tmp_path / "l", "lerobot")
    assert [p.name for p in tmp_path.iterdir()] == ["page.parquet"]
    convert(page, tmp_path / "l", "lerobot", pack=ants)
    assert json.loads((tmp_path / "l/meta/info.json").read_text())["fps"] == 20


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
