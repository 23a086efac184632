"""Packs whose variants differ in bodies or in the number of agents are recorded in groups."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from support.datasets import read_minari

from envgen.core.errors import InputError
from envgen.datasets.convert import convert, record_pack
from envgen.datasets.formats.base import FORMATS
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.rollout.policies import bind
from envgen.rollout.rollout import Rollout

KEYS = ["env", "agent", "episode", "step"]
FEW_KINDS = [kind for kind in FORMATS.names() if not FORMATS.get(kind).mixed]


def write_pack(folder, robots, **changes) -> Pack:
    cfg = {
        "name": "mixed",
        "terrain": {"size": [10, 10], "sub_terrains": [{"kind": "flat"}]},
        "robots": robots,
        "control": {"episode": 0.3},
        **changes,
    }
    return make(cfg, 6, seed=3, out=folder, jobs=1)


@pytest.fixture(scope="module")
def legs(tmp_path_factory) -> Pack:
    """Ants of 3 to 5 legs."""
    robots = [{"model": "ant", "params": {"legs": {"choice": [3, 4, 5]}}}]
    return write_pack(tmp_path_factory.mktemp("legs") / "p", robots)


@pytest.fixture(scope="module")
def herds(tmp_path_factory) -> Pack:
    """One to three ants that are alike."""
    return write_pack(tmp_path_factory.mktemp("herds") / "p", [{"model": "ant", "count": [1, 3]}])


def groups_of(pack: Pack, size) -> list[list[int]]:
    """Indices of the variants by what `size` says of them, in order."""
    found: dict[object, list[int]] = {}
    for variant in pack:
        found.setdefault(size(variant), []).append(variant.index)
    assert len(found) > 1
    return list(found.values())


@pytest.mark.parametrize("name", ["legs", "herds"])
def test_a_recording_holds_whole_episodes_of_every_variant(request, tmp_path, name):
    pack = request.getfixturevalue(name)
    seen = []
    path = tmp_path / "r.parquet"
    written = record_pack(
        pack, "random", path, episodes=2, format="parquet", seed=5, progress=lambda *at: seen.append(at)
    )
    frame = pd.read_parquet(path)
    assert seen[-1] == (12, 12)
    assert written.episodes == 2 * sum(len(variant.agents) for variant in pack)
    assert written.steps == len(frame)
    assert (frame["env"] == frame["index"]).all()
    for variant in pack:  # as if it were played alone
        rollout = Rollout(variant)
        policies = bind(rollout, {"*": "random"}, seed=5)
        own = frame[(frame["index"] == variant.index) & (frame["episode"] == 1)]
        assert sorted(own["agent"].unique()) == variant.agents
        result = rollout.reset(1)
        for step in range(3):
            actions = policies(result)
            for agent in variant.agents:
                (row,) = own[(own["agent"] == agent) & (own["step"] == step)].to_dict("records")
                np.testing.assert_allclose(row["action"], actions[agent][0], atol=1e-6)
                np.testing.assert_allclose(row["observation"], result[agent].observation[0], atol=1e-5)
            result = rollout.step(actions)
    about = json.loads(pq.read_schema(path).metadata[b"envgen"])
    assert sorted(index for group in about["groups"] for index in group["variants"]) == list(range(6))
    for group in about["groups"]:
        for index in group["variants"]:
            assert list(group["agents"]) == pack[index].agents
            actuators = sum(len(facts["actuators"]) for facts in group["agents"].values())
            assert actuators == pack[index].model().nu


@pytest.mark.parametrize("kind", FEW_KINDS)
def test_formats_of_equal_spaces_take_one_group(legs, tmp_path, kind):
    groups = groups_of(legs, lambda variant: variant.model().nu)
    with pytest.raises(InputError, match=f"which {kind} can't hold: group 0: ant_0 with") as error:
        record_pack(legs, "zero", tmp_path / "x-v0", format=kind, progress=lambda *at: pytest.fail("played"))
    for number, own in enumerate(groups):
        count = legs[own[0]].model().nu
        assert f"group {number}: ant_0 with {count} actuators ({len(own)} variant" in error.value.cause
    assert "group=0" in error.value.remedy
    assert "--group 0" in error.value.on_command_line
    assert not list(tmp_path.iterdir())
    written = record_pack(legs, "zero", tmp_path / "x-v0", format=kind, group=1)
    assert written.episodes == len(groups[1])
    with pytest.raises(InputError, match=f"there is no group {len(groups)}"):
        record_pack(legs, "zero", tmp_path / "y-v0", format=kind, group=len(groups))


def test_the_environment_of_a_group_is_found_again(legs, tmp_path):
    record_pack(legs, "zero", tmp_path / "x-v0", group=1)
    about, _ = read_minari(tmp_path / "x-v0")
    own = groups_of(legs, lambda variant: variant.model().nu)[1]
    assert json.loads(about["env_spec"])["kwargs"] == {"pack": str(legs.path.absolute()), "index": own}


def test_agents_that_are_alike_make_one_data_set_whatever_their_number(herds, tmp_path):
    written = record_pack(herds, "zero", tmp_path / "x-v0")
    _, episodes = read_minari(tmp_path / "x-v0")
    assert written.episodes == len(episodes)
    assert [(facts["variant"], facts["agent"]) for _, facts in episodes] == [
        (variant.index, agent) for variant in herds for agent in variant.agents
    ]


def test_agents_that_not_all_variants_have_can_be_named(herds, tmp_path):
    several = [variant.index for variant in herds if "ant_1" in variant.agents]
    policies = {"ant_1": "random", "*": "zero"}
    record_pack(herds, policies, tmp_path / "r.parquet", format="parquet", agents=["ant_1"])
    frame = pd.read_parquet(tmp_path / "r.parquet")
    assert sorted(frame["index"].unique()) == several
    assert set(frame["agent"]) == {"ant_1"}
    assert set(frame["policy"]) == {"random"}
    for wrong in ({"policies": {"bee_0": "zero", "*": "zero"}}, {"agents": ["bee_0"]}):
        with pytest.raises(InputError, match="bee_0"):
            record_pack(herds, **{"policies": "zero", "out": tmp_path / "x-v0", **wrong})


@pytest.mark.parametrize("kind", FORMATS.names())
def test_a_group_of_a_recording_is_converted(legs, tmp_path, kind):
    rows = tmp_path / "r.parquet"
    record_pack(legs, "random", rows, format="parquet")
    groups = groups_of(legs, lambda variant: variant.model().nu)
    if kind in FEW_KINDS:
        with pytest.raises(InputError, match=f"r.parquet differ in .*{kind} can't hold: group 0"):
            convert(rows, tmp_path / "x-v0", kind)
    written = convert(rows, tmp_path / "x-v0", kind, group=1)
    assert written.episodes == len(groups[1])
    if kind == "parquet":
        whole = pd.read_parquet(rows)
        expected = whole[whole["index"].isin(groups[1])].sort_values(KEYS, ignore_index=True)
        found = pd.read_parquet(tmp_path / "x-v0").sort_values(KEYS, ignore_index=True)
        pd.testing.assert_frame_equal(found, expected)
        convert(tmp_path / "x-v0", tmp_path / "y-v0", "minari")  # what was chosen is a recording, too
    with pytest.raises(InputError, match="there is no group 9"):
        convert(rows, tmp_path / "z-v0", kind, group=9)


def test_chosen_agents_of_a_recording_are_a_recording(herds, tmp_path):
    record_pack(herds, "zero", tmp_path / "r.parquet", format="parquet")
    written = convert(tmp_path / "r.parquet", tmp_path / "a.parquet", "parquet", agents=["ant_0"])
    assert set(pd.read_parquet(tmp_path / "a.parquet")["agent"]) == {"ant_0"}
    assert written.episodes == len(herds)
    about = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"envgen"])
    assert list(about["agents"]) == ["ant_0"]


@pytest.mark.parametrize("after", [0, 4])
def test_an_interrupted_recording_of_groups_leaves_nothing(legs, tmp_path, after):
    def stop(done: int, of: int) -> None:
        if done > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_pack(legs, "zero", tmp_path / "x.parquet", format="parquet", progress=stop)
    assert not list(tmp_path.iterdir())


def test_a_policy_that_fits_one_group_only_is_refused_before_anything_is_played(legs, tmp_path):
    def played(done: int, of: int) -> None:
        pytest.fail("it was played")

    with pytest.raises(InputError, match="ant-walk"):
        record_pack(legs, "onnx:ant-walk", tmp_path / "x.parquet", format="parquet", progress=played)
    assert not list(tmp_path.iterdir())


def test_the_period_is_that_of_all_variants_or_none(ants, tmp_path, monkeypatch):
    """It was that of the first variants that are played side by side."""
    monkeypatch.setattr("envgen.datasets.play_pack.AT_ONCE", 1)
    control = {"episode": 0.3, "frame_skip": {"choice": [5, 10]}}
    pack = write_pack(tmp_path / "p", [{"model": "ant"}], control=control)
    for source, period in ((pack, None), (ants, pytest.approx(0.05))):
        path = tmp_path / f"{source.name}.parquet"
        record_pack(source, "zero", path, format="parquet")
        assert json.loads(pq.read_schema(path).metadata[b"envgen"])["period"] == period
