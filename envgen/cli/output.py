"""Output of commands: progress bars, tables, numbers, JSON."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from envgen.packs.progress import MakeProgress

BARS = " ▁▂▃▄▅▆▇█"
REDRAW_INTERVAL = 0.1
"""Seconds between two drawings of a progress bar."""


def histogram(counts: Sequence[int]) -> str:
    """Return one bar character per count, such as `▁▃█▂`."""
    most = max(counts, default=0) or 1
    return "".join(BARS[0] if not n else BARS[max(1, round(8 * n / most))] for n in counts)


def count_noun(number: int, noun: str) -> str:
    """Return a number with its noun: `1 robot`, `1,200 robots`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_seconds(value: float) -> str:
    """Return a duration for people: `0.8 s`, `12 s`, `3:05 min`."""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 90 else f"{int(value // 60)}:{int(value % 60):02d} min"


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None] | None]:
    """Yield a function that redraws a progress bar on standard error, given a share (0 to 1) and a text.

    Yields None where standard error is not a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    drawn = 0.0

    def draw(share: float, text: str) -> None:
        nonlocal drawn
        now = time.perf_counter()
        if now - drawn < REDRAW_INTERVAL and share < 1:
            return
        drawn = now
        room = (terminal_width() or 80) - 1  # a line that wraps can't be drawn over
        bar = _bar(min(share, 1.0), min(24, room - len(text) - 1))
        click.echo(f"\r{bar}{text[:room]}\x1b[K", nl=False, err=True, color=True)

    try:
        yield draw
    finally:
        if drawn:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


@contextmanager
def make_progress(quiet: bool) -> Iterator[Callable[[MakeProgress], None] | None]:
    """Yield a function that shows the progress of `make`: made, rate, refused draws and time left."""
    start = time.perf_counter()
    with progress_bar() as draw:
        if quiet or draw is None:
            yield None
            return

        def update(progress: MakeProgress) -> None:
            fresh = progress.done - progress.earlier
            rate = fresh / max(time.perf_counter() - start, 1e-6)
            left = (progress.count - progress.done) / rate if rate else 0.0
            refused = sum(progress.refused.values())
            text = f"{progress.done:,}/{progress.count:,} made · {rate:,.0f}/s"
            if progress.limit:
                text = f"{progress.done:,}/{progress.count:,} kept of {progress.tried:,} candidates"
                share = max(progress.done / progress.count, progress.tried / progress.limit)
                draw(min(share, 0.99), f"{text} · at most {progress.limit:,}")
                return
            draw(
                progress.done / progress.count, f"{text} · {refused:,} refused · {format_seconds(left)} left"
            )

        yield update


def _bar(share: float, width: int) -> str:
    """Return a bar and a blank, or nothing where there is no room for one."""
    if width < 4:
        return ""
    filled = int(width * share)
    if os.environ.get("NO_COLOR"):
        return "━" * filled + "┄" * (width - filled) + " "
    return click.style("━" * filled, fg="green") + click.style("━" * (width - filled), dim=True) + " "


def terminal_width() -> int:
    """Return the width of the terminal on standard error, 0 if unknown."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 0


def print_table(title: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table on standard output."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        title=Text(title) if title else None,
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for name in names:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(value if isinstance(value, Text) else Text(str(value)) for value in row))
    Console(highlight=False, soft_wrap=False).print(grid)


def tick(ok: bool) -> Any:
    """Return a green tick or a red cross."""
    from rich.text import Text

    return Text("✓", style="green") if ok else Text("✗", style="red bold")


def print_json(data: Any) -> None:
    """Print JSON."""
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
