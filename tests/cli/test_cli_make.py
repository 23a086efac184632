"""`envgen make`: what it prints, where it writes, what its options do."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.command_line import names
from support.packs import tree

from envgen.cli.commands import make as make_
from envgen.cli.commands.make import _notes
from envgen.packs.pack import Pack


def test_a_prompt_becomes_a_pack_where_the_vocabulary_says(shell, here):
    result = shell("make", "rough terrain for ants", "--count", "3")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].startswith("3 variants in ")
    assert lines[0].endswith("/s), each validated")
    assert [line.split()[0] for line in lines[1:]] == ["difficulty", "refused", "pack", "next"]
    assert lines[-2].split() == ["pack", "packs/rough-terrain-for-ants-s0"]
    assert lines[-1].endswith("envgen preview packs/rough-terrain-for-ants-s0")
    assert "assumed: robots[0].count = 1, task.kind = walk" in result.err
    assert "\r" not in result.err
    assert "\x1b" not in result.err
    pack = Pack.open(here / "packs" / "rough-terrain-for-ants-s0")
    assert (len(pack), pack.seed, pack.complete) == (3, 0, True)
    assert names(here) == ["packs"]
    assert names(pack.path) == ["README.md", "pack.json", "variants", "variants.parquet"]


def test_json_is_one_object_and_nothing_else(run, flat):
    result = run("make", flat, "--count", 2, "--jobs", 1, "--out", "p", "--json")
    assert result.err == ""
    summary = result.json
    assert summary["pack"] == "p"
    assert (summary["name"], summary["seed"], summary["variants"], summary["made"]) == ("flat", 0, 2, 2)
    assert (len(summary["difficulty"]), sum(summary["difficulty"])) == (10, 2)
    assert summary["seconds"] > 0


def test_notes_of_a_kind_are_told_once_and_as_they_are():
    entries = [["2 of 9 boxes placed"], ["3 of 8 boxes placed", "odd"], [], ["1 of 7 boxes placed"]]
    pack = [SimpleNamespace(index=i, entry={"notes": notes}) for i, notes in enumerate(entries)]
    assert _notes(pack) == ["2 of 9 boxes placed (and 2 more variants)", "odd"]


def test_notes_that_are_too_many_are_counted_and_json_has_all(run, flat, monkeypatch):
    notes = ["one thing", "another", "a third", "a fourth", "a fifth"]
    monkeypatch.setattr(make_, "_notes", lambda pack: notes)
    shown = run("make", flat, "-n", 1, "-j", 1, "-o", "p").out
    assert re.findall(r"^note +(.+)$", shown, re.MULTILINE) == [
        *notes[:3],
        "2 notes of other kinds: see --json",
    ]
    assert run("make", flat, "-n", 1, "-j", 1, "-o", "p", "--resume", "--json").json["notes"] == notes


def test_json_has_the_notes(run, flat):
    crowd = ["--set", 'obstacles=[{"kind": "box", "count": 300}]', "--set", "terrain.size=[6,6]"]
    told = run("make", flat, "-n", 1, "-j", 1, "--json", *crowd, "--set", "task.kind=stand").json["notes"]
    assert [re.sub(r"\d+", "n", note) for note in told] == ["obstacles[n]: n of n box found room"]


@pytest.mark.parametrize(("count", "says"), [(1, "1 draw"), (2, "2 draws")])
def test_refused_draws_are_counted_in_words(capsys, count, says):
    make_._refusals(SimpleNamespace(refused=Counter(apart=count)), err=False)
    assert capsys.readouterr().out == f"refused     {says}, repeated: apart {count}\n"


def test_quiet_prints_nothing(run, flat):
    assert run("make", flat, "-n", 1, "-j", 1, "-o", "p", "-q") == (0, "", "")
    assert Pack.open("p").complete


def test_words_that_mean_nothing_are_told(run):
    result = run("make", "rough terrain with a dragon", "-n", 1, "-j", 1)
    assert result.code == 0
    assert "not understood: 'dragon'" in result.err


def test_the_count_of_a_prompt_and_of_the_option(run):
    prompt = "3 variants of flat ground for an ant"
    assert run("make", prompt, "--out", "a", "--json", "-j", 1).json["variants"] == 3
    assert run("make", prompt, "--out", "b", "--json", "-j", 1, "--count", 1).json["variants"] == 1


def test_sixteen_by_default(run, flat):
    assert run("make", flat, "-o", "p", "-j", 1, "--json").json["variants"] == 16


def test_set_changes_every_variant(run, flat):
    sets = ["--set", "terrain.size=[9,9]", "--set", "physics.gravity=1.62", "--set", "robots[0].count=2"]
    assert run("make", flat, "-n", 2, "-j", 1, "-o", "p", "-q", *sets).code == 0
    pack = Pack.open("p")
    assert [variant.model().opt.gravity[2] for variant in pack] == [-1.62, -1.62]
    assert pack[0].agents == ["ant_0", "ant_1"]


def test_sweep_cycles_and_keeps_the_draws(run, flat):
    run("make", flat, "-n", 4, "-j", 1, "-o", "p", "--sweep", "physics.gravity=1,2")
    pack = Pack.open("p")
    assert [-variant.model().opt.gravity[2] for variant in pack] == [1, 2, 1, 2]
    assert pack[0].difficulty == pack[1].difficulty != pack[2].difficulty


@pytest.mark.parametrize("jobs", [1, 2])
def test_any_number_of_processes_writes_the_same_bytes(run, flat, jobs):
    run("make", flat, "-n", 7, "-o", "a", "-j", jobs, "-q")
    run("make", flat, "-n", 7, "-o", "b", "-j", 3, "-q")
    assert tree(Path("a")) == tree(Path("b"))


def test_only_some_variants_are_those_of_the_whole(run, flat):
    whole = Pack.open(run("make", flat, "--count", 6, "--out", "whole", "--json").json["pack"])
    told = run("make", flat, "--count", 6, "--out", "some", "--only", "4, 0-1,4", "--jobs", 1, "--json").json
    some = Pack.open(told["pack"])
    assert (told["variants"], some.complete) == (3, True)
    assert [variant.index for variant in some] == [0, 1, 4]
    assert all(variant.files == whole[variant.index].files for variant in some)
    run("make", flat, "--count", 6, "--out", "some", "--resume", "--jobs", 1, "--quiet")
    assert tree(some.path) == tree(whole.path)


@pytest.mark.parametrize("only", ["6", "0-6", "3-1", "a", "", "1,,2", "-1", "0-99999999999"])
def test_only_what_there_can_be(run, here, flat, only):
    run("make", flat, "--count", 6, "--out", "p", f"--only={only}").refused("")
    assert not (here / "p").exists()


def test_an_index_beyond_the_variants_is_named(run, flat):
    result = run("make", flat, "--count", 6, "--out", "p", "--only", "8-9")
    result.refused("an index must be an integer from 0 to 5, got 8", "Give one below the count of 6.")


def test_another_seed_is_another_pack(run, flat):
    for seed in (0, 1):
        assert run("make", flat, "-n", 1, "-j", 1, "-s", seed, "-q").code == 0
    assert names(Path("packs")) == ["flat-s0", "flat-s1"]
    assert Pack.open("packs/flat-s0")[0].difficulty != Pack.open("packs/flat-s1")[0].difficulty


# --- prompt or file -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("world.toml", 'name = "own"\n[physics]\ngravity = 3.0\n'),
        ("world.json", '{"name": "own", "physics": {"gravity": 3.0}}'),
        ("world.yaml", "name: own\nphysics: {gravity: 3.0}\n"),
        ("WORLD.YML", "name: own\nphysics: {gravity: 3.0}\n"),
    ],
)
def test_each_format_is_a_file(run, here, name, text):
    (here / name).write_text(text)
    assert run("make", name, "-n", 1, "-j", 1, "--json").json["pack"] == "packs/own-s0"
    assert Pack.open("packs/own-s0").manifest["prompt"] is None
    assert Pack.open("packs/own-s0").cfg.physics.gravity == 3.0


def test_a_file_may_have_a_byte_order_mark(run, here):
    (here / "mark.json").write_bytes(b'\xef\xbb\xbf{"name": "mark"}')
    assert run("make", "mark.json", "-n", 1, "-j", 1, "-q").code == 0


def test_a_file_that_exists_is_a_file_whatever_it_is_called(run, here):
    (here / "rough terrain").write_text("x")
    run("make", "rough terrain").refused("rough terrain must be a parameter file", "must end in .json, .toml")
    assert names(here) == ["rough terrain"]


def test_a_folder_of_that_name_is_no_file(run, here):
    (here / "rough terrain").mkdir()
    assert run("make", "rough terrain", "-n", 1, "-j", 1, "--json").json["name"] == "rough-terrain"


def test_a_prompt_that_begins_with_a_dash(run):
    assert run("make", "-n", 1, "-j", 1, "--json", "--", "-rough terrain").json["name"] == "rough-terrain"


def test_a_prompt_in_any_script_and_over_lines(run):
    prompt = "rough\nterrain 日本 für 🐜 ants"
    assert run("make", prompt, "-n", 1, "-j", 1, "-o", "p", "-q").code == 0
    assert Pack.open("p").manifest["prompt"] == prompt


# --- the target ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["p", "p/", "./p", "sub/../p", "{here}/p", "~/p", "a b/ü", "file:p"])
def test_every_way_to_write_a_folder(run, here, flat, shape):
    out = shape.format(here=here)
    assert run("make", flat, "-n", 1, "-j", 1, "-o", out, "-q").code == 0
    assert Pack.open(here / out).complete
    assert (here / out / "variants.parquet").is_file()


def test_a_pack_is_not_overwritten_unasked(run, flat):
    assert run("make", flat, "-n", 2, "-j", 1, "-o", "p", "-q").code == 0
    before = tree(Path("p"))
    run("make", flat, "-n", 2, "-j", 1, "-o", "p").refused(
        "p holds a pack already", "Give --resume to continue"
    )
    assert tree(Path("p")) == before
    assert run("make", flat, "-n", 1, "-j", 1, "-o", "p", "-q", "--overwrite").code == 0
    assert len(Pack.open("p")) == 1


def test_resume_makes_nothing_twice_and_grows_a_pack(run, flat):
    run("make", flat, "-n", 2, "-j", 1, "-o", "p", "-q")
    run("make", flat, "-n", 4, "-j", 1, "-o", "q", "-q")
    again = run("make", flat, "-n", 2, "-j", 1, "-o", "p", "--resume")
    assert "2 variants in " in again.out
    assert "all present already" in again.out
    run("make", flat, "-n", 1, "-j", 1, "-o", "r", "-q")
    grown = run("make", flat, "-n", 3, "-j", 1, "-o", "r", "--resume").out.splitlines()[0]
    assert grown.startswith("3 variants in ")
    assert ": 2 made (" in grown
    assert grown.endswith("/s), 1 kept from before, each validated")
    assert run("make", flat, "-n", 4, "-j", 1, "-o", "p", "--resume", "--json").json["made"] == 2
    assert tree(Path("p")) == tree(Path("q"))


def test_resume_refuses_to_shrink_or_to_mix(run, flat):
    run("make", flat, "-n", 3, "-j", 1, "-o", "p", "-q")
    before = tree(Path("p"))
    arguments = ["make", flat, "-j", 1, "-o", "p", "--resume"]
    run(*arguments, "-n", 2).refused("p holds variants up to 2 already", "Give --count 3 or more")
    run(*arguments, "-n", 3, "--seed", 1).refused("another recipe (different seed)", "--out")
    run(*arguments, "-n", 3, "--set", "physics.gravity=2").refused("(different cfg)", "Give another --out")
    assert tree(Path("p")) == before


def test_resume_heals_a_damaged_variant(run, flat):
    run("make", flat, "-n", 3, "-j", 1, "-o", "p", "-q")
    before = tree(Path("p"))
    Path("p/variants/00001/env.xml").write_text("<mujoco/>")
    assert run("make", flat, "-n", 3, "-j", 1, "-o", "p", "--resume", "--json").json["made"] == 1
    assert tree(Path("p")) == before


@pytest.mark.parametrize("option", [None, "--resume", "--overwrite"])
def test_a_folder_with_other_things_is_left_alone(run, here, flat, option):
    (here / "home").mkdir()
    (here / "home" / "thesis.tex").write_text("years of work")
    arguments = ["make", flat, "-q", "-o", "home", *([option] if option else [])]
    run(*arguments).refused("home is not empty and does not hold a pack", "Give another --out.")
    assert tree(here / "home") == {"thesis.tex": b"years of work"}


@pytest.mark.parametrize(
    ("out", "cause"),
    [
        ("flat.toml", "flat.toml is a file"),
        ("flat.toml/p", "flat.toml/p can't be written: Not a directory"),
        ("/proc/p", "/proc/p can't be written"),
        ("/dev/null", "/dev/null is a file"),
        ("x" * 300, "can't be written: File name too long"),
    ],
    ids=lambda v: v[:12],
)
def test_a_target_that_cannot_be(run, here, flat, out, cause):
    run("make", flat, "-q", "-o", out).refused(
        cause, "as --out." if "is a file" in cause else "another --out."
    )
    assert names(here) == ["flat.toml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder(run, here, flat):
    (here / "locked").mkdir(mode=0o555)
    run("make", flat, "-q", "-o", "locked/p").refused("can't be written: Permission denied", "another --out")


# --- what fails ---------------------------------------------------------------------------------


def _small_disk() -> None:
    """Files of this process end at 12 kB, as they do where a disk is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_keeps_what_is_finished(shell, run, here, flat, jobs):
    result = shell("make", flat, "-n", 40, "-j", jobs, "-o", "p", "-q", preexec_fn=_small_disk)
    result.refused("p can't be written: ", "run the same command with --resume", code=1)
    assert "variants are kept" in result.err
    assert 0 < len((here / "p" / "journal.jsonl").read_text().splitlines()) < 40
    assert run("make", flat, "-n", 40, "-j", 1, "-o", "p", "-q", "--resume").code == 0
    assert run("make", flat, "-n", 40, "-j", 1, "-o", "whole", "-q").code == 0
    assert tree(here / "p") == tree(here / "whole")


def test_what_cannot_be_made_names_the_check_and_what_to_loosen(run, here):
    result = run(
        "make",
        "flat ground for ants",
        "-n",
        2,
        "-j",
        1,
        "-o",
        "p",
        "-q",
        "--set",
        "terrain.size=[3,3]",
        "--set",
        "robots[0].count=40",
    )
    result.refused("can't be made: the check 'placing' refused every draw", "fewer robots", code=1)


def test_progress_and_notes_stay_out_of_a_pipe(shell, flat):
    result = shell("make", flat, "-n", 1, "-o", "p")
    assert result.err == ""
    assert json.loads(Path("p/pack.json").read_text())["complete"] is True
    assert "\x1b" not in result.out
