"""`envgen make --select`: what it keeps, and options that don't go together."""

from __future__ import annotations

import os
import signal
import subprocess

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.command_line import command, environment
from support.waiting import wait_for

from envgen.packs.pack import Pack
from envgen.policies.onnx_file import metadata, mlp
from envgen.rollout.policies import interface
from envgen.rollout.rollout import Rollout

GOAL = """
[[terrain.sub_terrains]]
kind = "rough"
[[robots]]
model = "point"
[task]
kind = "goal"
distance = [0.7, 1.5]
radius = 0.6
[control]
episode = 4.0
"""


@pytest.fixture
def goal(here):
    file = here / "goal.toml"
    file.write_text(GOAL)
    return file


def test_learnable_variants_are_selected_and_the_number_of_candidates_is_said(run, goal):
    made = run("make", goal, "-n", 2, "-s", 2, "--out", "p", "--select", "learnable", "-p", "random", "-e", 4)
    assert made.code == 0, made.err
    assert "random succeeds in 20% to 80% of 4 episodes, among 16 candidates" in made.out
    assert run("validate", "p").code == 0
    again = run(
        "make", goal, "-n", 2, "-s", 2, "--out", "p", "--select", "learnable", "-p", "random", "-e", 4,
        "--resume", "--json",
    )  # fmt: skip
    assert again.json["candidates"] == 16
    assert again.json["made"] == 0


def test_ctrl_c_keeps_the_candidates_that_were_examined(run, goal, here):
    # nobody succeeds by doing nothing: it examines on and on
    arguments = ("make", goal, "-n", 40, "--out", "p", "--select", "learnable", "-p", "zero", "--candidates")
    process = subprocess.Popen(
        command(*arguments, 4000),
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
        start_new_session=True,
    )
    log = here / "p/candidates.jsonl"
    wait_for(lambda: log.exists() and log.read_text().count("\n") > 1, "candidates that were examined")
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: 0 of 40 variants are kept" in err
    assert "--resume" in err
    examined = log.read_text().count("\n") - 1
    assert examined > 0
    assert not (here / "p/pack.json").exists(), "there is no pack without variants"
    run("eval", "p", "-p", "zero").refused("holds no finished pack", "--resume")
    more = run(*arguments, max(40, examined), "--resume")
    more.refused("0 of 40 variants are kept: zero succeeds too seldom on", "--resume --candidates", code=1)


def test_a_policy_that_fails_as_it_plays_leaves_nothing(run, goal, here):
    pack = run("make", goal, "-n", 1, "--out", "one", "-q")
    assert pack.code == 0
    own = interface(Rollout(list(Pack.open(here / "one"))), "point_0")
    size = sum(width for _, width in own.observation)
    outputs = len(own.actuators)
    meta = metadata(own.robot, own.task, own.observation)
    network = onnx.load_from_string(mlp([np.ones((size, outputs))], [np.zeros(outputs)], meta=meta))
    for tensor in network.graph.initializer:
        if list(tensor.dims) == [outputs]:
            tensor.CopyFrom(numpy_helper.from_array(np.full(outputs, np.nan, np.float32), tensor.name))
    (here / "nan.onnx").write_bytes(network.SerializeToString())
    made = run("make", goal, "-n", 2, "--out", "p", "--select", "learnable", "-p", "nan.onnx")
    made.refused("nan.onnx gives an action that is not finite to point_0", "weights")
    assert not (here / "p").exists()
    run("eval", "one", "-p", "zero", "-p", "nan.onnx").refused("nan.onnx gives an action", "weights")


def test_too_few_learnable_variants_say_what_to_do(run, goal):
    made = run(
        "make", goal, "-n", 2, "--out", "p", "--select", "learnable", "-p", "zero", "--candidates", 3
    )  # fmt: skip
    made.refused("0 of 2 variants are kept: zero succeeds too seldom on 3", "--resume --candidates 6", code=1)


def test_diverse_variants_are_selected(run):
    made = run("make", "a point on hills with boxes", "-n", 2, "--out", "p", "--select", "diverse", "-j", 1)
    assert "most different in slope, roughness, step, clutter, among 8 candidates" in made.out


@pytest.mark.parametrize(
    ("options", "cause", "remedy"),
    [
        (["--select", "learnable"], "--select learnable needs a policy", "--policy NAME"),
        (["--band", "0.2,0.8"], "--band says how variants are selected, and none are", "--select learnable"),
        (["--candidates", 9], "--candidates says how variants are selected", "--select learnable"),
        (["--select", "diverse", "-e", 3], "--select diverse has no --episodes", "Leave it out"),
        (["--select", "diverse", "--candidates", 3], "integer from count = 4", "--candidates 16"),
        (["--select", "diverse", "--only", 1], "only and select exclude each other", "one of them"),
        (["--select", "learnable", "-p", "gait", "--band", "0.8"], "--band must be two shares", "0.2,0.8"),
        (["--select", "learnable", "-p", "gait", "--band", "0.8,0.2"], "the lower one first", "0.2,0.8"),
        (["--select", "learnable", "-p", "onnx:ant-walk"], "is for the robot 'ant'", "'point'"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, goal, options, cause, remedy):
    run("make", goal, "-n", 4, "--out", "p", *options).refused(cause, remedy)
    assert not (goal.parent / "p").exists()
