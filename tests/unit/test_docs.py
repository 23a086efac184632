"""The docs are true: what they show is run, what they generate is current, what they name exists."""

import importlib.util
import re
import shlex
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import click
import pytest

import envgen
from envgen.cli.main import COMMANDS, root
from envgen.core import cfgio, overrides
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.packs.make import is_file, resolve

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
WALKED = [page for page in PAGES if page.parent.name == "docs" or page.name == "CONTRIBUTING.md"]


def script():
    loader = SourceFileLoader("docs_script", str(ROOT / "scripts" / "docs"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("docs_script", loader))
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def name(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", WALKED, ids=name)
def test_page_shows_what_happens(page):
    done = subprocess.run(
        [sys.executable, "scripts/docs", "--check", str(page)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_check_notices_what_is_out_of_date(tmp_path):
    script_ = script()
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo new\nold\n```\n\n<!-- generated: language -->\n<!-- end -->\n")
    fresh = script_.renew(page)
    assert "$ echo new\nnew\n```" in fresh
    assert "| `to_body` |" in fresh


def test_check_ignores_rates_and_last_digits():
    same = script().same
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
    context = click.Context(root, info_name="envgen")
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
        assert command in COMMANDS, command
    # CONTRIBUTING names the file that a reader is to add
    for path in re.findall(r"`((?:envgen|templates|prompts|scripts)/[\w./]*\w/?)`", text):
        assert (ROOT / path).exists() or path == "envgen/terrains/ridges.py", path
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


def test_terrain_of_contributing_is_a_terrain(tmp_path):
    """The terrain that CONTRIBUTING adds, installed as a package, makes variants that pass every check."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    code = re.search(r"^```python file=envgen/terrains/ridges.py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert code is not None
    (tmp_path / "ridges_package.py").write_text(code[1])
    info = tmp_path / "ridges_package-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ridges-package\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[envgen.terrains]\nridges = ridges_package\n")
    use = """
import sys
sys.path.insert(0, sys.argv[1])
import envgen
from envgen.core import cfgio
cfg = cfgio.parse({"terrain": {"sub_terrains": [{"kind": "ridges"}]}, "difficulty": 0.5})
pack = envgen.make(cfg, count=2, jobs=1, out=sys.argv[1] + "/pack")
drawn = pack[0].drawn
print(all(variant.report.ok for variant in pack), drawn["terrain.kind"], drawn["terrain.height"])
"""
    done = subprocess.run(
        [sys.executable, "-c", use, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    ok, kind, height = done.stdout.split()
    assert (ok, kind) == ("True", "ridges")
    assert 0.1 < float(height) < 0.3  # (0.05 + 0.6) / 2 legs of an ant


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_makes_valid_variants(path, tmp_path):
    refused = 0

    def note(tally):
        nonlocal refused
        refused = sum(tally.refused.values())

    pack = envgen.make(path, count=3, jobs=1, out=tmp_path / "pack", progress=note)
    assert len(pack) == 3
    assert all(variant.report.ok for variant in pack)
    assert refused <= 1
    assert pack.cfg == cfgio.load(path)


def test_there_are_examples():
    assert len(EXAMPLES) >= 6
