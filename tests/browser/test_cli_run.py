"""`envgen run`: real server, real browser, real physics, from the command line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pandas
import pytest
from support.worlds import make_cfg

from envgen.packs.make import make

ENVGEN = [sys.executable, "-m", "envgen.cli.main"]


def call(*arguments, cwd, timeout=120):
    return subprocess.run(
        [*ENVGEN, *arguments], cwd=cwd, capture_output=True, text=True, timeout=timeout, check=False
    )


def test_figures_of_a_prompt_as_json(tmp_path):
    result = call(
        "run", "two ants in sumo", "--count", "4", "--seconds", "1", "--json", "--policy", "ant_0=gait",
        "--policy", "ant_1=random", "--workers", "2", cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["environments"] == 4
    assert figures["agents"] == 8
    assert figures["workers"] == 2
    assert figures["physics_steps"] > 100
    assert figures["physics_steps_per_s"] == pytest.approx(
        figures["physics_steps"] / figures["seconds"], rel=0.01
    )
    # an ant's control step is five steps of physics
    assert figures["control_steps_per_s"] * 5 == pytest.approx(figures["physics_steps_per_s"], rel=0.05)
    assert figures["realtime_factor"] > 0
    assert {"episodes", "resets", "flagged"} <= figures.keys()
    assert {line["policy"]: line["agents"] for line in figures["policies"]} == {"gait": 4, "random": 4}


def test_who_refuses_a_policy_is_said_where_others_take_it(tmp_path):
    result = call(
        "run", "an ant and a hopper walking on flat ground", "--count", "3", "--seconds", "0.5", "--json",
        "--policy", "ant-walk", cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    (refusal,) = json.loads(result.stdout)["policies_refused"]
    assert (refusal["policy"], refusal["robot"], refusal["agents"]) == ("ant-walk", "hopper", 3)
    assert "refused by 3 agents (hopper)" in result.stderr


def test_an_agent_is_meant_by_its_id_where_worlds_differ_in_their_number(tmp_path):
    result = call(
        "run", "one to three ants and a rover on flat ground", "--count", "6", "--seconds", "0.5", "--json",
        "--policy", "zero", "--policy", "rover_0=gait", "--policy", "ant_[12]=random",
        "--record", "r.parquet", "--record-steps", "2", cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    table = pandas.read_parquet(tmp_path / "r.parquet")
    who = table.groupby("agent")["policy"].agg(set).to_dict()
    assert who == {"ant_0": {"zero"}, "ant_1": {"random"}, "ant_2": {"random"}, "rover_0": {"gait"}}


@pytest.fixture
def hoppers(tmp_path):
    """A pack of three hoppers, `pack` in the folder of the test."""
    make(make_cfg("flat", "hopper"), 3, seed=0, out=tmp_path / "pack", jobs=1)


def test_a_pack_with_a_recording_and_a_picture(tmp_path, hoppers):
    result = call(
        "run", "pack", "--seconds", "0.5", "--policy", "random", "--record", "r.parquet", "--record-steps",
        "20", "--screenshot", "page.png", cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert re.search(r"environments +3 +3 agents", result.stdout)
    table = pandas.read_parquet(tmp_path / "r.parquet")
    assert len(table) == 3 * 20
    assert set(table["policy"]) == {"random"}
    assert {len(action) for action in table["action"]} == {3}
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_missing_of_a_damaged_pack_is_told_with_its_reason(tmp_path, hoppers):
    with open(tmp_path / "pack" / "variants" / "00001" / "env.xml", "a") as file:
        file.write(" ")
    result = call("run", "pack", "--seconds", "0.5", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["environments"] == 2
    assert [line["index"] for line in figures["given_up"]] == [1]
    assert re.search("variant 1 could not be made: .*variants/00001/env.xml differs from what", result.stderr)
    assert "--resume" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["ant", "--policy", "giat"], "there is no policy 'giat'", "Did you mean 'gait'?"),
        (["ant", "--policy", "ant_7=gait"], "there is no agent 'ant_7'", "Known: ant_0"),
        (["ant", "--policy", "team:green=gait"], "there is no team 'green'", "Known: ant_0"),
        (["ant", "--record", "r.csv"], "r.csv is to be a .parquet file", "Call it r.parquet"),
        (["ant", "--policy", "none.onnx"], "there is no file none.onnx", "Give the path"),
        (["ant", "--policy", "gait@200%"], "no share such as @30%", "team:TEAM=POLICY"),
        (["ant", "--count", "0"], "--count must be 1 to 10,000, got 0", "A tab holds no more"),
        (["."], "there is no pack in .", "Give the folder of a pack"),
        (["no.toml"], "no.toml", ""),
        (["ant", "--record", "no/r.parquet"], "the folder no is not there", "another path"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_told_with_a_remedy(tmp_path, arguments, cause, remedy):
    result = call("run", *arguments, *([] if "--count" in arguments else ["--count", "1"]), cwd=tmp_path)
    assert result.returncode == 2, result.stdout + result.stderr
    assert cause in result.stderr
    assert remedy in result.stderr
    assert "Traceback" not in result.stderr


def test_a_pack_takes_no_seed(tmp_path, pack):
    result = call("run", str(pack.path), "--seed", "3", cwd=tmp_path)
    assert result.returncode == 2
    assert "a pack has a seed of its own" in result.stderr


def test_no_browser_is_told_with_a_remedy(tmp_path):
    environment = {**os.environ, "ENVGEN_BROWSER": "/bin/false"}
    result = subprocess.run(
        [*ENVGEN, "run", "ant", "--count", "1"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=environment, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "no browser could be started" in result.stderr
    assert "apt-get install chromium" in result.stderr


def interrupted(phase, *arguments, cwd):
    """What a run prints that is ended by Ctrl-C once it has come to a phase."""
    process = subprocess.Popen(
        [*ENVGEN, "run", "ant", "--count", "2", "--json", *arguments],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert any(line.startswith(phase) for line in process.stderr)
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, err
    return out, err


def test_ctrl_c_tells_what_was_measured(tmp_path):
    out, err = interrupted("running", "--seconds", "300", cwd=tmp_path)
    assert "the figures above are of the time before" in err
    assert json.loads(out)["interrupted"] is True


def test_ctrl_c_ends_a_recording_with_what_is_there(tmp_path):
    import pandas

    more = ["--record", "r.parquet", "--record-steps", "100000", "--speed", "1"]
    out, _ = interrupted("recording", "--seconds", "0.1", *more, cwd=tmp_path)
    assert json.loads(out)["interrupted"] is True
    table = pandas.read_parquet(tmp_path / "r.parquet")
    assert 0 < len(table) < 200_000


def test_ctrl_c_before_anything_runs(tmp_path):
    out, err = interrupted("making", "--count", "3000", cwd=tmp_path)
    assert out == ""
    assert "interrupted before it ran" in err
