"""One process of a crew: what it runs, and the end by which the parent holds it.

Each process has a pipe of its own and shares no lock with others, so that one that is killed in the middle of
anything leaves the others as they are.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from envgen.core.errors import EnvgenError

MEMORY = 4 * 1024**3
"""Bytes that a process of a lasting crew may take."""
SMALL = 16 * 1024
"""Bytes of an errand that always fit into a pipe: it can be sent to a process that is busy."""


class DiedError(Exception):
    """The process that worked on something died, or there is none to do it."""


@dataclass(eq=False)
class Errand:
    """Something to do, on its way.

    Attributes:
        future: Gets what comes of it.
        payload: Function and arguments, pickled.
        begun: Whether a process has had it.
    """

    future: Future[Any]
    payload: bytes
    begun: bool = False

    @property
    def small(self) -> bool:
        """Whether sending it never waits for who reads it."""
        return len(self.payload) <= SMALL

    def begin(self) -> bool:
        """Whether it is still wanted; from now on it can't be cancelled."""
        self.begun = self.begun or self.future.set_running_or_notify_cancel()
        return self.begun

    def drop(self, why: str = "") -> None:
        """Nobody does it any more: cancelled, or failed if there is a reason."""
        if why or self.begun:
            if self.begin():
                self.future.set_exception(DiedError(why or "the crew has ended"))
        elif self.future.cancel():
            self.future.set_running_or_notify_cancel()  # tells those who wait


@dataclass(eq=False)
class Hand:
    """A process, seen from its parent.

    Attributes:
        process: It.
        pipe: The parent's end.
        sent: Errands that it has, the one it works on first.
        dismissed: Whether it was told to end.
    """

    process: Any
    pipe: Connection[Any, Any]
    sent: deque[Errand] = field(default_factory=deque)
    dismissed: bool = False

    @classmethod
    def start(cls, *, lasting: bool) -> Hand:
        """Start a process.

        Raises:
            OSError: The system has no room for another.
        """
        context = _context(lasting=lasting)
        ours, theirs = context.Pipe()
        # the parent ends them; should it be killed, they see that themselves
        process = context.Process(target=_serve, args=(theirs, lasting), daemon=True)
        try:
            with _without_main():
                process.start()
        except EOFError:  # the one that forks them was killed just now; the next start finds another
            ours.close()
            theirs.close()
            raise OSError("the process that starts others was killed") from None
        theirs.close()  # so that its death is read as the end of the pipe
        return cls(process, ours)

    def give(self, errand: Errand) -> None:
        """Send an errand; one that died gets it too, and is found dead afterwards."""
        self.sent.append(errand)
        with suppress(OSError):
            self.pipe.send_bytes(errand.payload)

    def take(self) -> bool:
        """Pass on what it has done; call it when the pipe can be read.

        Returns:
            False if the process has ended instead.
        """
        try:
            result, error = pickle.loads(self.pipe.recv_bytes())  # from our own process
        except (EOFError, OSError):
            return False
        future = self.sent.popleft().future
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
        return True

    def dismiss(self, *, now: bool) -> None:
        """Let it end when it has done what it has, or now."""
        if now:
            self.process.kill()
        elif not self.dismissed:
            self.dismissed = True
            with suppress(OSError):
                self.pipe.send_bytes(b"")

    def bury(self) -> int:
        """Clear away one that has ended, and say by which exit code."""
        self.process.join()
        self.pipe.close()
        return int(self.process.exitcode)


def _context(*, lasting: bool) -> Any:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    if not lasting:
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["envgen.packs.ahead"])
    return context


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


def _serve(pipe: Connection[Any, Any], lasting: bool) -> None:
    """What a process runs: errands one after the other, until an empty one comes or the parent is gone."""
    _prepare(bounded=lasting)
    with suppress(EOFError, OSError):
        while payload := pipe.recv_bytes():
            pipe.send_bytes(_done(payload))


def _done(payload: bytes) -> bytes:
    result, failure = None, None
    try:
        function, args, kwargs = pickle.loads(payload)  # from our own parent
        result = function(*args, **kwargs)
    except Exception as error:
        failure = error
        if not isinstance(error, EnvgenError):  # a fault: where it happened isn't seen in the parent
            error.add_note("".join(traceback.format_exception(error)))
    try:
        answer = pickle.dumps((result, failure), pickle.HIGHEST_PROTOCOL)
        if failure is not None:
            pickle.loads(answer)  # not every error can be read again, and the parent must not fail by it
        return answer
    except Exception as error:
        what = repr(failure if failure is not None else result)[:200]
        return pickle.dumps((None, RuntimeError(f"{what} can't be sent: {error}")))


def _prepare(*, bounded: bool) -> None:
    """The parent alone answers Ctrl-C or a closed terminal, so that what is being written is finished."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # not everywhere
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    # a variant is many objects and few cycles: by default the collector would run hundreds of times a
    # second to find next to nothing
    gc.set_threshold(50_000, 50, 50)
    if bounded:  # it gets recipes of pages: it may not fill the memory
        with suppress(ImportError, ValueError, OSError):  # no such module or limit: do without
            import resource

            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _end_with_parent() -> None:
    """A parent that was killed leaves nobody who would tell its workers to end."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
