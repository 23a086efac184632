"""A crew: processes that make variants, for one pack or for as long as a server runs."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from envgen.core.errors import WorkError
from envgen.packs.recipe import Recipe

AHEAD = 3
"""Tasks for each process that are under way at a time: one runs, one is ready, one comes back."""
MEMORY = 4 * 1024**3
"""Bytes that a process of a lasting crew may take."""
_numbers = itertools.count()
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Ticket:
    """What a job is about, on its way to processes that are there already; they unpack it once.

    Attributes:
        number: Of the job.
        content: A recipe, or the path of a pack; or nothing.
    """

    number: int
    content: bytes

    @classmethod
    def of(cls, source: Recipe | Path | None) -> Ticket:
        """A new job."""
        return cls(next(_numbers), pickle.dumps(source, pickle.HIGHEST_PROTOCOL))

    @property
    def recipe(self) -> Recipe:
        """The recipe, in a worker."""
        source = self.source
        assert isinstance(source, Recipe)
        return source

    @property
    def source(self) -> Recipe | Path | None:
        """Recipe or path, in a worker."""
        return _unpacked(self)


@lru_cache(maxsize=16)
def _unpacked(ticket: Ticket) -> Recipe | Path | None:
    source: Recipe | Path | None = pickle.loads(ticket.content)  # our own bytes, from the parent process
    return source


class Crew:
    """Processes that make variants.

    A crew of one pack is forked, which starts in milliseconds and shares what is in memory already. A
    lasting one belongs to a process with threads, from which forking isn't safe: its processes are forked
    from one that did nothing but import and read the robots.

    Args:
        jobs: Number of processes.
        lasting: Whether it is to outlive one pack.
    """

    def __init__(self, jobs: int, *, lasting: bool = False) -> None:
        self.jobs, self._lasting = jobs, lasting
        self._pool: ProcessPoolExecutor | None = None

    def submit(
        self, function: Callable[Concatenate[Ticket, P], T], ticket: Ticket, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Let one of the processes do something; dead ones are replaced."""
        with _without_main():
            try:
                return self._ready().submit(function, ticket, *args, **kwargs)
            except BrokenProcessPool:
                self._pool = None
                return self._ready().submit(function, ticket, *args, **kwargs)

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        return list(self._pool._processes or {}) if self._pool else []

    def close(self) -> None:
        """Wait for what is being made; a second Ctrl-C doesn't, as what is half written is drawn again."""
        if self._pool is None:
            return
        workers = list((self._pool._processes or {}).values())
        try:
            self._pool.shutdown(wait=True, cancel_futures=True)
        except KeyboardInterrupt:
            for worker in workers:
                worker.kill()
            raise
        finally:
            self._pool = None

    def kill(self) -> None:
        """End the processes at once, one of them hangs; the next `submit` starts others."""
        workers = list((self._pool._processes or {}).values()) if self._pool else []
        for worker in workers:
            worker.kill()

    def _ready(self) -> ProcessPoolExecutor:
        if self._pool is None:
            start = _start_bounded if self._lasting else _start
            self._pool = ProcessPoolExecutor(self.jobs, _context(lasting=self._lasting), start)
        return self._pool


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes that are started here don't import the script that runs: they need nothing of it.

    Python would have them import it: one without `if __name__ == "__main__"` would run again in each of them,
    and one from standard input isn't there to be imported.
    """
    main = sys.modules["__main__"]
    names = [name for name in ("__spec__", "__file__") if name in main.__dict__]
    hidden: dict[str, Any] = {name: main.__dict__.pop(name) for name in names}
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(hidden)


def _context(*, lasting: bool) -> Any:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    if not lasting:
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["envgen.packs.ahead"])
    return context


def spread(
    crew: Crew, function: Callable[[Ticket, list[int]], list[T]], recipe: Recipe, pending: Sequence[int]
) -> Iterator[T]:
    """Have a crew of one pack do something for each index; results come in order of readiness.

    Args:
        crew: Who does it; closed at the end, however that comes.
        function: Of a ticket and some indices.
        recipe: Of the pack.
        pending: The indices.

    Raises:
        WorkError: A process died.
    """
    gc.freeze()  # the collector would touch, and so copy, every page that is shared
    ticket = Ticket.of(recipe)
    chunk = max(1, min(8, len(pending) // (8 * crew.jobs)))
    queue = iter([list(pending[at : at + chunk]) for at in range(0, len(pending), chunk)])
    running: set[Future[list[T]]] = set()
    ahead: threading.Thread | None = None
    try:
        while True:
            while len(running) < AHEAD * crew.jobs and (indices := next(queue, None)) is not None:
                running.add(crew.submit(function, ticket, indices))
            if not running:
                return
            if ahead is None:
                # closing the pack needs it: 0.2 s that pass meanwhile. The first `submit` has forked all
                # workers; forked while this thread holds an import lock, they would wait for it for ever.
                ahead = threading.Thread(target=_import_ahead, daemon=True)
                ahead.start()
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield from future.result()
    except BrokenProcessPool:
        raise WorkError(
            "a worker process died (out of memory, or killed)",
            "Run the same command with --resume, perhaps with fewer --jobs.",
        ) from None
    finally:
        crew.close()
        gc.unfreeze()
        if ahead:
            ahead.join()  # whoever forks next must not find it importing either


def _import_ahead() -> None:
    with suppress(Exception):  # told where it is needed
        import pyarrow.parquet  # noqa: F401


def _start() -> None:
    """Prepare a worker: the parent alone answers Ctrl-C, so that what is being written is finished."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    # a variant is many objects and few cycles: by default the collector would run hundreds of times a
    # second to find next to nothing
    gc.set_threshold(50_000, 50, 50)


def _start_bounded() -> None:
    """Prepare a worker that gets recipes of pages: it may not fill the memory."""
    _start()
    with suppress(ImportError, ValueError, OSError):  # no such module or limit: do without
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _end_with_parent() -> None:
    """A parent that was killed leaves nobody who would tell its workers to end."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
