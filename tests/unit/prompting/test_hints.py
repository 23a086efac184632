"""What may have been meant by words that are not understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envgen.prompting.base import interpret
from envgen.prompting.hints import LONGEST, MOST, hints


@pytest.mark.parametrize(
    ("word", "meant"), [("rouf", "rough"), ("cratters", "craters"), ("quadrrupedd", "quadruped")]
)
def test_a_word_that_resembles_a_known_one_suggests_it(word: str, meant: str) -> None:
    assert meant in hints([word])[word]


@pytest.mark.parametrize(
    "word", ["glorpy", "zzz", "1:10 slope", "wobbly craters", "edges", "x" * 50, "…", ""]
)
def test_what_resembles_nothing_or_is_no_word_suggests_nothing(word: str) -> None:
    assert hints([word]) == {}


def test_an_interpretation_suggests_for_what_is_unmapped() -> None:
    meaning = interpret("ants on rough ground with glorpy cratters")
    assert meaning.unmapped == ("glorpy", "cratters")
    assert meaning.suggestions == hints(["cratters"])
    assert interpret("ants on rough ground").suggestions == {}


@given(st.lists(st.text(max_size=30), max_size=40))
def test_any_text_has_few_suggestions_or_none(words: list[str]) -> None:
    found = hints(words)
    assert found.keys() <= set(words)
    assert len(found) <= LONGEST
    assert all(1 <= len(near) <= MOST and word not in near for word, near in found.items())
