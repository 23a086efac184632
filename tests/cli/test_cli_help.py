"""Help, version, misspelled commands, and how little is imported for them."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest
from support.command_line import environment

import envgen
from envgen.cli import groups
from envgen.cli.groups import COMMON, command_names, summary


@pytest.mark.parametrize(
    "arguments", [[], *([name] for name in command_names())], ids=lambda a: (a or ["envgen"])[0]
)
def test_help_shows_usage_options_and_examples(run, arguments):
    result = run(*arguments, "--help")
    assert result.code == 0
    assert result.err == ""
    assert result.out.startswith(" ".join(["Usage: envgen", *arguments]) + " ")
    assert "-h, --help" in result.out
    head, _, examples = result.out.partition("Example")
    assert " ".join(["envgen", *arguments[:1]]) in examples
    assert max(len(line) for line in head.splitlines()) <= 100


def test_help_names_every_command_with_what_it_does(run):
    lines = run("-h").out.splitlines()
    for name in command_names():
        assert any(line.split() == [name, *summary(name).split()] for line in lines), name


@pytest.mark.parametrize("name", command_names())
def test_a_file_of_the_folder_is_a_command_with_a_summary(name):
    command = importlib.import_module(f"envgen.cli.commands.{name}").command
    assert command.name == name
    assert re.fullmatch(r"[A-Z][^.]{10,68}\.", summary(name)), f"{name}.py needs a docstring of one sentence"
    assert command.help, f"the function `command` of {name}.py needs a docstring"


def test_common_commands_come_first_and_exist():
    assert command_names()[: len(COMMON)] == list(COMMON)


ADDED = '''"""Say hello, from a file
that was added."""

import click


@click.command("hello")
def command() -> None:
    """Say hello."""
    click.echo("hello")
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in place of that of the commands, for a command called hello."""
    package = importlib.import_module("envgen.cli.commands")
    monkeypatch.setattr(groups, "FOLDER", tmp_path)
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    yield tmp_path
    sys.modules.pop("envgen.cli.commands.hello", None)
    vars(package).pop("hello", None)


def test_a_file_added_to_the_folder_is_in_the_help_and_runs(run, folder):
    (folder / "hello.py").write_text(ADDED)
    (folder / "_shared.py").write_text("")
    assert command_names() == ["hello"]
    assert "  hello  Say hello, from a file that was added." in run("--help").out.splitlines()
    assert run("hello").out == "hello\n"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise RuntimeError('no card')\n", "RuntimeError: no card"),
        ("", "AttributeError: module 'envgen.cli.commands.hello' has no attribute 'command'"),
    ],
)
def test_a_command_that_cannot_be_imported_is_told_with_a_remedy(run, folder, text, cause):
    (folder / "hello.py").write_text(text)
    result = run("hello")
    assert result.code == 1
    assert f"envgen: the command module envgen.cli.commands.hello can't be imported: {cause}" in result.err
    assert "Run envgen with the Python that it is installed in" in result.err
    assert "Traceback" not in result.err


def test_no_argument_shows_the_help(shell):
    result = shell()
    assert "Commands:" in result.out + result.err


def test_version(run):
    assert run("--version").out == f"envgen, version {envgen.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        (["mkae", "rough"], "there is no command 'mkae'", "Did you mean 'make'? Known: make, interpret"),
        (["qqqqqq"], "there is no command 'qqqqqq'", "Known: make"),
        (["make"], "missing argument 'PROMPT|FILE'", "See `envgen make --help`."),
        (["make", "rough", "--cuont", "3"], "no such option '--cuont'", "envgen make --help"),
        (["make", "-rough"], "no such option '-r'", "a prompt that begins with a dash goes after --"),
        (["make", "rough", "ants"], "unexpected extra argument (ants)", "See `envgen make --help`."),
        (["validate"], "missing argument 'PATH…'", "See `envgen validate --help`."),
        (["list", "terains"], "there is no family 'terains'", "Did you mean 'terrains'?"),
        (["list", "ants"], "there is no family or kind 'ants'", "Did you mean 'ant'?"),
        (["list", "policies", "giat"], "there is no policy 'giat'", "Did you mean 'gait'?"),
        (["list", "polices"], "there is no family 'polices'", "Did you mean 'policies'?"),
        (["list", "terrains", "stair"], "there is no terrain 'stair'", "Did you mean 'stairs'?"),
        (["schema", "x"], "unexpected extra argument (x)", "See `envgen schema --help`."),
        (["export", "x"], "missing option '--format'", "See `envgen export --help`."),
        (
            ["bench", "genrate"],
            "there is no bench command 'genrate'",
            "Did you mean 'generate'? Known: acceptance",
        ),
        (
            ["bench", "generate", "--scale", "10,x"],
            "--scale must be a list of counts, got '10,x'",
            "--scale 100,500,2000",
        ),
        (["bench", "generate", "--scale", "0"], "a count out of range", "Give counts from 1 to 1,000,000."),
        (["preview", "x", "--count", "0"], "0 is not in the range", "See `envgen preview --help`."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_told_with_a_remedy(run, here, arguments, cause, remedy):
    run(*arguments).refused(cause, remedy)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--help"], ["make", "--help"], ["make"], ["mkae"], ["--version"]], ids=" ".join
)
def test_neither_numpy_nor_mujoco_is_imported_to_help(arguments, tmp_path):
    code = (
        "import sys\nfrom envgen.cli.main import run\nrun(sys.argv[1:])\n"
        "slow = {'numpy', 'mujoco', 'pydantic', 'lxml', 'jinja2', 'pyarrow', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(slow)}' if slow else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_module_is_a_command(shell, here):
    result = shell("list", "tasks", "--json")
    assert {entry["name"] for entry in result.json["tasks"]} >= {"stand", "walk", "goal", "race"}
    assert list(here.iterdir()) == []
