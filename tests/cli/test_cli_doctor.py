"""The command `envgen doctor`."""

from __future__ import annotations

from support.command_line import names


def test_doctor_measures_and_says_what_to_do(shell, here):
    data = shell("doctor", "--json").json
    assert data["ok"] is True
    lines = {line["what"]: line for line in data["lines"]}
    assert lines["mujoco"]["found"] == "3.14.0"
    assert "made and checked in" in lines["one variant"]["found"]
    assert all(not lines[name]["needed"] for name in ("mjbatch", "minari", "pandas"))
    assert not lines["display (view)"]["ok"]
    assert all(line["ok"] or line["remedy"] for line in data["lines"])
    assert names(here) == []


def test_doctor_ends_with_one_if_something_that_is_needed_is_missing(run, monkeypatch):
    from envgen.cli import doctor

    bad = doctor.Line("mujoco", False, True, "missing", "Install mujoco.")
    monkeypatch.setattr(doctor, "examine_machine", lambda: [bad])
    result = run("doctor")
    assert result.code == 1
    assert "Install mujoco." in result.out
    assert result.out.endswith("something required is missing\n")
