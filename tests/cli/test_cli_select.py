"""`envgen make --select`: what it keeps, and options that don't go together."""

from __future__ import annotations

import pytest

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
