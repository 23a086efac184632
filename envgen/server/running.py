"""Running a server: its socket, its loop, in the foreground or in a thread."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from envgen.core.errors import InputError, WorkError
from envgen.core.resources import built_page
from envgen.packs.arguments import check_jobs
from envgen.server.app import create_app
from envgen.server.settings import MAX_MESSAGE, ServerSettings

PORTS_TRIED = 50
"""Most ports that are tried one after another."""
SHUTDOWN_TIMEOUT = 2
"""Seconds that open connections get to end."""


def bind(host: str, port: int, *, search: bool) -> socket.socket:
    """Return a listening socket.

    Args:
        host: Address.
        port: Port, or 0 for any.
        search: Try the next ports if it is taken.

    Raises:
        InputError: No such port can be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port, min(port + (PORTS_TRIED if search and port else 1), 65536)):
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, number))
        except (OSError, OverflowError) as error:
            taken.close()
            if getattr(error, "errno", 0) == errno.EADDRINUSE and search:
                continue
            if getattr(error, "errno", 0) == errno.EADDRINUSE:
                raise InputError(
                    f"port {number} is in use", "Give another --port, or none: then a free one is found."
                ) from None
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(
                f"{host}:{number} can't be bound: {reason}", "Give another --host or --port."
            ) from None
        taken.listen(128)
        return taken
    raise InputError(f"ports {port} to {port + PORTS_TRIED - 1} are in use", "Give another --port.")


def resolve_settings(settings: ServerSettings, listening: socket.socket) -> ServerSettings:
    """Return the settings with the bound port, the built page and the number of processes filled in."""
    port = int(listening.getsockname()[1])
    return replace(
        settings, port=port, page=settings.page or built_page(), workers=check_jobs(settings.workers or None)
    )


def run(settings: ServerSettings, listening: socket.socket, started: Callable[[], None]) -> None:
    """Serve until Ctrl-C.

    Args:
        settings: As `resolve_settings` returned them.
        listening: The socket.
        started: Called once requests are answered.

    Raises:
        KeyboardInterrupt: It was stopped.
        WorkError: It could not start.
    """
    server = _server(settings, started)
    server.run(sockets=[listening])
    if not server.started:
        raise WorkError("the server could not start", "Its log says more.")


@contextmanager
def serving(root: Path, *, port: int = 0, **changes: Any) -> Iterator[ServerSettings]:
    """Run a server of this machine in a thread while the block runs.

    Args:
        root: Folder below which packs may be named.
        port: Where it listens; by default a free one.
        changes: Further fields of `ServerSettings`.

    Raises:
        WorkError: It could not start.
    """
    listening = bind("127.0.0.1", port, search=False)
    settings = resolve_settings(ServerSettings(root, **{"workers": 0, **changes}), listening)
    ready = threading.Event()
    server = _server(settings, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not ready.wait(0.05):
            if not thread.is_alive():
                raise WorkError("the server could not start", "Its log says more.")
        yield settings
    finally:
        server.should_exit = True
        thread.join(10)
        with suppress(OSError):
            listening.close()


class _Server(uvicorn.Server):
    """A uvicorn server that calls a function when it has started."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()


def _server(settings: ServerSettings, started: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        create_app(settings),
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,  # compressing a variant takes 5 ms, and most connections are local
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
    )
    return _Server(config, started)
