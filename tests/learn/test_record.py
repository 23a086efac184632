"""Recordings of whole episodes hold what an evaluation of the same episodes counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from envgen.core.errors import InputError
from envgen.learn.evaluate import evaluate
from envgen.learn.record import record_episodes
from envgen.packs.pack import Pack
from envgen.rollout.columns import COLUMNS
from envgen.rollout.policies import bind
from envgen.rollout.record import record
from envgen.rollout.rollout import Rollout


def test_recording_equals_evaluation(walkers: Pack, tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    rows = record_episodes(walkers, "random", path, episodes=2)
    table = pd.read_parquet(path)
    assert len(table) == rows
    assert list(table)[: len(COLUMNS)] == [column.name for column in COLUMNS]
    sums = table.groupby(["index", "episode"])["reward"].sum()
    for episode in evaluate(walkers, ["random"], episodes=2).episodes:
        own = table[(table["index"] == episode.variant) & (table["episode"] == episode.episode)]
        assert sums[episode.variant, episode.episode] == pytest.approx(episode.reward, abs=1e-9)
        assert len(own) == episode.steps
        assert own["step"].tolist() == list(range(episode.steps))
        assert own["ending"].dropna().tolist() == [episode.ending] == own["ending"].tolist()[-1:]
    about = json.loads(pq.read_metadata(path).metadata[b"envgen"])
    assert about["agents"]["hopper_0"]["robot"] == "hopper"


def test_columns_are_those_of_other_recordings(walkers: Pack, tmp_path: Path) -> None:
    record_episodes(walkers, "gait", tmp_path / "a.parquet")
    rollout = Rollout(list(walkers))
    record(rollout, bind(rollout, {"*": "gait"}), tmp_path / "b.parquet", steps=5)
    new, old = (pq.read_table(tmp_path / name) for name in ("a.parquet", "b.parquet"))
    assert new.schema.equals(old.schema, check_metadata=False)
    first, same = new.to_pandas(), old.to_pandas()
    for index in range(4):
        a, b = (t[t["index"] == index].head(4).reset_index(drop=True) for t in (first, same))
        assert (np.stack(a["observation"]) == np.stack(b["observation"])).all()
        assert (np.stack(a["action"]) == np.stack(b["action"])).all()
        assert a.drop(columns=["observation", "action"]).equals(b.drop(columns=["observation", "action"]))


def test_nothing_is_lost_or_left_behind(walkers: Pack, tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    record_episodes(walkers, "gait", path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists"):
        record_episodes(walkers, "gait", path)

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_episodes(walkers, "gait", path, overwrite=True, progress=stop)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["r.parquet"]
    with pytest.raises(InputError, match="is not there"):
        record_episodes(walkers, "gait", tmp_path / "no" / "r.parquet")
