"""Prompts in German, Spanish, French and Chinese; a language that nobody here reads is reported."""

from __future__ import annotations

from typing import Any

import pytest

from envgen.core.errors import InputError
from envgen.prompting.base import interpret
from envgen.prompting.languages import fold, other_languages
from envgen.prompting.lexicon import lexicon
from envgen.prompting.tokens import normalise, tokenise
from envgen.prompting.translation import translate


def english(text: str) -> tuple[str, str | None]:
    tokens, language = translate(tokenise(normalise(text)), lexicon())
    return " ".join(token.word for token in tokens), language


@pytest.mark.parametrize(
    ("text", "words", "language"),
    [
        ("zwei Ameisen auf hügeligem Gelände", "two ant on hills terrain", "German"),
        ("fünfundzwanzig Varianten ohne Kisten", "25 variants without boxes", "German"),
        ("eine Eisfläche", "a ice", "German"),
        ("eine Hügellandschaft", "a hills", "German"),
        ("Felsenlandschaft und Wellenlandschaft", "boulders terrain and waves terrain", "German"),
        ("dos hormigas en cajas grandes", "two ant in large boxes", "Spanish"),
        ("treinta y dos perros", "thirty and two quadruped", "Spanish"),
        ("trois fourmis sur des collines", "three ant on of hills", "French"),
        ("la moitié de la gravité, sous l'eau", "half gravity , water", "French"),
        ("两只蚂蚁在丘陵上", "two ant on hills", "Chinese"),
        ("三百二十个环境", "320 variants", "Chinese"),
        ("20厘米高的台阶", "20 cm high steps", "Chinese"),
        ("台阶高15.5厘米", "steps high 15.5 cm", "Chinese"),
        ("un laberinto sin cajas", "a maze without boxes", "Spanish"),
        ("una pendiente de 20 grados", "a slope of 20 degrees", "Spanish"),
        ("des marches de 10 à 20 cm", "of steps of 10 to 20 cm", "French"),
        ("drei Vierbeinern auf nassem Gras", "three quadruped on wet grass", "German"),
        ("den Ausgang finden, ein Rover", "find the exit , a rover", "German"),
        ("mittlere Schwierigkeit, ein Rover", "medium , a rover", "German"),
        ("two ants on hills", "two ants on hills", None),
        ("rover", "rover", None),
        ("kaksi muurahaista", "kaksi muurahaista", None),
    ],
)
def test_words_become_english(text: str, words: str, language: str | None) -> None:
    assert english(text) == (words, language)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("einhundert", "100"),
        ("dreihundertfünfundvierzig", "345"),
        ("zweitausenddreihundert", "2300"),
        ("einundzwanzig", "21"),
        ("二十五", "25"),
        ("十二", "12"),
        ("两千", "2000"),
        ("一百零五", "105"),
    ],
)
def test_numerals_that_have_grown_together(text: str, number: str) -> None:
    assert (
        english(f"{text} Roboter auf Eis" if text.isascii() or "ü" in text else text)[0].split()[0] == number
    )


@pytest.mark.parametrize(
    ("prompt", "robots", "terrain"),
    [
        ("drei Vierbeiner auf einer Treppe", {"quadruped": 3}, "stairs"),
        ("Eine Schlange im Labyrinth", {"snake": 1}, "maze"),
        ("un humanoide subiendo escaleras", {"humanoid": 1}, "stairs"),
        ("tres cuadrúpedos en dunas", {"quadruped": 3}, "dunes"),
        ("deux robots quadrupèdes sur des rochers", {"quadruped": 2}, "boulders"),
        ("un serpent dans un couloir", {"snake": 1}, "corridor"),
        ("三个人形机器人在平地上赛跑", {"humanoid": 3}, "flat"),
        ("迷宫里的无人机", {"quadrotor": 1}, "maze"),
    ],
)
def test_kinds_and_numbers(prompt: str, robots: dict[str, Any], terrain: str) -> None:
    result = interpret(prompt)
    assert {r.model: r.count for r in result.cfg.robots} == robots
    assert [t.kind for t in result.cfg.terrain.sub_terrains] == [terrain]
    assert result.unmapped == ()


def test_the_trace_has_the_words_of_the_user() -> None:
    result = interpret("zwei Ameisen auf hügeligem Gelände, ohne Kisten, Drache")
    found = {u.path: u.text for u in result.understood}
    assert found["terrain.sub_terrains[0].kind"] == "hügeligem"
    assert found["robots[0].count"] == "zwei"
    assert found["obstacles"] == "ohne Kisten"
    assert result.unmapped == ("Drache",)
    assert ("prompt", "German") in [(a.path, a.value) for a in result.assumed]


def test_chinese_words_are_traced_one_by_one() -> None:
    found = {u.path: u.text for u in interpret("20厘米高的台阶，双足机器人").understood}
    assert found["terrain.sub_terrains[0].kind"] == "台阶"
    assert found["robots[0].model"] == "双足机器人"


@pytest.mark.parametrize(
    "prompt", ["kaksi muurahaista kukkuloilla", "мост через реку", "丘の上の", "két hangya a dombon"]
)
def test_an_unknown_language_is_reported(prompt: str) -> None:
    with pytest.raises(InputError) as error:
        interpret(prompt)
    assert "English, German, Spanish, French and Chinese are read" in error.value.remedy


def test_english_with_a_foreign_word_stays_english() -> None:
    result = interpret("an ant on hills, muy bien")
    assert "prompt" not in [a.path for a in result.assumed]
    assert "muy bien" in " ".join(result.unmapped) or {"muy", "bien"} <= set(result.unmapped)


@pytest.mark.parametrize("code", ["de", "es", "fr", "zh"])
def test_every_translation_means_something_in_english(code: str) -> None:
    words = lexicon()
    for phrase in set(other_languages()[code].phrases.values()):
        for word in phrase:
            forms = words.bases(word)
            assert not words.known.isdisjoint(forms) or not words.stop.isdisjoint(forms), (phrase, word)
    numerals = {**words.numbers, **words.magnitudes, "zero": 0}
    for name in other_languages()[code].numbers.values():
        assert all(word in numerals for word in name.split()), name


@pytest.mark.parametrize("code", ["de", "es", "fr", "zh"])
def test_every_kind_of_robot_and_the_commonest_grounds_have_words(code: str) -> None:
    meant = {" ".join(phrase) for phrase in other_languages()[code].phrases.values()}
    robots = "ant hexapod humanoid biped quadruped snake rover drone hopper"
    grounds = "flat rough hills dunes waves slope gap pit valley craters boulders maze corridor beams bowl"
    assert {*robots.split(), *grounds.split()} <= meant
    assert {"without", "no"} & meant
    assert "no" in meant


def test_folding_removes_accents_and_case() -> None:
    assert fold("Übergrößen") == "ubergrossen"
    assert fold("Cuadrúpedos") == "cuadrupedos"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("eine Ameise bei geringer Schwerkraft", "eine Ameise bei hoher Schwerkraft"),
        ("una hormiga con poca gravedad", "una hormiga con mucha gravedad"),
        ("une fourmi, faible gravité", "une fourmi, forte gravité"),
        ("低重力的蚂蚁", "高重力的蚂蚁"),
    ],
)
def test_low_and_high_gravity(low: str, high: str) -> None:
    assert interpret(low).to_json()["cfg"]["physics"]["gravity"] == [1.0, 4.0]
    assert interpret(high).to_json()["cfg"]["physics"]["gravity"] == [12.0, 20.0]


def test_misspelled_english_is_no_other_language() -> None:
    assert not any(note.path == "prompt" for note in interpret("rovr drivng throo dunse").assumed)
