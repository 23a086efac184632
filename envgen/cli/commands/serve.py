"""Run hundreds of variants in the browser."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

import click

from envgen.cli.parameters import PATH

PORT = 8000
ORIGIN = re.compile(r"https?://[^/\s?#@*]+/?", re.IGNORECASE)
"""Form of the Origin header that browsers send; an origin in another form would never match."""
EPILOG = """\b
Examples:
  envgen serve
  envgen serve "rough terrain for ants" --count 500
  envgen serve packs/rough-terrain-for-ants-s0
  envgen serve --policies trained --port 9000
  envgen serve --host 0.0.0.0 --allow-remote

The page is served to this machine only; with --allow-remote also to others, with a token in its address.
Packs, robots and heightmaps must be inside the current folder. Ctrl-C stops the server.
"""


@click.command("serve", epilog=EPILOG)
@click.argument("source", metavar="[PACK|PROMPT|FILE]", required=False)
@click.option("--count", "-n", type=int, help="Number of variants at the start.")
@click.option("--seed", "-s", type=int, help="Their seed; a pack has its own.  [default: 0]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", "-p", type=click.IntRange(0, 65535), help="Port.  [default: a free one from 8000 on]")
@click.option("--allow-remote", is_flag=True, help="Accept other machines, with a token in the address.")
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="Another page that may connect.",
)
@click.option("--policies", type=PATH, help="Folder of ONNX policies and gaits.")
@click.option("--jobs", "-j", type=int, help="Processes that make variants.  [default: one per processor]")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def command(
    source: str | None,
    count: int | None,
    seed: int | None,
    host: str,
    port: int | None,
    allow_remote: bool,
    origins: tuple[str, ...],
    policies: Path | None,
    jobs: int | None,
    no_browser: bool,
) -> None:
    """Serve the page that runs hundreds of variants, starting with a PACK, a PROMPT or nothing."""
    import secrets

    from envgen.core.errors import InputError
    from envgen.packs.arguments import check_jobs
    from envgen.server.messages import MAX_STREAM
    from envgen.server.running import bind, resolve_settings, run
    from envgen.server.settings import LOOPBACK, ServerSettings
    from envgen.server.source import seed_for, source_of

    if count is not None and not 1 <= count <= MAX_STREAM:
        raise InputError(f"--count must be 1 to {MAX_STREAM:,}, got {count}", "A tab holds no more variants.")
    if host not in LOOPBACK and not allow_remote:
        raise InputError(
            f"the host {host} accepts other machines",
            "Add --allow-remote, which puts a token into the address.",
        )
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise InputError(
                f"--allow-origin must be the origin of a page, got {origin}",
                "Give scheme, host and port, such as http://localhost:5173.",
            )
    if policies is not None:
        if not policies.is_dir():
            raise InputError(
                f"there is no folder {policies}", "Give a folder with .onnx files as --policies."
            )
        from envgen.policies.policy_files import FOLDERS_VARIABLE

        before = os.environ.get(FOLDERS_VARIABLE)
        os.environ[FOLDERS_VARIABLE] = os.pathsep.join([*([before] if before else []), str(policies)])
    root, meant = source_of(source)
    settings = ServerSettings(
        root,
        host,
        token=secrets.token_urlsafe(24) if allow_remote else None,
        origins=tuple(origin.rstrip("/").lower() for origin in origins),
        source=meant,
        count=count,
        seed=seed_for(meant, seed),
        workers=check_jobs(jobs),
    )
    listening = bind(host, PORT if port is None else port, search=port is None)
    settings = resolve_settings(settings, listening)

    def started() -> None:
        click.echo(f"envgen serves {root.resolve()} at {settings.url}")
        if host in ("0.0.0.0", "::"):
            click.echo(
                f"from other machines that can resolve its name: {settings.url_at(socket.gethostname())}"
            )
        if settings.page is None:
            click.secho("the page is not built: see `envgen doctor`", fg="yellow", err=True)
        click.secho("Ctrl-C stops the server", dim=True, err=True)
        sys.stdout.flush()
        if not no_browser and _has_display():
            import threading
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(settings.url,), daemon=True).start()

    try:
        run(settings, listening, started)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("the server was stopped", "") from None


def _has_display() -> bool:
    """Return whether a display exists; without one a text browser might take over the terminal."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
