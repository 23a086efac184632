"""Recordings from the page read back with pandas, with the columns that native recordings have."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from envgen.rollout.columns import COLUMNS


def test_a_recording_reads_back_with_the_documented_columns(opens):
    tab = opens()
    tab.run("two ants in sumo on rough terrain", 3)
    tab.call("envgen.setPolicy('zero', {agents: [1]})")
    raw = base64.b64decode(tab.call("envgen.record(12, [0, 2])"))
    found = pd.read_parquet(io.BytesIO(raw))
    names = [c.name for c in COLUMNS]
    assert list(found.columns)[: len(names)] == names
    assert all(name.startswith("drawn.") for name in found.columns[len(names) :])
    schema = pq.read_schema(io.BytesIO(raw))
    named = {"bool": "bool", "float64": "double", "list<float32>": "list<element: float not null>"}
    for column in COLUMNS:
        field = schema.field(column.name)
        assert str(field.type) in (named.get(column.kind, column.kind), "list<element: float>")
        assert field.nullable is column.null
    assert len(found) == 12 * 2 * 2
    assert set(found["env"]) == {0, 2}
    assert set(found["agent"]) == {"ant_0", "ant_1"}
    assert {len(a) for a in found["action"]} == {8}
    still = found[found["policy"] == "zero"]
    assert len(still) == 24
    assert not np.stack(still["action"]).any()
    interface = tab.call("envgen.agentInterface(0, 0)")
    assert {len(o) for o in found["observation"]} == {sum(t["size"] for t in interface["observation"])}
    about = json.loads(pq.read_metadata(io.BytesIO(raw)).metadata[b"envgen"])
    assert about["task"] == "sumo"
    assert set(about["agents"]) == {"ant_0", "ant_1"}
    for _, rows in found.groupby(["env", "agent", "episode"]):
        assert (np.diff(rows["step"]) == 1).all()


def test_the_button_downloads_a_file_and_too_much_is_refused(opens):
    tab = opens()
    tab.run("flat ground for an ant", 2)
    page = tab.page
    page.locator("#record > summary").click()
    page.get_by_label("Control steps").fill("5")
    with page.expect_download() as download:
        page.get_by_role("button", name="Record to Parquet").click()
    assert download.value.suggested_filename.endswith(".parquet")
    assert len(pd.read_parquet(download.value.path())) == 10
    assert tab.call("envgen.record(400000)") is None
    assert "Take at most" in tab.told("too many rows")["remedy"]


def test_a_recording_whose_worlds_are_replaced_keeps_whose_it_is(opens):
    tab = opens()
    tab.run("two ants in sumo", 2, seed="3")
    tab.call("() => { window.recorded = envgen.record(3000) }")
    tab.sleep(0.5)
    tab.run("stairs for a hopper", 1)
    raw = base64.b64decode(tab.call("() => window.recorded"))
    tab.told("have fewer than 3000 steps")
    found = pd.read_parquet(io.BytesIO(raw))
    assert set(found["agent"]) == {"ant_0", "ant_1"}
    assert set(found["index"]) == {0, 1}
    assert found["drawn.difficulty"].notna().all()
    about = json.loads(pq.read_metadata(io.BytesIO(raw)).metadata[b"envgen"])
    assert (set(about["agents"]), about["task"], about["seed"]) == ({"ant_0", "ant_1"}, "sumo", "3")


def test_a_recording_of_nothing_is_said(opens):
    tab = opens()
    tab.run("flat ground for an ant", 1)
    tab.mode("paused")
    tab.call("() => { window.recorded = envgen.record(50) }")
    tab.page.locator("#record > summary").click()
    tab.page.get_by_role("button", name="stop and save").click()
    assert tab.call("() => window.recorded") is None
    tab.told("nothing was recorded")
