"""Print the JSON Schema of EnvCfg."""

from __future__ import annotations

import click

from envgen.cli import output


@click.command("schema", epilog="\b\nExample:\n  envgen schema > envcfg.schema.json\n")
def command() -> None:
    """Print the JSON Schema of EnvCfg, with all registered kinds."""
    from envgen.core.schema import json_schema

    output.print_json(json_schema())
