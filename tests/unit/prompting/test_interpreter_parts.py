"""The parts of the offline interpreter: text, words, lexicon; and arbitrary text."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envgen.core.errors import InputError
from envgen.prompting.base import MAX_CHARS, interpret
from envgen.prompting.lemmas import bases, inflections
from envgen.prompting.lexicon import lexicon
from envgen.prompting.quantities import Quantity
from envgen.prompting.spans import scan
from envgen.prompting.tokens import normalise, tokenise

WORDS = sorted(lexicon().known | {"3", "-1", "0.5", "1e9", "%", "m", "cm", ",", ".", "x", "12 %", "zz"})


# --- arbitrary text -----------------------------------------------------------------------------


def reads_or_refuses(prompt: str) -> None:
    refusal = None
    try:
        data = interpret(prompt).to_json()
    except InputError as error:
        refusal = error
    if refusal is not None:
        assert refusal.cause
        assert "\n" not in refusal.cause + refusal.remedy
        return
    assert data["understood"]
    assert data["cfg"]["terrain"]["sub_terrains"]


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=300))
@example("\ud800 ants")
@example("ants \x00\u202e hills")
@example("٣ ants on ½ gravity, ² ³ ⅐ ants")
@example("1/0 ants")
@example("9" * 400 + " ants")
@example("10^99999999 ants")
@example("1e400 boxes of 1e308 m")
@example("thousand " * 300 + "ants")
@example("hundred " * 300 + "ants")
@example("no " * 500)
@example("vs 3 vs vs 4 vs ants vs")
@example("legs legs with 0 legs")
@example("100 legged ant, 1e15 legs")
@example("ﬁve ants 👩‍🚀🪨 on \u0430nts")
def test_no_text_raises_anything_but_input_error(prompt: str) -> None:
    reads_or_refuses(prompt)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 16).map(lambda plane: plane << 16), min_size=1, max_size=20).flatmap(
        lambda planes: st.tuples(*(st.integers(p, min(p + 0xFFFF, 0x10FFFF)) for p in planes))
    )
)
def test_characters_of_every_plane_do_not_either(codes: tuple[int, ...]) -> None:
    reads_or_refuses("two ants " + "".join(map(chr, codes)) + " on hills")


@pytest.mark.parametrize("size", [100_000, 1_000_000])
@pytest.mark.parametrize("unit", ["ant ", "\x00", "蚂蚁", "no, wait ", "\U000e0001", "1,"])
def test_long_texts_are_refused_at_once(unit: str, size: int) -> None:
    start = time.perf_counter()
    with pytest.raises(InputError) as error:
        interpret((unit * size)[:size])
    assert error.value.remedy
    assert time.perf_counter() - start < 2


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join))
def test_no_string_of_known_words_does_either(prompt: str) -> None:
    reads_or_refuses(prompt)


@pytest.mark.parametrize(
    "unit",
    [
        "die und ",
        "蚂蚁两只",
        "wait, 3 ants ",
        "ant vs ",
        "no ",
        "3 boxes of ",
        "one ",
        "zzzzq ",
        "1,",
        "(",
        "\n",
    ],
)
def test_the_longest_prompts_are_read_in_time(unit: str) -> None:
    reads_or_refuses((unit * MAX_CHARS)[:MAX_CHARS])


# --- text and words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t use the Moon’s boxes", ["do", "not", "use", "the", "moon", "boxes"]),
        ("3v3, 10x20m", ["3", "vs", "3", ",", "10", "x", "20", "m"]),
        ("10–20 cm / 5-6", ["10", "to", "20", "cm", "5", "to", "6"]),
        ("six-legged walker2d", ["six", "legged", "walker2d"]),
        ("1,000 ants", ["1,000", "ants"]),
        ("9.81 m/s²", ["9.81", "m/s2"]),
    ],
)
def test_a_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert [t.word for t in tokenise(normalise(text))] == words


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("racing", "race"),
        ("hopping", "hop"),
        ("hills", "hill"),
        ("boxes", "box"),
        ("bodies", "body"),
        ("crossed", "cross"),
        ("walking", "walk"),
        ("steeper", "steep"),
        ("bumpiest", "bumpy"),
    ],
)
def test_inflected_words_are_reduced_to_bases(word: str, base: str) -> None:
    assert base in bases(word)


@pytest.mark.parametrize("word", ["ring", "glass", "need", "gas", "speed", "is"])
def test_words_that_only_look_inflected(word: str) -> None:
    assert bases(word) == [word]


@given(st.sampled_from(sorted(w for w in lexicon().known if w.isalpha() and len(w) > 3)))
def test_an_inflection_leads_back(word: str) -> None:
    for form in inflections(word)[:2]:
        assert word in bases(form) or form == word


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("20 degrees", Quantity(20, 20, "deg")),
        ("10 cm to 20 cm", Quantity(0.1, 0.2, "m")),
        ("between 1 and 2 ft", Quantity(0.3048, 0.6096, "m")),
        ("two hundred and fifty", Quantity(250, 250)),
        ("half a dozen", Quantity(6, 6)),
        ("3 thousand", Quantity(3000, 3000)),
        ("a third of", Quantity(1 / 3, 1 / 3, "x")),
        ("half", Quantity(0.5, 0.5, "x")),
        ("half a metre", Quantity(0.5, 0.5, "m")),
        ("36 km/h", Quantity(10, 10, "m/s")),
    ],
)
def test_quantities_are_read_with_ranges_and_units(text: str, quantity: Quantity) -> None:
    found = next(span.quantity for span in scan(text, lexicon())[1] if span.quantity)
    assert (found.low, found.high) == pytest.approx((quantity.low, quantity.high))
    assert found.unit == quantity.unit


# --- the lexicon --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        ("staris", "stairs"),
        ("quadrapud", "quadruped"),
        ("humaniod", "humanoid"),
        ("walkng", "walking"),
        ("stoens", "stones"),
        ("moutains", "mountains"),
        ("envirnments", "environments"),
    ],
)
def test_misspellings_are_corrected(typo: str, word: str) -> None:
    assert lexicon().correct(typo) == word


@pytest.mark.parametrize("word", ["jazz", "dragon", "skill", "house", "unicorn", "trace", "theory", "waiter"])
def test_other_words_are_not_mistaken_for_misspellings(word: str) -> None:
    assert lexicon().correct(word) is None
