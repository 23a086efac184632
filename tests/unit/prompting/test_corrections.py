"""Sentences whose writers change their minds, in words that nobody listed together."""

from __future__ import annotations

from typing import Any

import pytest

from envgen.bench.expect import at
from envgen.prompting.base import interpret

GROUNDS = "terrain.sub_terrains[*].kind"


@pytest.mark.parametrize(
    ("prompt", "path", "values"),
    [
        ("biped... oh sorry a humanoid on stairs", "robots[*].model", ["humanoid"]),
        ("slope of 10, er, 10 degrees, rover", "terrain.sub_terrains[0].slope", [0.1763269807]),
        ("I'd like hills. No, forget hills: craters. ant", GROUNDS, ["craters"]),
        ("hexapod on gravel, change that to dunes", GROUNDS, ["dunes"]),
        ("stairs, scratch that, a ramp-free slope for a hexapod", GROUNDS, ["slope"]),
        ("an ant on hills - no wait, dunes - in the wind", GROUNDS, ["dunes"]),
        ("on mars... hmm no, on the moon. ant", "physics.gravity", [1.62]),
        ("in every episode one ant walks on hills", "control.episode", [20.0]),
        (
            "set the friction to 0.4. Simple layouts, so please make this one hard. ant",
            "physics.friction",
            [0.4],
        ),
    ],
)
def test_what_is_meant_in_the_end(prompt: str, path: str, values: list[Any]) -> None:
    found = interpret(prompt, "offline")
    assert at(found.to_json()["cfg"], path) == values


def test_the_number_of_variants_is_corrected() -> None:
    assert interpret("30 variants - hmm, 60 is better - of a hopper", "offline").count == 60
