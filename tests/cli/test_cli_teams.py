"""Teams and roles that a task can't use, at the command line."""

from __future__ import annotations

import pytest

CASES = [
    ("two ants", ["task.kind=soccer", "robots[0].team=red"], "for 2 teams, not 1 (red)", "its team"),
    ("an ant", ["task.kind=sumo"], "for at least 2 robots, not 1", "robots[].count"),
    ("two ants", ["task.kind=tag", "robots[0].role=chaser"], "tag needs a runner", "'runner'"),
    ("two ants", ["task.kind=walk", "robots[0].role=runner"], "task 'walk' has no roles", "tag"),
    ("two hoppers", ["task.kind=soccer"], "hopper moves in a plane of its own", "another robot"),
    ("two ants in sumo", ["task.ring=0.5"], "too small for 2 robots", "task.ring"),
]


@pytest.mark.parametrize(("prompt", "settings", "cause", "remedy"), CASES, ids=[case[2] for case in CASES])
def test_what_cannot_be_played_is_refused_and_nothing_is_written(run, here, prompt, settings, cause, remedy):
    changes = [part for setting in settings for part in ("--set", setting)]
    result = run("make", prompt, "--count", 2, *changes, "--out", "p", "--quiet")
    assert result.code == 2
    lines = result.err.splitlines()
    assert cause in lines[-2]
    assert remedy in lines[-1]
    assert not (here / "p").exists()
