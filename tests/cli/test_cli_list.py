"""The command `envgen list`."""

from __future__ import annotations

import tomllib

import pytest

from envgen import catalog


def test_list_has_every_family_with_parameters_units_and_ranges(run):
    data = run("list", "--json").json
    assert list(data) == ["terrains", "obstacles", "robots", "tasks", "checks", "policies"]
    for family, entries in data.items():
        assert [entry["name"] for entry in entries]
        assert all(entry["summary"] for entry in entries), family
    rough = next(entry for entry in data["terrains"] if entry["name"] == "rough")
    assert rough["params"]["amplitude"]["unit"] == "m"
    assert rough["params"]["amplitude"]["low"] < rough["params"]["amplitude"]["high"]


@pytest.mark.parametrize("family", ["terrains", "obstacles", "robots", "tasks", "checks", "policies"])
def test_list_of_one_family(run, family):
    data = run("list", family, "--json").json
    assert list(data) == [family]
    table = run("list", family).out
    assert table.startswith(family)
    first = [line.split(" ")[0] for line in table.splitlines()]
    assert {entry["name"] for entry in data[family]} <= set(first)


def test_list_of_policies_names_gaits_and_networks(run):
    shown = run("list", "policies").out
    assert "ant: " in shown
    assert "keyboard" in shown
    (gait,) = run("list", "policy", "gait", "--json").json["policies"]
    assert {"ant", "snake", "humanoid"} <= {own["robot"] for own in gait["gaits"]}
    assert "quadruped: " in run("list", "gait").out


def test_list_without_a_family_has_every_name(run):
    shown = run("list").out
    for family, entries in run("list", "--json").json.items():
        assert f"{len(entries)} {family}" in shown
        assert all(entry["name"] in shown for entry in entries), family


@pytest.mark.parametrize(
    ("family", "kind"), [("terrains", "stairs"), ("obstacles", "box"), ("robots", "ant")]
)
def test_list_of_one_kind_tells_all_of_it_and_how_to_ask_for_it(run, here, family, kind):
    table = run("list", family, kind).out
    assert run("list", family[:-1], kind).out == run("list", kind).out == table
    (entry,) = run("list", family, kind, "--json").json[family]
    for name, spec in entry["params"].items():
        assert name in table
        assert spec["doc"].split()[0] in table
    assert all(source.split()[0] in table for source in entry["sources"])
    (here / "asked.toml").write_text(table[table.index("[[") :])
    assert run("make", "asked.toml", "--count", 1, "--quiet").code == 0


def test_list_of_a_name_that_several_families_have_shows_each(run, monkeypatch):
    known = catalog.entries
    task = {"name": "gait", "summary": "Walk evenly.", "params": {}, "sources": []}
    monkeypatch.setattr(
        catalog, "entries", lambda family: [*known(family), task] if family == "tasks" else known(family)
    )
    shown = run("list", "gait").out
    assert run("list", "tasks", "gait").out in shown
    assert run("list", "policies", "gait").out in shown
    assert list(run("list", "gait", "--json").json) == ["tasks", "policies"]


@pytest.mark.parametrize("family", ["terrains", "obstacles", "robots", "tasks"])
def test_what_list_shows_of_each_kind_can_be_asked_for(run, family):
    from envgen.core import cfgio

    for entry in run("list", family, "--json").json[family]:
        if any(spec.get("suffixes") for spec in entry["params"].values()):
            continue  # it names a file that is the reader's
        table = run("list", family, entry["name"]).out
        data = tomllib.loads(table[table.index("\n[") :])
        if "task" in data:
            data["robots"] = [{"model": "ant", "count": 2}]
        cfgio.parse(data, entry["name"])
