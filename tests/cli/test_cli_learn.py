"""`envgen train`, `eval` and `record` where no PyTorch is needed."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from support.command_line import command, environment, names

from envgen.learn import extras
from envgen.packs.make import make


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra."""
    monkeypatch.setattr(extras, "find_spec", lambda name: None)


@pytest.mark.usefixtures("bare")
def test_missing_extra_is_named_before_anything_is_made(run, pack, here):
    remedy = "pip install 'envgen[train]'"
    run("train", pack.path).refused("training needs the packages torch, rsl_rl", remedy)
    run("eval", pack.path, "-p", "gait", "--out", "x").refused("needs the package matplotlib", remedy)
    assert names(here) == []


@pytest.mark.parametrize("command", ["train", "eval", "record", "preview"])
def test_help_imports_no_framework(command):
    code = (
        "import sys\nfrom envgen.cli.main import run\n"
        f"run([{command!r}, '--help'])\n"
        "sys.exit(sorted({'torch', 'gymnasium', 'rsl_rl', 'mujoco'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["--steps", "many"], "such as 4_000_000, got 'many'", ""),
        (["--out", "no/p.onnx"], "the folder no is not there", "--out"),
        (["--out", "p.pt"], "p.pt must end in .onnx", "p.onnx"),
        (["--resume"], "there is no policy.train/checkpoint.pt to resume", "Leave out"),
        (["--curriculum", "--sampling", "uniform"], "exclude each other", ""),
        (["--num-envs", "0"], "0 is not in the range", ""),
        (["--out", "folder.onnx"], "folder.onnx is a folder", "--out"),
        (["--out", "taken.onnx"], "taken.train must be a folder, got a file", "--out"),
        (["--device", "tpu"], "device must be one that PyTorch finds here, got 'tpu'", "cpu"),
        (["--device", "cuda:99"], "device must be one that PyTorch finds here, got 'cuda:99'", "cpu"),
    ],
)
def test_wrong_trainings_are_refused(run, pack, here, arguments, cause, remedy):
    (here / "folder.onnx").mkdir()
    (here / "taken.train").touch()
    run("train", pack.path, *arguments).refused(cause, remedy)


def test_a_policy_that_is_there_is_not_replaced(run, pack, here):
    (here / "policy.onnx").write_bytes(b"precious")
    run("train", pack.path).refused("policy.onnx exists", "--overwrite")
    assert (here / "policy.onnx").read_bytes() == b"precious"


def test_eval_says_where_policies_fail(run, pack):
    result = run("eval", pack.path, "-p", "gait", "-p", "zero", "--threads", 1)
    assert result.code == 0
    assert "worst variants of zero" in result.out
    assert "zero against gait, paired: success" in result.out
    assert f"envgen preview {pack.path} --video --index" in result.out
    found = run("eval", pack.path, "-p", "gait", "-p", "zero", "--by", "difficulty", "--json").json
    assert list(found["policies"]) == ["gait", "zero"]
    assert found["policies"]["gait"]["count"] == len(pack)
    assert found["by"] == ["difficulty"]
    assert sum(cell["policies"]["gait"]["count"] for cell in found["cells"]) == len(pack)
    assert found["missed"] == []


def test_eval_splits_by_what_episodes_draw(run, here):
    randomize = {"latency": [0, 2]}
    cfg = {"robots": [{"model": "point"}], "control": {"episode": 0.2}, "randomize": randomize}
    make(cfg, 3, seed=1, out=here / "late", jobs=1)
    options = ["-p", "zero", "--episodes", 4]
    found = run("eval", "late", *options, "--by", "randomize.latency", "--json").json
    assert {cell["cell"][0] for cell in found["cells"]} == {"0", "1", "2"}
    wrong = run("eval", "late", *options, "--by", "randomize.latencyy")
    wrong.refused("no variant has a value 'randomize.latencyy'", "Did you mean 'randomize.latency'?")


def test_eval_guards_a_release(run, pack):
    result = run("eval", pack.path, "-p", "zero", "--fail-under", "success=0.9", "-q")
    assert (result.code, result.out) == (1, "")
    assert result.err == "envgen: zero stays below success=0.9\n"
    assert run("eval", pack.path, "-p", "zero", "--fail-under", "success=0", "-q") == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["-p", "lurch"], "lurch", ""),
        (["-p", "zero", "--by", "terrain.kin"], "no variant has a value 'terrain.kin'", "terrain.kind"),
        (["-p", "zero", "--fail-under", "falls=1"], "unknown bound 'falls'", "success"),
        (["-p", "zero", "--fail-under", "success=80"], "a share from 0 to 1", ""),
        (["-p", "zero", "-p", "zero"], "named twice", ""),
        (["-p", "zero", "--by", "difficulty,difficulty"], "names a value twice", "Such as --by"),
        (["-p", "zero", "--by", "a,b,c,d"], "--by takes 1 to 3 values, got 4", "Such as --by"),
        (["-p", "ant_0=gait,zero"], "must be AGENT=POLICY, each agent once", "ant_0=gait,ant_1=zero"),
        (["-p", "zero", "--write", "--out", "file/x"], "file is a file", "Give a folder"),
        (["-p", "zero", "--out", "file"], "file is a file", "Give a folder"),
        ([], "missing option", ""),
    ],
)
def test_wrong_evaluations_are_refused(run, pack, here, arguments, cause, remedy):
    (here / "file").touch()
    run("eval", pack.path, *arguments).refused(cause, remedy)


def test_eval_writes_into_folders_only(run, own_pack, here):
    assert run("eval", own_pack, "-p", "zero", "--write", "-q") == (0, "", "")
    assert '"measured"' in (own_pack / "pack.json").read_text()
    assert run("validate", own_pack).code == 0
    run("export", own_pack, "--format", "zip", "--out", "p.zip", "-q")
    run("eval", "p.zip", "-p", "zero", "--write").refused("p.zip is a .zip", "Unpack it")


def test_ctrl_c_keeps_the_episodes_that_are_finished(pack, here):
    process = subprocess.Popen(
        command("eval", pack.path, "-p", "zero", "-p", "random", "-e", "100000", "--out", "report"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
        start_new_session=True,
    )
    time.sleep(6)  # imports take up to three
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    kept = re.search(r"interrupted: these are ([0-9,]+) of ([0-9,]+) episodes", err)
    assert kept, err
    assert kept[2] == f"{200_000 * len(pack):,}"
    with open(here / "report/episodes.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == int(kept[1].replace(",", "")) > 0
    played = {
        name: {(r["variant"], r["episode"]) for r in rows if r["policy"] == name}
        for name in ("zero", "random")
    }
    assert played["zero"] == played["random"], "both have played the same"
    assert "random against zero, paired" in out


def test_any_seed_will_do(run, pack):
    for seed in (2**32, 2**64, 10**30):
        assert run("eval", pack.path, "-p", "random", "--seed", seed, "-q").code == 0


@pytest.mark.parametrize("command_line", ["train {}", "eval {} -p zero", "record {} -p zero"])
def test_a_pack_without_variants_is_refused(run, own_pack, command_line):
    manifest = json.loads((own_pack / "pack.json").read_text())
    (own_pack / "pack.json").write_text(json.dumps({**manifest, "variants": [], "complete": False}))
    command, *rest = command_line.format(own_pack).split()
    run(command, *rest).refused("has no variants", "")


def test_record_writes_a_file_once(run, pack, here):
    result = run("record", pack.path, "-p", "zero", "--out", "z.parquet")
    assert result.code == 0
    assert f"of {len(pack)} episodes: z.parquet" in result.out
    run("record", pack.path, "-p", "zero", "--out", "z.parquet").refused("z.parquet exists", "--out")
    run("record", pack.path, "-p", "ant_3=zero").refused("ant_3", "")
    run("record", pack.path).refused("no policy to record", "--policy gait")
    run("record", pack.path, "-p", "zero", "--format", "hdf5").refused("hdf5", "parquet")
    run("record", "z.parquet", "-p", "zero").refused("is a recording already", "Leave out --policy")
    run("record", pack.path, "-p", "zero", "-p", "gait").refused("given twice", "")
    assert names(here) == ["z.parquet"]
    done = run("record", "z.parquet", "--format", "lerobot", "--out", "set")
    assert done.code == 0
    assert (here / "set" / "meta" / "info.json").is_file()


@pytest.fixture
def legs(here):
    """A pack of ants of 4 and 5 legs."""
    cfg = {
        "terrain": {"size": [8, 8], "sub_terrains": [{"kind": "flat"}]},
        "robots": [{"model": "ant", "params": {"legs": {"choice": [4, 5]}}}],
        "control": {"episode": 0.2},
    }
    return make(cfg, 4, seed=1, out=here / "legs", jobs=1)


@pytest.mark.usefixtures("legs")
def test_bodies_that_differ_are_recorded_or_chosen_by_an_option(run):
    done = run("record", "legs", "-p", "zero", "--out", "all.parquet")
    assert (done.code, done.out.splitlines()[0]) == (0, "16 steps of 4 episodes: all.parquet")
    for source, policy in (("legs", ["-p", "zero"]), ("all.parquet", [])):
        for kind in ("minari", "lerobot"):
            options = ["--format", kind, "--out", f"{kind}-{source[:3]}-v0"]
            run("record", source, *policy, *options).refused("group 1: ant_0 with", "--group 0")
            assert run("record", source, *policy, *options, "--group", 1).code == 0
    run("record", "legs", "-p", "zero", "--out", "x.parquet", "--group", 7).refused(
        "no group 7", "There are 2"
    )


@pytest.mark.usefixtures("legs")
def test_train_names_options_where_the_pack_does_not_fit(run, here):
    pytest.importorskip("rsl_rl")
    run("train", "legs").refused("group 0: ant_0 with", "Choose one with --group 0")
    sumo = {"robots": [{"model": "ant", "count": 2}], "task": {"kind": "sumo"}}
    make(sumo, 1, out=here / "sumo", jobs=1)
    result = run("train", "sumo")
    result.refused("the worlds have 2 agents", "This command takes worlds of one agent")
    assert "envgen.parallel_env" not in result.err
