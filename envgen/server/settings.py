"""Settings and limits of a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from envgen.server.messages import CfgSource, PackSource, PromptSource

Source: TypeAlias = PromptSource | CfgSource | PackSource
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_BODY = 1_000_000
"""Most bytes of a request."""
MAX_MESSAGE = 1_000_000
"""Most bytes of a message on the socket."""
MAX_SOCKETS = 32
MAX_JOBS = 8
"""Most jobs at a time, over all sockets."""
MAX_EXPORTS = 2
"""Most packs exported at a time."""


@dataclass(frozen=True)
class ServerSettings:
    """Settings of a server.

    Attributes:
        root: Folder below which packs, robots and heightmaps may be named by a page.
        host: Address that it listens on.
        port: Port that it listens on.
        token: Token that a request must carry, or None: then only this machine is served.
        origins: Further origins that are allowed, for developing the page.
        source: What the page begins with.
        count: Number of variants of that.
        seed: Seed of that.
        page: Folder of the built page, or None.
        workers: Processes that make variants.
    """

    root: Path
    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    origins: tuple[str, ...] = ()
    source: Source | None = None
    count: int | None = None
    seed: int = 0
    page: Path | None = None
    workers: int = 2

    @property
    def url(self) -> str:
        """URL on this machine: browsers allow shared memory on a loopback address, not on 0.0.0.0."""
        return self.url_at({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host))

    def url_at(self, name: str) -> str:
        """Return the URL under another name or address of this machine."""
        host = f"[{name}]" if ":" in name else name
        query = f"?token={self.token}" if self.token else ""
        return f"http://{host}:{self.port}/{query}"
