"""Lexicon files are closed: a misspelled table, key, role, path or English word is an error that names it."""

from __future__ import annotations

import copy
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from envgen.core.errors import EnvgenError
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.core.resources import resource
from envgen.core.toml_file import check_table
from envgen.prompting import languages
from envgen.prompting.kinds import FAMILIES, known_params
from envgen.prompting.languages import LanguageFile, RefinementFile, other_languages, read_language
from envgen.prompting.lexicon import build, lexicon
from envgen.prompting.lexicon_file import LexiconFile
from envgen.prompting.sense import Entry

FOLDER = resource("prompts") / "lexicon"
ENGLISH = sorted((FOLDER / "en").rglob("*.toml"))
OTHERS = sorted({*FOLDER.glob("*/*.toml")} - {*ENGLISH})
FORMATS: dict[Path, type[BaseModel]] = {
    **dict.fromkeys(ENGLISH, LexiconFile),
    **{path: RefinementFile if path.stem == "refine" else LanguageFile for path in OTHERS},
}
TABLES: dict[str, type[BaseModel]] = {"sense": Entry}
"""Models of the tables in a lexicon file; the keys of all other tables are words."""


def misspellings(name: str) -> list[str]:
    """Return a name with its middle letter replaced, dropped, doubled, and swapped with the next one."""
    i = len(name) // 2
    swapped = name[: i - 1] + name[i] + name[i - 1] + name[i + 1 :]
    found = (f"{name[:i]}q{name[i + 1 :]}", name[:i] + name[i + 1 :], name[:i] + name[i] + name[i:], swapped)
    return [wrong for wrong in dict.fromkeys(found) if wrong != name]


def with_a_wrong_name(data: dict[str, Any], model: type[BaseModel]) -> Iterator[tuple[str, str, Any]]:
    """Yield the right name, the wrong one and the data with it, for each name of a table or key."""
    seen = set()
    for name in data:
        for wrong in misspellings(name):
            if wrong not in model.model_fields:
                yield name, wrong, {wrong if key == name else key: value for key, value in data.items()}
        if name in TABLES:
            for i, table in enumerate(data[name]):
                for key in table.keys() - seen:
                    seen.add(key)
                    for wrong in misspellings(key):
                        if wrong not in TABLES[name].model_fields:
                            changed = copy.deepcopy(data)
                            changed[name][i][wrong] = changed[name][i].pop(key)
                            yield key, wrong, changed


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_misspelled_table_or_key_of_a_lexicon_file_is_named(path: Path) -> None:
    data, model = tomllib.loads(path.read_text(encoding="utf-8")), FORMATS[path]
    check_table(data, model, "sound")
    changed = list(with_a_wrong_name(data, model))
    assert len(changed) >= len(data)
    for name, wrong, bad in changed:
        with pytest.raises(EnvgenError) as error:
            check_table(bad, model, str(path))
        assert error.value.cause.startswith(f"{path}: ")
        assert wrong in error.value.cause, (name, error.value)
        assert name in error.value.remedy, (name, error.value)


def test_an_unknown_key_names_its_file_its_path_and_the_nearest_key(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text(
        '[[sense]]\nterrain = ["flat"]\nwords = ["plain"]\n[[sense]]\nterrian = ["flat"]\nwords = ["even"]\n'
    )
    with pytest.raises(EnvgenError) as error:
        build([file])
    assert error.value.cause == f"{file}: unknown key 'sense[1].terrian'"
    assert error.value.remedy.startswith("Did you mean 'terrain'? Known: ")


@pytest.mark.parametrize(
    ("text", "cause", "remedy"),
    [
        ("scope_end = []", "unknown key 'scope_end'", "Did you mean 'scope_ends'?"),
        ("[[senses]]\nwords = []", "unknown key 'senses'", "Did you mean 'sense'?"),
        ('[[sense]]\nterrain = ["flat"]', "'sense[0].words' is missing", "Correct the file."),
        (
            '[[sense]]\nrole = "fricton"\nwords = ["x"]',
            "sense[0].role: 'fricton' is not allowed",
            "Did you mean 'friction'?",
        ),
        (
            '[[sense]]\nset = { "physics.gravty" = 1 }\nwords = ["x"]',
            "sense[0].set: a path must be one of EnvCfg, got 'physics.gravty'. "
            "Did you mean 'physics.gravity'?",
            "Correct the file.",
        ),
        (
            '[[sense]]\nrobot = "ant"\nwords = ["x"]',
            'sense[0].robot: must be a list, got "ant"',
            'Write robot = ["ant"].',
        ),
        (
            '[[sense]]\nrobot = ["ant"]\nwords = "x"',
            'sense[0].words: must be a list, got "x"',
            'Write words = ["x"].',
        ),
        ('[units]\nm = ["metre", 1.0]', "units.m[0]: 'metre' is not allowed", "Known: "),
        ("[[sense]", "not a TOML file: ", "Correct the file."),
    ],
)
def test_a_broken_lexicon_file_is_named(tmp_path: Path, text: str, cause: str, remedy: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(EnvgenError) as error:
        build([file])
    assert error.value.cause.startswith(f"{file}: {cause}")
    assert remedy in error.value.remedy


def test_kinds_and_parameters_in_the_lexicon_exist() -> None:
    params = {
        name
        for family, registry in FAMILIES.items()
        for kind in registry.names()
        for name in known_params(family, kind)
    }
    families = {"terrain": TERRAINS, "obstacle": OBSTACLES, "robot": ROBOTS, "task": TASKS}
    families |= {"terrain_set": TERRAINS, "excludes": TERRAINS, "ground": TERRAINS}
    families |= {"covers": TASKS, "absorbs": OBSTACLES}
    for path in ENGLISH:
        for entry in LexiconFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).sense:
            for field, registry in families.items():
                kinds = [kind for kind in getattr(entry, field) if ":" not in kind]
                assert {*kinds} <= {*registry.names()}, (path, entry.words)
            compared = [name for name in entry.compares if not name.startswith("@") and "." not in name]
            named = {*entry.param, *entry.measure, *compared, *entry.robot_params, *entry.equips}
            assert named - {"difficulty"} <= params, (path, entry.words)


# --- other languages ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [path.parent.name for path in OTHERS if path.stem == "words"])
@pytest.mark.parametrize("file", ["words", "refine"])
def test_a_misspelled_english_word_of_a_language_is_named(tmp_path: Path, code: str, file: str) -> None:
    english = lexicon(refining=True)
    known = english.known | english.stop
    shutil.copytree(FOLDER / code, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    phrases = [phrase for phrase in tomllib.loads(text)["words"] if len(phrase) > 4 and " " not in phrase]
    tried = 0
    for phrase in phrases[::4]:
        wrong = misspellings(phrase)[0]
        if known.isdisjoint(english.bases(wrong)):
            path.write_text(text.replace(f'"{phrase}" =', f'"{wrong}" ='), encoding="utf-8")
            with pytest.raises(EnvgenError, match=f"words.{wrong}: the English lexicon has no word") as error:
                read_language(tmp_path / "words.toml", english, refining=True)
            assert error.value.cause.startswith(str(path))
            tried += 1
    assert tried > 2


def test_a_broken_language_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lexicon" / "xx"
    folder.mkdir(parents=True)
    (folder / "words.toml").write_text('name = "Newspeak"\nending = []\n[words]\n')
    english = lexicon()
    monkeypatch.setattr(languages, "resource", lambda name: tmp_path)
    monkeypatch.setattr(languages, "lexicon", lambda refining: english)
    other_languages.cache_clear()
    try:
        with pytest.raises(EnvgenError, match=r"words\.toml: unknown key 'ending'\nDid you mean 'endings'"):
            other_languages()
    finally:
        monkeypatch.undo()
        other_languages.cache_clear()
