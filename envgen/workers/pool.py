"""A crew: processes that make variants, for one pack or for as long as a server runs."""

from __future__ import annotations

import gc
import itertools
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import Pipe
from multiprocessing.connection import wait as ready_of
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from envgen.core.errors import WorkError
from envgen.packs.recipe import Recipe
from envgen.workers.process import DiedError, Errand, Hand

AHEAD = 3
"""Tasks for each process that are under way at a time: one runs, one is ready, one comes back."""
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
    """Processes that make variants, and a thread that gives them what is to be done.

    A crew of one pack is forked, which starts in milliseconds and shares what is in memory already. A lasting
    one belongs to a process with threads, from which forking isn't safe: its processes are forked from one
    that did nothing but import and read the robots, and are replaced. Of a process that dies, only what it
    worked on fails; what it had before it goes to others.

    Args:
        jobs: Number of processes.
        lasting: Whether it is to outlive one pack.
    """

    def __init__(self, jobs: int, *, lasting: bool = False) -> None:
        self.jobs, self._lasting = jobs, lasting
        self._lock = threading.Lock()  # of all that follows; nobody waits while holding it
        self._waiting: deque[Errand] = deque()
        self._hands: list[Hand] = []
        self._closing = self._now = self._called = False
        self._bell, self._ring = Pipe(duplex=False)
        self._thread: threading.Thread | None = None

    def submit(
        self, function: Callable[Concatenate[Ticket, P], T], ticket: Ticket, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Let one of the processes do something.

        Returns:
            Its result or error; `DiedError` if the process died over it.
        """
        future: Future[T] = Future()
        errand = Errand(future, pickle.dumps((function, (ticket, *args), kwargs), pickle.HIGHEST_PROTOCOL))
        if self._thread is None:
            if not self._lasting:  # here and now: later there is a thread, and perhaps one that imports
                self._hands = [Hand.start(lasting=False) for _ in range(self.jobs)]
            self._thread = threading.Thread(target=self._attend, name="crew", daemon=True)
            self._thread.start()
        with self._lock:
            if self._closing:
                errand.drop()
            else:
                self._waiting.append(errand)
                self._call()
        return future

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        with self._lock:
            return [hand.process.pid for hand in self._hands]

    def end(self, future: Future[Any]) -> bool:
        """Give up something that hangs: its process is killed.

        Returns:
            False if no process works on it (now).
        """
        with self._lock:
            for hand in self._hands:
                if any(errand.future is future for errand in list(hand.sent)[:1]):
                    hand.process.kill()
                    return True
        return False

    def close(self, *, now: bool = False) -> None:
        """End the processes; nothing can be submitted any more.

        A second Ctrl-C doesn't wait, as what is half written is drawn again.

        Args:
            now: Don't wait for what is being made.
        """
        with self._lock:
            self._closing, self._now = True, self._now or now
            self._call()
        try:
            if self._thread:
                self._thread.join()
        except KeyboardInterrupt:
            with self._lock:
                self._now = True
                self._call()
            raise

    def _call(self) -> None:
        """Have the thread look; one call is enough until it does."""
        if not self._called:
            self._called = True
            self._ring.send_bytes(b"!")

    def _attend(self) -> None:
        """What the thread runs, until the crew is closed and its processes have ended."""
        while True:
            self._dismiss()
            if self._closing and not self._hands:
                return
            self._staff()
            self._assign()
            ready = set(ready_of([self._bell, *(hand.pipe for hand in self._hands)]))
            if self._bell in ready:
                with self._lock:
                    self._bell.recv_bytes()
                    self._called = False
            for hand in [hand for hand in self._hands if hand.pipe in ready]:
                if not hand.take():
                    self._lose(hand)

    def _dismiss(self) -> None:
        """When the crew is closed: send the processes home, and drop what none of them has."""
        with self._lock:
            if not self._closing:
                return
            left, self._waiting = self._waiting, deque()
            hands = list(self._hands)
        for errand in left:
            errand.drop()
        for hand in hands:
            hand.dismiss(now=self._now)

    def _staff(self) -> None:
        """Replace who is missing, while there is something to do."""
        while not self._closing and len(self._hands) < self.jobs:
            if not self._waiting and not any(hand.sent for hand in self._hands):
                return
            try:
                if not self._lasting:
                    raise OSError("the processes of this crew have ended")
                hand = Hand.start(lasting=True)
            except OSError as error:
                if self._hands:  # they do, if slower
                    return
                with self._lock:
                    left, self._waiting = self._waiting, deque()
                for errand in left:
                    errand.drop(f"no process can be started: {error}")
                return
            with self._lock:
                self._hands.append(hand)

    def _assign(self) -> None:
        """Give each process one errand to do and the next one, for which it then needn't wait."""
        while True:
            with self._lock:
                if not self._hands or not self._waiting:
                    return
                hand = min(self._hands, key=lambda hand: len(hand.sent))
                # the last few go to whoever is free first
                ahead = len(self._waiting) > self.jobs and self._waiting[0].small
                if len(hand.sent) > int(ahead):
                    return
                errand = self._waiting.popleft()
            if errand.begin():
                hand.give(errand)

    def _lose(self, hand: Hand) -> None:
        """Of a process that has ended: what it worked on fails, what it had before it goes to others."""
        with self._lock:
            self._hands.remove(hand)
        code = hand.bury()
        if hand.sent:
            hand.sent.popleft().drop(f"a process died making it (exit code {code})")
        with self._lock:
            self._waiting.extendleft(reversed(hand.sent))


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
    except DiedError:
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
