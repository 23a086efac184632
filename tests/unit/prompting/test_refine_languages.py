"""Refinements in German, Spanish, French and Chinese do what their English does."""

from __future__ import annotations

import pytest

from envgen.prompting.base import interpret, refine
from envgen.prompting.diff import diff
from envgen.prompting.languages import other_languages

BASE = interpret("two ants racing on a slope of 20 degrees with 5 walls and a few boxes, easy").cfg

SAME = {
    "steeper": ["steiler", "más empinado", "plus raide", "更陡"],
    "make the slope steeper": [
        "mach den Hang steiler",
        "haz la pendiente más empinada",
        "rends la pente plus raide",
        "让坡更陡",
    ],
    "a bit steeper": ["etwas steiler", "un poco más empinada", "un peu plus raide", "稍微陡一点"],
    "flatter": ["flacher", "menos inclinado", "moins raide", "更平缓"],
    "rougher": ["holpriger", "más accidentado", "plus accidenté", "更崎岖"],
    "twice as long": ["doppelt so lang", "el doble de largo", "deux fois plus long", "两倍长"],
    "a bigger arena": ["eine größere Arena", "un terreno más grande", "un terrain plus grand", "场地更大"],
    "one more ant": ["noch eine Ameise", "una hormiga más", "une fourmi de plus", "多一只蚂蚁"],
    "two more ants": ["zwei Ameisen mehr", "dos hormigas más", "deux fourmis de plus", "再加两只蚂蚁"],
    "remove the walls": ["entferne die Wände", "quita las paredes", "enlève les murs", "去掉墙"],
    "no walls": ["die Wände weg", "sin paredes", "sans murs", "不要墙"],
    "fewer boxes": ["weniger Kisten", "menos cajas", "moins de caisses", "少一些箱子"],
    "higher walls": ["höhere Wände", "paredes más altas", "des murs plus hauts", "墙更高"],
    "walls 20 % higher": ["Wände 20 % höher", "paredes 20 % más altas", "murs 20 % plus hauts"],
    "same but on ice": [
        "dasselbe, aber auf Eis",
        "lo mismo pero sobre hielo",
        "la même chose mais sur la glace",
        "一样但是在冰上",
    ],
    "add a few logs": [
        "füge ein paar Baumstämme hinzu",
        "añade algunos troncos",
        "ajoute quelques troncs",
        "加一些木头",
    ],
    "replace the ants with hexapods": [
        "ersetze die Ameisen durch Sechsbeiner",
        "cambia las hormigas por hexápodos",
        "remplace les fourmis par des hexapodes",
        "把蚂蚁换成六足机器人",
    ],
    "harder": ["schwieriger", "más difícil", "plus difficile", "更难"],
    "a bit easier": ["etwas einfacher", "un poco más fácil", "un peu plus facile", "稍微简单一点"],
    "less slippery": ["weniger rutschig", "menos resbaladizo", "moins glissant", "不那么滑"],
    "more wind": ["mehr Wind", "más viento", "plus de vent", "风更大"],
    "less gravity": ["weniger Schwerkraft", "menos gravedad", "moins de gravité", "重力更小"],
    "steeper, and three ants": [
        "steiler und mit drei Ameisen",
        "más empinado y con tres hormigas",
        "plus raide et avec trois fourmis",
        "更陡,三只蚂蚁",
    ],
}


@pytest.mark.parametrize(("english", "text"), [(e, t) for e, texts in SAME.items() for t in texts])
def test_a_refinement_is_what_its_english_is(english: str, text: str) -> None:
    wanted, found = refine(BASE, english, "offline"), refine(BASE, text, "offline")
    assert diff(BASE, found.cfg) == diff(BASE, wanted.cfg) != ()
    assert found.unmapped == ()


def test_a_comparative_is_no_adjective() -> None:
    # "steiler" has the stem of "steil": only where something is changed does it compare
    assert other_languages(True)["de"].exact["steiler",] == ("steeper",)
    assert ("steiler",) not in other_languages()["de"].exact
    found = interpret("ein steiler Hang, eine Ameise", "offline")
    assert found.unmapped == ()
    assert found.cfg.terrain.sub_terrains[0].kind == "slope"
