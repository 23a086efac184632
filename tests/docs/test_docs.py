"""The docs are true: what they name exists, and examples run. `scripts/check` runs what the pages show."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from support import ROOT

import envgen
from envgen.cli.groups import command_names
from envgen.cli.main import root, run
from envgen.core import cfgio, overrides
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.packs.arguments import is_file, resolve

sys.path.append(str(ROOT / "scripts"))

from tools.docs import sandbox as sandboxes
from tools.docs.errors import DocError
from tools.docs.pages import renew, same

PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


def name(page):
    return str(page.relative_to(ROOT))


def test_check_notices_what_is_out_of_date(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo new\nold\n```\n\n<!-- generated: language -->\n<!-- end -->\n")
    fresh = renew(page)
    assert "$ echo new\nnew\n```" in fresh
    assert "| `to_body` |" in fresh


FAILING = """# Page

```console
$ echo fine
$ ls missing{mark}
ls: cannot access 'missing': No such file or directory
```
"""


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("", "ends with 2, expected 0 (mark an intended failure: `$ … # exit 2`)"),
        ("  # exit 1", "ends with 2, expected 1"),
    ],
)
def test_a_command_with_another_status_than_the_page_says_fails_with_its_place(tmp_path, mark, told):
    page = tmp_path / "page.md"
    page.write_text(FAILING.format(mark=mark))
    with pytest.raises(DocError) as caught:
        renew(page)
    assert str(caught.value).splitlines()[:2] == [f"{page}:5: $ ls missing{mark}", told]


def test_a_failure_that_is_marked_is_shown(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(FAILING.format(mark="  # exit 2").replace("cannot access", "old"))
    assert "$ ls missing  # exit 2\nls: cannot access 'missing': No" in renew(page)


@pytest.mark.parametrize(
    "block", ["```console\n$ true\n$ false | cat\n```", "```python\nprint(1)\n1 / 0\n```"]
)
def test_nothing_is_written_where_a_page_fails(tmp_path, block):
    stale, failing = tmp_path / "stale.md", tmp_path / "failing.md"
    stale.write_text("```console\n$ echo new\nold\n```\n")
    failing.write_text(f"{block}\n")
    command = [sys.executable, "scripts/docs", str(stale), str(failing)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{failing}:{3 if 'false' in block else 1}: ")
    assert done.stderr.endswith("nothing was written\n")
    assert "old" in stale.read_text()
    failing.write_text("")
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert "new\n" in stale.read_text()


def test_check_ignores_rates_and_last_digits():
    assert same("3 in 0.2 s (18/s), each", "3 in 1.1 s (3/s), each")
    assert same("✓  speed   3.594 m/s  20 m/s", "✓  speed  3.5941 m/s  20 m/s")
    assert not same("✓  speed  3.594 m/s  20 m/s", "✓  speed  3.894 m/s  20 m/s")
    assert not same("✓  speed  3.594 m/s  20 m/s", "✗  speed  3.594 m/s  20 m/s")


def commands():
    for page in PAGES:
        for block in re.findall(r"^```bash[^\n]*\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] in (["envgen"], ["scripts/envgen"]):
                    yield pytest.param(words[1:], id=f"{name(page)}: {' '.join(words[1:4])}")


@pytest.mark.parametrize("words", list(commands()))
def test_command_parses(words, monkeypatch):
    monkeypatch.chdir(ROOT)
    context = click.Context(root, info_name="envgen", **root.context_settings)
    command = root.get_command(context, words[0])
    assert command is not None, words
    given = command.make_context(words[0], words[1:], parent=context).params
    if words[0] == "make" and (not is_file(given["source"]) or Path(given["source"]).exists()):
        cfg, _ = resolve(given["source"])
        cfg = overrides.apply(cfg, dict(overrides.parse_set(text) for text in given["sets"]))
        for values in overrides.combinations([overrides.parse_sweep(text) for text in given["sweeps"]]):
            overrides.apply(cfg, values)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_names_exists(page):
    text = page.read_text()
    for command in re.findall(r"`envgen ([a-z]+)", text):
        assert command in command_names(), command
    # CONTRIBUTING names the file that a reader is to add
    for path in re.findall(r"`((?:envgen|templates|prompts|scripts)/[\w./]*\w/?)`", text):
        assert (ROOT / path).exists() or path in ADDED, path
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists() or target.startswith("../../"), target
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        aimed = page.parent / target if target else page
        heads = re.findall(r"^#+ (.+)$", aimed.read_text(), re.MULTILINE)
        slugs = [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]
        assert anchor in slugs, (target, anchor)


@pytest.mark.parametrize("family", [TERRAINS, OBSTACLES, ROBOTS, TASKS], ids=lambda family: family.family)
def test_every_kind_has_its_section(family):
    text = (ROOT / "docs" / "kinds.md").read_text()
    for kind, _ in family:
        assert f"### `{kind}`" in text


def test_index_lists_every_page():
    index = (ROOT / "docs" / "README.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_changelog_knows_the_version():
    assert f"## [{envgen.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


# --- CONTRIBUTING -------------------------------------------------------------------------------

ADDED = {
    "envgen/terrains/ridges.py": {"terrain": {"sub_terrains": [{"kind": "ridges"}]}},
    "envgen/obstacles/kerb.py": {"obstacles": [{"kind": "kerb", "count": 3}]},
    "templates/robots/rocker.xml.j2": {"robots": [{"model": "rocker"}], "task": {"kind": "stand"}},
    "envgen/tasks/sway.py": {"task": {"kind": "sway"}},
}
"""The files that CONTRIBUTING adds, and what asks for them."""


def contributed():
    """The files that CONTRIBUTING shows, by path."""
    blocks = re.findall(
        r"^```\w+ file=(\S+)\n(.*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL
    )
    return {path: text for path, text in blocks if "/" in path}


def test_contributing_adds_a_kind_of_each_family():
    assert contributed().keys() == ADDED.keys()


@pytest.mark.parametrize("path", ADDED)
def test_one_file_is_enough(path, tmp_path):
    """A copy of the project and that file, nothing else: its variants pass every check."""
    for folder in ("envgen", "templates", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    kind = Path(path).name.split(".")[0]
    (tmp_path / path).write_text(contributed()[path])
    (tmp_path / "cfg.json").write_text(json.dumps({"difficulty": 0.5, **ADDED[path]}))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def envgen_(*words):
        done = subprocess.run(
            [sys.executable, "-m", "envgen", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    envgen_("make", "cfg.json", "--count", "2", "--out", "pack", "--jobs", "1", "--quiet")
    (found,) = json.loads(envgen_("list", kind, "--json")).values()
    assert found[0]["params"]
    pack = json.loads((tmp_path / "pack" / "pack.json").read_text())
    assert len(pack["variants"]) == 2
    drawn = [json.dumps([v["drawn"], v["agents"], pack["task"]["kind"]]) for v in pack["variants"]]
    assert all(kind in text for text in drawn)
    assert envgen_("validate", "pack")
    if not (ROOT / path).exists():  # who followed the page has it here as well
        assert kind not in {name for family in (TERRAINS, OBSTACLES, ROBOTS, TASKS) for name, _ in family}


def test_a_reader_who_has_added_the_files_can_renew_the_docs(tmp_path, monkeypatch):
    (tmp_path / "examples").mkdir()
    monkeypatch.setattr(sandboxes, "ROOT", tmp_path)
    shown = {path: text for path, text in contributed().items() if path != "envgen/tasks/sway.py"}
    for path, text in shown.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "page").mkdir()
    sandbox = sandboxes.Sandbox(tmp_path / "page")
    for path, text in contributed().items():
        sandbox.write(path, text)
    assert sandbox.groups == {"envgen.tasks": {"sway": "contributed_sway"}}, (
        "a kind of one name twice is an error"
    )


# --- examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_makes_valid_variants(path, tmp_path):
    refused = 0

    def note(progress):
        nonlocal refused
        refused = sum(progress.refused.values())

    pack = envgen.make(path, count=3, jobs=1, out=tmp_path / "pack", progress=note)
    assert len(pack) == 3
    assert all(variant.report.ok for variant in pack)
    assert refused <= 1
    assert pack.cfg == cfgio.load(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_header_of_an_example_says_what_it_is_and_how_to_make_it(path, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    header = path.read_text().split("\n\n")[0].splitlines()
    assert all(line.startswith("#") for line in header)
    assert re.match(r"# [A-Z].{20,}[.:]", header[0])
    commands = [line.removeprefix("#").strip() for line in header if line.startswith("#   envgen ")]
    assert commands
    for number, line in enumerate(commands):
        words = shlex.split(line)
        assert words[1:3] == ["make", f"examples/{path.name}"]
        words[words.index("--count") + 1] = "2"  # the first two cells of a sweep
        assert run([*words[1:], "--out", str(tmp_path / str(number)), "--jobs", "1", "--quiet"]) == 0
        assert len(envgen.Pack.open(tmp_path / str(number))) == 2


def test_there_are_examples():
    assert len(EXAMPLES) >= 8
