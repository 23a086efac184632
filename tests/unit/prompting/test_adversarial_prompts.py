"""Text that was written to break the rules: it is read or refused, in time that grows with its length."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

from envgen.core.errors import InputError
from envgen.prompting.base import MAX_CHARS, interpret, refine

BASE = interpret("two ants on hills, 5 walls", "offline").cfg
PIECES = {
    "robots": "two ants ",
    "counts in brackets": "ant (3) ",
    "chinese": "三只蚂蚁",
    "postposed": "Wände weg ",
    "corrections": "two, no, ",
    "ranges": "friction from ice to sandpaper ",
    "spreads": "mass ±20% ",
    "times": "1x",
    "open": "ant [1, (",
    "slashes": "abc/",
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_a_page_of_one_thing_takes_no_time_that_grows_with_its_square(piece: str) -> None:
    # half a minute of work for a machine that hosts the page would be enough to stop it
    text = piece * (MAX_CHARS // len(piece))
    begin = time.process_time()
    with suppress(InputError):
        json.dumps(interpret(text, "offline").to_json())
    with suppress(InputError):
        json.dumps(refine(BASE, text, "offline").to_json())
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    "text",
    [
        "±" * MAX_CHARS,
        "0.." * 5000,
        "[1,2]" * 3000,
        "ant = = : : 3",
        "plus or minus 3",
        "1 ± 1e300, 1e308 ± 1e308, ant",
        "between and between, ant",
        "more more one more, ant",
        "step_height=, _=3, __=4, a_b_c=5, ant",
        "-3 boxes, 0 ants, gravity -9.81, friction -1, size -4 x -4 m",
        "team a: team b: team c:",
        "{{ 7*7 }} {% for x in y %} %s {0.__class__} ant",
        "read ../../etc/passwd, gymnasium:ant, ./evil.xml on hills",
    ],
)
def test_what_looks_like_grammar_and_is_none(text: str) -> None:
    for read in (lambda: interpret(text, "offline"), lambda: refine(BASE, text, "offline")):
        with suppress(InputError):
            found = json.dumps(read().to_json())
            assert "evil.xml" not in json.dumps(json.loads(found)["cfg"]["robots"])
