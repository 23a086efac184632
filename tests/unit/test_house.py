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


def targets(name: str, tree: ast.Module, packages: set[str]) -> Iterator[tuple[ast.AST, str, list[str]]]:
    """Each import of a module: its node, the absolute name imported from, and the names taken from there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # a relative import counts from the package: itself, if the module is one
            parts = name.split(".")
            base = parts[: len(parts) - node.level + (name in packages)] if node.level else []
            yield node, ".".join([*base, *filter(None, [node.module])]), [alias.name for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from ((node, str(arg.value), []) for arg in node.args[:1] if isinstance(arg, ast.Constant))


def imported(trees: dict[str, ast.Module], name: str) -> set[str]:
    """Modules of the package that a module imports anywhere: in functions and for types only, too."""
    packages = {other.rpartition(".")[0] for other in trees}
    found = set()
    for _, base, names in targets(name, trees[name], packages):
        found |= {path if (path := f"{base}.{part}") in trees else base for part in names} or {base}
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
    """Names of the functions and classes of a module, and `self` and `cls`: what may be read in private."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)} | {"self", "cls"}


def reads(node: ast.AST) -> tuple[str, str] | None:
    """The object and the name that an attribute, or `getattr` with a literal, reads or sets."""
    if isinstance(node, ast.Attribute):
        return ast.unparse(node.value), node.attr
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr", "hasattr", "delattr"):
        of, name = node.args[:2]
        if isinstance(name, ast.Constant):
            return ast.unparse(of), str(name.value)
    return None


def intrusions(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Private names of other modules that are imported or read, one a line."""
    packages = {other.rpartition(".")[0] for other in trees}
    for name, tree in trees.items():
        folder = name if name in packages else name.rpartition(".")[0]
        for node, base, names in targets(name, tree, packages):
            # a private module belongs to its folder
            if any(private(part) for part in base.split(".")) and base.rpartition(".")[0] != folder:
                yield f"{name}:{node.lineno} from {base}"
            for part in filter(private, names):
                yield f"{name}:{node.lineno} from {base} import {part}"
        mine = defined(tree)
        for node in ast.walk(tree):
            read = reads(node)
            if read and private(read[1]) and read[0] not in mine and read[1] not in OF_OTHERS:
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


def test_parquet_is_read_in_one_place():
    """What pyarrow's own `read_table` leaves to threads aborts a process that ends: see there."""
    readers = {"read_table", "read_parquet", "ParquetFile", "ParquetDataset", "dataset"}
    found = {
        (name, node.func.attr)
        for name, tree in house().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in readers
        and ast.unparse(node.func.value) in {"pq", "pa", "pd", "pandas", "ds", "pyarrow.parquet", "pyarrow"}
    }
    assert {name for name, _ in found} == {"envgen.core.parquet"}


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


@pytest.mark.parametrize(
    "line",
    [
        "import house.a",
        "from house import a",
        "from house.a import A",
        "from . import a",
        "from .a import A",
        "from ..house.a import A",
        'importlib.import_module("house.a")',
        'import_module("house.a")',
    ],
)
def test_every_form_of_import_closes_a_circle(parse, line):
    circle = parse(a="from house import b\n", b=f"def late():\n    {line}\n")
    assert circles(circle) == [["house.a", "house.b"]]


@pytest.mark.parametrize("line", ["from . import a", "from .a import A"])
def test_a_relative_import_of_a_package_counts_from_the_package_itself(tmp_path, line):
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "__init__.py").write_text(line)
    (folder / "a.py").write_text("import house\n")
    assert circles(modules(folder)) == [["house", "house.a"]]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from house.b import _hidden", "from house.b import _hidden"),
        ("from .b import _hidden", "from house.b import _hidden"),
        ("from other._b import shown", "from other._b"),
        ("import other._b", "from other._b"),
        ('import_module("other._b")', "from other._b"),
        ("house.b.B(None)._x", "house.b.B(None)._x"),
        ("def f(b): return b._x, b.__class__", "b._x"),
        ("class A:\n def f(self, other): self._x = other._x", "other._x"),
        ("_x = 1; b._x", "b._x"),
        ("b._x = 1", "b._x"),
        ('getattr(b, "_x")', "getattr(b, '_x')"),
        ('setattr(b, "_x", 1)', "setattr(b, '_x', 1)"),
    ],
)
def test_every_use_of_a_private_name_of_others_is_found(parse, source, found):
    assert [line.partition(" ")[2] for line in intrusions(parse(a=source + "\n"))] == [found]


@pytest.mark.parametrize(
    "source",
    [
        "from ._b import shown",
        "class A:\n def f(self): return self._x",
        "class A:\n @classmethod\n def f(cls): return cls._x",
        "class A:\n _x = 1\nA._x",
        "def f(): ...\nf._cache = 1",
        'class A:\n def f(self): return getattr(self, "_x")',
        "row._asdict()",
        "b.__class__",
    ],
)
def test_private_names_of_the_module_itself_may_be_used(parse, source):
    assert list(intrusions(parse(a=source + "\n"))) == []


def test_question_words_are_found_in_docstrings_of_functions_and_classes_only(parse):
    trees = parse(
        a='"""Whether it works."""\nclass A:\n    """How it is made."""\n',
        b='def f():\n    """Return a.\n\n    What follows is detail.\n    """\nx = 1\n"""Where it is."""\n',
    )
    assert list(questions(trees)) == ["house.a:1 Whether it works.", "house.a:2 How it is made."]


def test_no_two_test_modules_share_a_name():
    """Pytest imports test modules by name alone: with two of one name, one is not run."""
    names = [path.name for path in (ROOT.parent / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []
