"""List terrains, obstacles, robots, tasks, checks or policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from envgen.cli import output

EPILOG = """\b
Examples:
  envgen list
  envgen list terrains
  envgen list terrains stairs
  envgen list robots --json
"""


@click.command("list", epilog=EPILOG)
@click.argument("family", required=False, metavar="[FAMILY]")
@click.argument("kind", required=False, metavar="[KIND]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(family: str | None, kind: str | None, as_json: bool) -> None:
    """List the available kinds: all names, a FAMILY with units and ranges, or one KIND in full.

    A FAMILY is terrains, obstacles, robots, tasks, checks or policies.
    """
    from envgen.catalog import FAMILIES, entries

    chosen, kind = _resolve_names(family, kind)
    data = {name: entries(name) for name in chosen or FAMILIES}
    if kind:
        data = {name: [entry for entry in found if entry["name"] == kind] for name, found in data.items()}
    if as_json:
        output.print_json(data)
    elif kind:
        for i, name in enumerate(chosen):
            click.echo("\n" * (i > 0), nl=False)
            _one(name, data[name][0])
    elif chosen:
        _family(chosen[0], data[chosen[0]])
    else:
        _overview(data)


def _resolve_names(family: str | None, kind: str | None) -> tuple[list[str], str | None]:
    """Return the families and the kind of the arguments; a family may be singular, or omitted before a kind.

    A kind given alone may belong to several families, as names are unique within a family only.

    Raises:
        InputError: There is no family or kind of that name.
    """
    from envgen.catalog import FAMILIES, entries
    from envgen.core.errors import InputError, nearest, suggestion

    if family is None:
        return [], None
    family = next((known for known in FAMILIES if family == _singular(known)), family)
    if family in FAMILIES:
        names = [entry["name"] for entry in entries(family)]
        if kind is not None and kind not in names:
            raise InputError(f"there is no {_singular(family)} {kind!r}", suggestion(kind, names))
        return [family], kind
    if kind is None:
        of = [known for known in FAMILIES if any(entry["name"] == family for entry in entries(known))]
        if of:
            return of, family
        kinds = {entry["name"]: known for known in reversed(FAMILIES) for entry in entries(known)}
        near = nearest(family, kinds) if nearest(family, FAMILIES) is None else None
        if near:
            remedy = f"Did you mean {near!r}? `envgen list {kinds[near]}` shows all {kinds[near]}."
            raise InputError(f"there is no family or kind {family!r}", remedy)
    raise InputError(f"there is no family {family!r}", suggestion(family, FAMILIES))


def _singular(family: str) -> str:
    return "policy" if family == "policies" else family[:-1]


# --- printing -----------------------------------------------------------------------------------


def _overview(data: Mapping[str, list[dict[str, Any]]]) -> None:
    from envgen.catalog import sources

    rows = [(f"{len(found)} {name}", ", ".join(e["name"] for e in found)) for name, found in data.items()]
    output.print_table("", ("", "names"), rows)
    for source, names in sources().items():
        robots = output.count_noun(len(names), "robot")
        click.echo(f"{source}: provides {robots} such as {source}:{names[0]}")
    click.echo("\n`envgen list terrains` shows parameters, `envgen list stairs` all of one kind.")


def _family(name: str, found: list[dict[str, Any]]) -> None:
    from envgen.catalog import sources

    if name == "checks":
        columns = [key for key in ("severity",) if found and found[0].get(key)]
        rows = [(e["name"], *(e[key] for key in columns), e["summary"]) for e in found]
        output.print_table(name, ("name", *columns, "holds"), rows)
    elif name == "policies":
        output.print_table(
            name, ("name", ""), [(e["name"], "\n".join((e["summary"], *e["facts"]))) for e in found]
        )
    else:
        output.print_table(name, ("name", "", "parameters"), [_row(entry) for entry in found])
    if name == "robots":
        click.echo("\nAny MJCF is a robot too: the path of a file, or <source>:<name>.")
        for source, names in sources().items():
            click.echo(f"{source}: {', '.join(names)}")


def _row(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    parts = [
        f"{name} {_range(spec)} ({_default(spec)})"
        for name, spec in entry["params"].items()
        if name not in _every_robot()
    ]
    return entry["name"], entry["summary"], "\n".join(parts)


def _one(family: str, entry: Mapping[str, Any]) -> None:
    """Print everything about one kind."""
    click.echo(f"{_singular(family)} {entry['name']}\n{entry['summary']}\n")
    if family == "checks":
        rows = [(key, value) for key, value in entry.items() if value and key not in ("name", "summary")]
        output.print_table("", ("", ""), rows)
        return
    for line in entry.get("facts", ()):
        click.echo(line)
    if family == "policies":
        return
    table = [(n, _range(spec), _default(spec), spec["doc"]) for n, spec in entry["params"].items()]
    if table:
        output.print_table("", ("parameter", "allowed", "default", "description"), table)
    else:
        click.echo("no parameters")
    for source in entry["sources"]:
        click.echo(f"\nsource: {source}")
    click.echo(f"\n{_snippet(family, entry)}")


def _snippet(family: str, entry: Mapping[str, Any]) -> str:
    """Return the lines of a parameter file that select the kind."""
    name = entry["name"]
    spec = next((spec for key, spec in entry["params"].items() if key not in _every_robot()), None)
    key = next((key for key in entry["params"] if key not in _every_robot()), "")
    given = f"{key} = {_example(spec)}" if spec else ""
    if family == "robots":
        head, inside = "[[robots]]", [f'model = "{name}"', f"params = {{ {given} }}" if given else ""]
    else:
        head = {"terrains": "[[terrain.sub_terrains]]", "obstacles": "[[obstacles]]", "tasks": "[task]"}[
            family
        ]
        count = "count = 5" if family == "obstacles" else ""
        inside = [f'kind = "{name}"', count, given]
    return "\n".join([head, *(line for line in inside if line)])


def _example(spec: Mapping[str, Any]) -> str:
    """Return an example value: the default, or a range if the default depends on difficulty."""
    if spec.get("suffixes"):
        return f'"my{spec["suffixes"][0]}"'
    low, high = spec["low"], spec["high"]
    ends = [spec["easy"], spec["hard"]] if spec["easy"] is not None else [spec["default"] or low]
    # as if legs and radii were half a metre
    ends = sorted(min(max(float(end) * (0.5 if spec["scale"] else 1.0), low), high) for end in ends)
    texts = [f"{round(end)}" if spec["integer"] else f"{end:.3g}" for end in ends]
    return texts[0] if texts[0] == texts[-1] else f"[{', '.join(texts)}]"


def _range(spec: Mapping[str, Any]) -> str:
    if spec.get("suffixes"):
        return f"{' or '.join(spec['suffixes'])} file"
    unit = f" {spec['unit']}" if spec["unit"] else ""
    return f"{spec['low']:g}–{spec['high']:g}{unit}"


def _default(spec: Mapping[str, Any]) -> str:
    """Describe the default of a parameter."""
    if spec.get("suffixes"):
        return "required"
    of = {"leg": " legs", "radius": " robot radii", "height": " robot heights"}.get(spec["scale"], "")
    if spec["easy"] is not None:
        return f"easy {spec['easy']:g}, hard {spec['hard']:g}{of}"
    return f"{spec['default'] if spec['default'] is not None else spec['low']:g}{of}"


def _every_robot() -> Mapping[str, Any]:
    from envgen.core.sensing import SENSORS

    return SENSORS
