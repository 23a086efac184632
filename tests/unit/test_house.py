"""The house: no import circles, no reading of private names of other files, docstrings with a summary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import envgen

ROOT = Path(envgen.__file__).parent
OF_OTHERS = {"_asdict", "_fields", "_replace", "_Element", "_exit"}
"""Public names of namedtuple, lxml and os that begin with an underscore."""
QUESTIONS = {"What", "Whether", "How", "Where", "Who", "When"}
"""Words that begin a question; a summary line is imperative or a noun phrase."""


def modules(root: Path = ROOT) -> dict[str, ast.Module]:
    """The syntax tree of each module of a package, by its full name."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = [root.name, *path.relative_to(root).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text())
    return found


@cache
def house() -> dict[str, ast.Module]:
    return modules()


def imported(trees: dict[str, ast.Module], name: str) -> set[str]:
    """Modules of the package that a module imports anywhere: in functions and for types only, too."""
    found = set()
    for node in ast.walk(trees[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {path if path in trees else str(node.module) for path in whole}
    return {path for path in found if path in trees} - {name}


def circles(trees: dict[str, ast.Module]) -> list[list[str]]:
    """Groups of modules that import one another: strongly connected components (Tarjan, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(imported(trees, name)):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            group, stack[at:] = stack[at:], []
            if len(group) > 1:
                found.append(sorted(group))

    for name in trees:
        if name not in index:
            visit(name)
    return found


def private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name != "_"


def defined(tree: ast.Module) -> set[str]:
    """Names that a module gives to its own functions, classes, fields and attributes."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found |= {node.attr} if own(node) else set()
    return found


def own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def intrusions(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Private names of other modules that are imported or read, one a line."""
    for name, tree in trees.items():
        mine = defined(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                package = str(node.module)
                private_parts = any(private(part) for part in package.split("."))
                # a private module belongs to its folder
                if private_parts and package.rpartition(".")[0] != name.rpartition(".")[0]:
                    yield f"{name}:{node.lineno} from {package}"
                for alias in node.names:
                    if private(alias.name):
                        yield f"{name}:{node.lineno} from {package} import {alias.name}"
            elif isinstance(node, ast.Attribute) and private(node.attr) and not own(node):
                if node.attr in mine | OF_OTHERS:
                    continue
                yield f"{name}:{node.lineno} {ast.unparse(node)}"


def questions(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Docstrings of modules, classes and functions that begin with a question word, one a line."""
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            summary = (ast.get_docstring(node) or "").partition("\n")[0]
            if summary.split(" ")[0].rstrip(",:") in QUESTIONS:
                yield f"{name}:{getattr(node, 'lineno', 1)} {summary}"


def test_no_module_imports_itself_by_way_of_others():
    assert circles(house()) == []


def test_no_module_reads_private_names_of_another():
    assert list(intrusions(house())) == []


def test_no_docstring_begins_with_a_question_word():
    assert list(questions(house())) == []


@pytest.fixture
def parse(tmp_path):
    def write(**sources: str) -> dict[str, ast.Module]:
        folder = tmp_path / "house"
        folder.mkdir()
        (folder / "__init__.py").touch()
        for name, source in sources.items():
            (folder / f"{name}.py").write_text(source)
        return modules(folder)

    return write


def test_a_circle_is_found_where_types_or_functions_close_it(parse):
    trees = parse(
        a="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.b import B\n",
        b="from house import c\n",
        c="def late():\n    import house.a\n",
        d="from house.a import A\n",
    )
    assert circles(trees) == [["house.a", "house.b", "house.c"]]


def test_private_names_are_found_in_imports_and_attributes(parse):
    trees = parse(
        a="from house.b import _hidden\n",
        b="class B:\n    def __init__(self, other):\n        self._x = other._x\n",
        c="import house.b\nhouse.b.B(None)._x\nrow._asdict()\n",
        d="def f(b):\n    return b._x, b.__class__\n",
    )
    assert list(intrusions(trees)) == [
        "house.a:1 from house.b import _hidden",
        "house.c:2 house.b.B(None)._x",
        "house.d:2 b._x",
    ]


def test_question_words_are_found_in_docstrings_of_functions_and_classes_only(parse):
    trees = parse(
        a='"""Whether it works."""\nclass A:\n    """How it is made."""\n',
        b='def f():\n    """Return a.\n\n    What follows is detail.\n    """\nx = 1\n"""Where it is."""\n',
    )
    assert list(questions(trees)) == ["house.a:1 Whether it works.", "house.a:2 How it is made."]
