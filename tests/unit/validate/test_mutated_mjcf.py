"""Whatever is done to a sound MJCF, it is examined to the end: nothing raises, and no check fails itself."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.lint_mjcf import WHOLE, write_files

from envgen.validate.examine import DEFECT
from envgen.validate.foreign import examine_path

pytestmark = pytest.mark.slow

VALUES = re.compile(r'(?<==")[^"]*(?=")')
LINES = WHOLE.splitlines()
MARKUP = len(VALUES.findall(WHOLE))
NUMBERS = ["", "0", "-1", "1e300", "-1e300", "nan", "inf", "1e-300", "0 0", "0 0 0", "1 2 3 4 5 6 7"]
WORDS = ["x", "true", "../a.obj", "box", "mesh", "plane", "hfield", "free", "ball", "slide", "§", "hip"]
ODD = st.sampled_from(NUMBERS + WORDS)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The robot with some values replaced, lines dropped, doubled or swapped."""
    text = WHOLE
    for which, value in draw(st.lists(st.tuples(st.integers(0, MARKUP - 1), ODD), max_size=3)):
        at = [match.span() for match in VALUES.finditer(text)][which]
        text = text[: at[0]] + value + text[at[1] :]
    lines = text.splitlines()
    for kind, at in draw(
        st.lists(st.tuples(st.sampled_from("dxs"), st.integers(1, len(LINES) - 2)), max_size=2)
    ):
        if at >= len(lines) - 1:
            continue
        if kind == "d":
            lines.insert(at, lines[at])
        elif kind == "x":
            del lines[at]
        else:
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mutated")
    write_files(folder)
    return folder


@settings(max_examples=40)
@given(text=mutated())
def test_any_change_is_examined_to_the_end(folder, text):
    path = folder / "robot.xml"
    path.write_text(text)
    report = examine_path(path)
    assert report.findings
    json.dumps([f.to_dict() for f in report.findings] + [report.to_json()], allow_nan=False)
    for finding in report.findings:
        assert DEFECT not in finding.detail, (finding, text)
        assert "crashed" not in finding.detail, (finding, text)
        assert finding.ok or finding.detail
        assert finding.ok or finding.remedy
