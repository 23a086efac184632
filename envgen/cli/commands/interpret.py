"""Show the EnvCfg that a prompt becomes, and why."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envgen.cli import output
from envgen.cli.parameters import PATH

if TYPE_CHECKING:
    from envgen.core.cfg import EnvCfg
    from envgen.prompting.base import Interpretation

EPILOG = """\b
Examples:
  envgen interpret "two humanoids racing up stairs"
  envgen interpret "a quadruped on stepping stones with a few boxes" --json
  envgen interpret "rough terrain for ants" --save ants.toml
  envgen interpret --base ants.toml "steeper, and add a few logs" --save logs.toml
  jq -r .prompt cases.jsonl | jq -R . | envgen interpret --json --batch
"""


@click.command("interpret", epilog=EPILOG)
@click.argument("prompt", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--base", type=PATH, help="Change this EnvCfg: a parameter file, or what --json printed.")
@click.option("--batch", is_flag=True, help="Read one JSON string per line on standard input.")
@click.option("--backend", default="auto", show_default=True, help="auto, offline or openai.")
@click.option("--model", help="Name of a language model.  [default: $ENVGEN_MODEL]")
@click.option("--endpoint", help="Base URL of an OpenAI-compatible API.  [default: $OPENAI_BASE_URL]")
@click.option("--save", type=PATH, help="Write the EnvCfg to a .toml, .json or .yaml file.")
def command(
    prompt: str | None,
    as_json: bool,
    base: Path | None,
    batch: bool,
    backend: str,
    model: str | None,
    endpoint: str | None,
    save: Path | None,
) -> None:
    """Show the EnvCfg that a PROMPT becomes: what was understood, assumed and not understood."""
    from envgen.core.errors import InputError
    from envgen.prompting.base import interpret, refine
    from envgen.prompting.diff import diff

    for name, value in (("ENVGEN_MODEL", model), ("OPENAI_BASE_URL", endpoint)):
        if value is not None:
            os.environ[name] = value  # the backend reads them, as it does for the library's users
    if batch:
        if prompt is not None or save or base:
            raise InputError(
                "--batch reads its prompts from standard input", "Leave out PROMPT, --base and --save."
            )
        _batch(backend)
        return
    if prompt is None:
        raise InputError("no prompt was given", 'Write e.g. envgen interpret "rough terrain for ants".')
    before = _base(base) if base else None
    meaning = interpret(prompt, backend) if before is None else refine(before, prompt, backend)
    if meaning.note:
        click.secho(meaning.note, fg="yellow", err=True)
    changes = diff(before, meaning.cfg) if before else ()
    if save:
        _save(meaning, save)
    if as_json:
        answer = meaning.to_json()
        if before:
            answer["changes"] = [change.to_json() for change in changes]
        output.print_json(answer)
    else:
        if before:
            output.print_table("changed", ("what",), [(str(change),) for change in changes] or [("nothing",)])
            click.echo()
        _print(meaning)


def _base(path: Path) -> EnvCfg:
    """Read the EnvCfg of a parameter file, or of an object that `interpret --json` printed."""
    from envgen.core import cfgio

    data = cfgio.read(path)
    if isinstance(data, dict) and isinstance(data.get("cfg"), dict) and "backend" in data:
        return cfgio.parse(data["cfg"], path.name)
    return cfgio.load(path)


def _batch(backend: str) -> None:
    from envgen.core.errors import EnvgenError
    from envgen.prompting.base import interpret

    for line in open(0, encoding="utf-8", errors="replace", closefd=False):  # noqa: SIM115  (stdin)
        if not line.strip():
            continue
        answer: dict[str, Any]
        try:
            prompt = json.loads(line)
            if not isinstance(prompt, str):
                raise ValueError(f"got {type(prompt).__name__}")
            answer = interpret(prompt, backend).to_json()
        except EnvgenError as error:
            answer = {"error": f"{error.cause}. {error.remedy}".strip()}
        except (ValueError, RecursionError) as error:
            answer = {"error": f"a line must be a JSON string: {error}"}
        click.echo(json.dumps(answer, ensure_ascii=True))


def _save(meaning: Interpretation, path: Path) -> None:
    from envgen.core import cfgio
    from envgen.core.errors import InputError

    text = cfgio.dumps(meaning.cfg, path.suffix.lower())
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror}", "Give another --save.") from None


def _print(meaning: Interpretation) -> None:
    rows = [(u.text, u.path, _short(u.value)) for u in meaning.understood]
    output.print_table("understood", ("words", "path", "value"), rows)
    if meaning.assumed:
        click.echo()
        rows = [(a.path, _short(a.value), a.why) for a in meaning.assumed]
        output.print_table("assumed", ("path", "value", "why"), rows)
    if meaning.unmapped:
        words = ", ".join(_unknown(word, meaning) for word in meaning.unmapped)
        click.secho(f"\nnot understood: {words}", fg="yellow")
    if meaning.usage:
        sent, received = meaning.usage["prompt_tokens"], meaning.usage["completion_tokens"]
        click.echo(f"\ntokens: {sent:,} sent, {received:,} received in {meaning.usage['requests']} turns")
    if meaning.count is not None:
        click.echo(f"\nvariants asked for: {meaning.count}")
    click.secho("\n`--json` prints the whole EnvCfg, `--save ants.toml` writes it to a file.", dim=True)


def _unknown(word: str, meaning: Interpretation) -> str:
    near = " or ".join(map(repr, meaning.suggestions.get(word, ())))
    return f"{word!r} (did you mean {near}?)" if near else repr(word)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
