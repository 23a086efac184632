"""Check what works on this machine."""

from __future__ import annotations

import click

from envgen.cli import output


@click.command("doctor", epilog="\b\nExample:\n  envgen doctor --json\n")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> int:
    """Check what works on this machine: packages, processes, disk, OpenGL, display."""
    from envgen.cli.doctor import examine_machine

    lines = examine_machine()
    needed = all(line.ok for line in lines if line.needed)
    if as_json:
        output.print_json({"ok": needed, "lines": [line._asdict() for line in lines]})
    else:
        rows = [
            (output.tick(line.ok), line.what, line.found, "" if line.ok else line.remedy) for line in lines
        ]
        output.print_table("", ("", "what", "found", "what to do"), rows)
        click.echo("everything required works" if needed else "something required is missing")
    return 0 if needed else 1
