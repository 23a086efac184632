"""Terms of the tasks and the language of their expressions, for docs/tasks.md."""

from __future__ import annotations

from typing import Any

from tools.docs.markdown import first_line, table

INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "gt": ">", "and": "and", "or": "or"}


def infix(expr: Any, inner: bool = False) -> str:
    """Return an expression in infix notation: `root_pos[2:3] - ground(root_pos[0:2])`."""
    if not isinstance(expr, list):
        return f"{expr:g}"
    op, *args = expr
    if op in ("sensor", "constant"):
        return str(args[0])
    if op == "param":
        return f"param.{args[0]}"
    if op == "sensors":
        return f"{args[0]}*"
    if op == "role":
        return f"role({args[0]})"
    if op in ("object", "object_velocity"):
        return f"{op}[{args[0]}]"
    if op in ("nearest", "any", "all"):
        return f"{op} {args[0]}({infix(args[1])})"
    if op == "slice":
        return f"{infix(args[0], True)}[{args[1]}:{args[2]}]"
    if op in INFIX:
        text = f" {INFIX[op]} ".join(infix(arg, True) for arg in args)
        return f"({text})" if inner else text
    if op == "neg":
        return f"-{infix(args[0], True)}"
    if op == "abs":
        return f"|{infix(args[0])}|"
    return f"{op}({', '.join(infix(arg) for arg in args)})" if args else op


def block_terms() -> str:
    from envgen.core.families import TASKS

    parts = []
    for name, kind in TASKS:
        terms = kind.terms()
        rows = []
        for group in ("observation", "reward", "terminated"):
            for term in getattr(terms, group):
                weight = f"{term.weight:g}" if group == "reward" else ""
                rows.append((group, f"`{term.name}`", weight, f"`{infix(term.expr)}`"))
        never = " (never)" if terms.success.expr == 0 else ""
        rows.append(("success", f"`{terms.success.name}`", "", f"`{infix(terms.success.expr)}`{never}"))
        parts += [f"### `{name}`", first_line(kind), table(("group", "term", "weight", "expression"), rows)]
    return "\n\n".join(parts)


def block_language() -> str:
    from envgen.tasks.expr import GROUPS, SOURCES, VIEWS
    from envgen.tasks.operators import OPERATORS

    inputs = [(f"`{name}`", text) for name, text in SOURCES.items()]
    rows = [(f"`{name}`", text) for name, (_, text) in OPERATORS.items()]
    rows.append(("`slice`", "['slice', a, i, j]: columns i to j - 1 of a"))
    rows.append(("`concat`", "['concat', a, b, …]: side by side"))
    views = [(f"`{name}`", text) for name, text in VIEWS.items()]
    groups = [(f"`{name}`", text) for name, text in GROUPS.items()]
    tables = [
        (("source", "value"), inputs),
        (("operator", "value"), rows),
        (("view", "value"), views),
        (("group", "who"), groups),
    ]
    return "\n\n".join(table(*parts) for parts in tables)
