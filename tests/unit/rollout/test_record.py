"""Recordings: what pandas reads is what was observed, done and got."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from envgen.core.errors import InputError, WorkError
from envgen.packs.make import make
from envgen.rollout.columns import COLUMNS, drawn_columns
from envgen.rollout.policies import bind
from envgen.rollout.record import PHYSICS_NAMES, record
from envgen.rollout.recorder import Recorder
from envgen.rollout.rollout import Rollout

NAMES = [column.name for column in COLUMNS]


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    cfg = {
        "name": "record",
        "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "rough", "amplitude": [0.02, 0.05]}]},
        "robots": [{"model": "ant", "count": 2}],
        "task": {"kind": "sumo"},
        "control": {"episode": 0.6},
    }
    return make(cfg, 3, out=tmp_path_factory.mktemp("record") / "pack", jobs=1)


def table(pack, path, *, steps=30, policies=None, **more):
    rollout = Rollout(list(pack)[1:])
    rows = record(rollout, bind(rollout, policies or {"*": "random"}, seed=4), path, steps=steps, **more)
    found = pd.read_parquet(path)
    assert len(found) == rows
    return rollout, found


def test_pandas_reads_the_documented_columns(pack, tmp_path):
    _, found = table(pack, tmp_path / "r.parquet", policies={"ant_0": "gait", "*": "random"})
    drawn = [name for name in found.columns if name.startswith("drawn.")]
    physics = [name for name in found.columns if name.startswith("physics.")]
    assert list(found.columns) == [*NAMES, *drawn, "final_observation", *physics]
    assert physics == [f"physics.{name}" for name in PHYSICS_NAMES]
    assert set(drawn) == {f"drawn.{path}" for path in pack[1].drawn}
    assert set(found["env"]) == {0, 1}
    assert set(found["index"]) == {1, 2}
    assert dict(zip(found["agent"], found["policy"])) == {"ant_0": "gait", "ant_1": "random"}
    for name, group in found.groupby("index"):
        values = group["drawn.terrain.amplitude"].unique()
        assert values == [pack[name].drawn["terrain.amplitude"]]
    assert {len(value) for value in found["action"]} == {8}
    about = json.loads(pq.read_metadata(tmp_path / "r.parquet").metadata[b"envgen"])
    size = sum(size for _, size in about["agents"]["ant_0"]["observation"])
    assert {len(value) for value in found["observation"]} == {size}
    assert about["task"] == "sumo"
    assert about["agents"]["ant_1"]["actuators"][0] == "hip_0"
    schema = pq.read_schema(tmp_path / "r.parquet")
    named = {"bool": "bool", "float64": "double", "list<float32>": "list<element: float>"}
    for column in COLUMNS:
        field = schema.field(column.name)
        assert str(field.type) == named.get(column.kind, column.kind)
        assert field.nullable is column.null


def test_rows_are_the_rollout_again(pack, tmp_path):
    """The same policies on the same worlds, stepped by hand."""
    _, found = table(pack, tmp_path / "r.parquet", steps=10)
    rollout = Rollout(list(pack)[1:])
    policies, result = bind(rollout, {"*": "random"}, seed=4), rollout.reset()
    for step in range(10):
        actions = policies(result)
        after = rollout.step(actions)
        for agent in rollout.agents:
            rows = found[(found["agent"] == agent) & (found["step"] == step)].sort_values("env")
            np.testing.assert_allclose(np.stack(rows["observation"]), result[agent].observation, atol=1e-5)
            np.testing.assert_allclose(np.stack(rows["action"]), actions[agent], atol=1e-6)
            np.testing.assert_array_equal(rows["reward"], after[agent].reward)
        result = after


def test_episodes_follow_one_another(pack, tmp_path):
    _, found = table(pack, tmp_path / "r.parquet", steps=30, episode=5)
    assert set(found["episode"]) == {5, 6, 7}  # of 12 control steps, as time is up after 0.6 s
    for _, rows in found.groupby(["env", "agent", "episode"]):
        assert list(rows["step"]) == list(range(len(rows)))
        assert rows["ending"].iloc[:-1].isna().all()
    first = found[found["episode"] == 5].groupby(["env", "agent"]).last()
    assert (first["ending"] == "time").all()
    assert first["truncated"].all()
    assert not first["terminated"].any()


def test_an_agent_that_is_out_has_no_more_rows(tmp_path):
    """The one that ends is not recorded again before the other ends, too."""
    cfg = {
        "name": "out",
        "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "flat"}]},
        "robots": [{"model": "ant"}, {"model": "walker2d"}],
        "task": {"kind": "stand"},
        "control": {"episode": 5.0},
    }
    rollout = Rollout(make(cfg, 1, out=tmp_path / "p", jobs=1)[0])
    record(rollout, bind(rollout, {"*": "zero"}), tmp_path / "r.parquet", steps=240)
    found = pd.read_parquet(tmp_path / "r.parquet")
    first = found[found["episode"] == 0]
    ant, walker = first[first["agent"] == "ant_0"], first[first["agent"] == "walker2d_0"]
    assert walker["ending"].iloc[-1] == "fallen"
    assert walker["terminated"].iloc[-1]
    assert len(walker) < len(ant)
    assert ant["ending"].iloc[-1] == "time"


def test_whole_episodes_of_each_world(pack, tmp_path):
    rollout = Rollout(list(pack))
    record(rollout, bind(rollout, {"*": "random"}), tmp_path / "r.parquet", episodes=2)
    found = pd.read_parquet(tmp_path / "r.parquet")
    for _, rows in found.groupby(["env", "agent"]):
        ends = rows[rows["terminated"] | rows["truncated"]]
        assert list(ends["episode"]) == [0, 1]
    assert list(found["final_observation"].notna()) == list(found["terminated"] | found["truncated"])


def test_what_follows_the_last_step_is_kept(pack, tmp_path):
    """Also where the recording ends before the episode does."""
    _, found = table(pack, tmp_path / "r.parquet", steps=5)
    rollout = Rollout(list(pack)[1:])
    policies, result = bind(rollout, {"*": "random"}, seed=4), rollout.reset()
    for _ in range(5):
        result = rollout.step(policies(result))
    final = found[found["step"] == 4]
    assert found[found["step"] < 4]["final_observation"].isna().all()
    for agent in rollout.agents:
        rows = final[final["agent"] == agent].sort_values("env")
        expected = result[agent].observation
        np.testing.assert_allclose(np.stack(rows["final_observation"]), expected, atol=1e-5)


def test_the_physics_of_an_episode_is_recorded(tmp_path):
    cfg = {
        "name": "physics",
        "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "flat"}]},
        "robots": [{"model": "ant"}],
        "control": {"episode": 0.3},
        "randomize": {"mass_scale": [0.5, 1.5]},
    }
    rollout = Rollout(list(make(cfg, 2, out=tmp_path / "p", jobs=1)))
    record(rollout, bind(rollout, {"*": "zero"}), tmp_path / "r.parquet", episodes=3)
    found = pd.read_parquet(tmp_path / "r.parquet")
    drawn = found.groupby(["env", "episode"])["physics.mass_scale"].agg(["min", "max"])
    assert (drawn["min"] == drawn["max"]).all()
    assert drawn["min"].nunique() == 6
    rollout.reset(2)
    assert [p.mass_scale for p in rollout.physics] == drawn["min"].xs(2, level="episode").tolist()
    assert (found["physics.friction_scale"] == 1).all()


@pytest.mark.parametrize("more", [{}, {"steps": 3, "episodes": 3}, {"episodes": 0}, {"episodes": 1.5}])
def test_a_length_that_is_not_clear(pack, tmp_path, more):
    rollout = Rollout(pack[0])
    with pytest.raises(InputError, match=r"either steps or episodes|positive integer"):
        record(rollout, bind(rollout, {"*": "zero"}), tmp_path / "r.parquet", **more)


def test_only_the_agents_chosen_are_recorded(pack, tmp_path):
    _, found = table(pack, tmp_path / "r.parquet", agents=["ant_1"], steps=3)
    assert set(found["agent"]) == {"ant_1"}
    with pytest.raises(InputError, match="no agent of this world"):
        table(pack, tmp_path / "x.parquet", agents=["ant_9"])
    assert not list(tmp_path.glob("*x.parquet*"))


def test_a_policy_may_change_in_the_middle(pack, tmp_path):
    rollout = Rollout(pack[0])
    policies = bind(rollout, {"*": "random"})

    def switch(done):
        if done == 4:
            policies.bind({"ant_0": "zero"})

    record(rollout, policies, tmp_path / "r.parquet", steps=8, progress=switch)
    found = pd.read_parquet(tmp_path / "r.parquet")
    mine = found[found["agent"] == "ant_0"]
    assert list(mine["policy"]) == ["random"] * 4 + ["zero"] * 4
    assert (np.stack(mine["action"])[4:] == 0).all()


@pytest.mark.parametrize("steps", [0, -1, 10**9])
def test_a_number_of_steps_that_is_not_possible(pack, tmp_path, steps):
    with pytest.raises(InputError) as caught:
        table(pack, tmp_path / "r.parquet", steps=steps)
    assert "steps must be from 1 to" in caught.value.cause
    assert caught.value.remedy == "Give 1 to 25,000,000 steps."


def test_what_fails_leaves_nothing_behind(pack, tmp_path):
    rollout = Rollout(pack[0])

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(rollout, bind(rollout, {"*": "zero"}), tmp_path / "r.parquet", steps=5, progress=stop)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="is not there"):
        record(rollout, bind(rollout, {"*": "zero"}), tmp_path / "no" / "r.parquet", steps=5)
    (tmp_path / ".r.parquet.part").mkdir()
    with pytest.raises(WorkError, match="can't be written"):
        record(rollout, bind(rollout, {"*": "zero"}), tmp_path / "r.parquet", steps=5)


def test_parameters_of_several_types_become_text(tmp_path):
    drawn = {0: {"a": 1, "b": "x", "c": [1, 2], "d": None}, 1: {"a": 2.5, "b": 3, "d": True}}
    assert drawn_columns(drawn.values()) == {
        "drawn.a": "float64",
        "drawn.b": "string",
        "drawn.c": "string",
        "drawn.d": "string",
    }
    with Recorder(tmp_path / "r.parquet", drawn) as recorder:
        for index in (0, 1):
            row = dict.fromkeys(("env", "step", "episode"), 0)
            recorder.add(
                **row,
                index=index,
                agent="a",
                policy="zero",
                observation=[1.0],
                action=[],
                reward=0.0,
                terminated=False,
                truncated=False,
                ending=None,
            )
    found = pd.read_parquet(tmp_path / "r.parquet")
    assert found["drawn.a"].tolist() == [1.0, 2.5]
    assert found["drawn.b"].tolist() == ["x", "3"]
    assert found["drawn.c"].tolist()[0] == "[1, 2]"
    assert found["drawn.d"].tolist()[1] == "true"
