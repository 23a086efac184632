"""Minari and LeRobot data sets: what their readers find is what was recorded."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from support.datasets import as_page, read_minari

from envgen.core.errors import InputError
from envgen.datasets.convert import convert, record_pack
from envgen.datasets.formats import lerobot
from envgen.datasets.recording import Recording

# --- Minari -------------------------------------------------------------------------------------


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
    with pytest.raises(InputError, match="must be named like ants-v0"):
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
