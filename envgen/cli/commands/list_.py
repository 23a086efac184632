"""`envgen list`."""

from __future__ import annotations

from typing import Any

import click

from envgen.cli import show

FAMILIES = ("terrains", "obstacles", "robots", "tasks", "checks")

EPILOG = """\b
Examples:
  envgen list
  envgen list terrains
  envgen list robots --json
"""


@click.command("list", epilog=EPILOG)
@click.argument("family", required=False, type=click.Choice(FAMILIES))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(family: str | None, as_json: bool) -> None:
    """List what can be asked for, with parameters, units and ranges."""
    chosen = [family] if family else list(FAMILIES)
    data = {name: _entries(name) for name in chosen}
    if as_json:
        show.emit(data)
        return
    for name, entries in data.items():
        if name == "checks":
            rows = [(e["name"], e["summary"]) for e in entries]
            show.table(name, ("name", "holds"), rows)
        else:
            show.table(name, ("name", "", "parameters"), [_row(entry) for entry in entries])
        click.echo()


def _row(entry: dict[str, Any]) -> tuple[str, str, str]:
    parts = []
    for name, spec in entry["params"].items():
        unit = f" {spec['unit']}" if spec["unit"] else ""
        parts.append(f"{name} {spec['low']:g}–{spec['high']:g}{unit} ({_default(spec)})")
    return entry["name"], entry["summary"], "\n".join(parts)


def _default(spec: dict[str, Any]) -> str:
    of = {"leg": " legs", "radius": " robot radii", "height": " robot heights", "": ""}[spec["scale"]]
    if spec["easy"] is not None:
        return f"easy {spec['easy']:g}, hard {spec['hard']:g}{of}"
    return f"{spec['default']:g}{of}"


def _entries(family: str) -> list[dict[str, Any]]:
    import dataclasses

    from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
    from envgen.core.params import specs

    if family == "checks":
        from envgen.validate.base import CHECKS

        checks = sorted((kind for _, kind in CHECKS), key=lambda kind: kind.order)
        return [
            {"name": c.kind, "summary": c.title, "unit": c.unit, "redraws": c.blame, "remedy": c.remedy}
            for c in checks
        ]
    if family == "robots":
        return [
            {
                "name": name,
                "summary": robot.summary,
                "params": {key: dataclasses.asdict(p) for key, p in robot.params.items()},
                "sources": list(robot.sources),
            }
            for name, robot in ROBOTS
        ]
    registry = {"terrains": TERRAINS, "obstacles": OBSTACLES, "tasks": TASKS}[family]
    return [
        {
            "name": name,
            "summary": (kind.__doc__ or "").strip().split("\n")[0],
            "params": {key: dataclasses.asdict(p) for key, p in specs(kind).items()},
            "source": getattr(kind, "source", ""),
        }
        for name, kind in registry
    ]
