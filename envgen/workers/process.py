"""One worker process: its main loop, and its handle in the parent.

Each process has its own pipe and shares no lock, so killing one at any moment leaves the others unaffected.
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
"""Most bytes of data that a worker of a lasting pool may allocate."""
SMALL = 16 * 1024
"""Bytes that always fit into a pipe: an item of this size can be sent to a busy process without blocking."""


class WorkerDiedError(Exception):
    """The worker that ran an item died, or no worker can be started."""


@dataclass(eq=False)
class WorkItem:
    """A function call for a worker.

    Attributes:
        future: Receives the result or error.
        payload: Function and arguments, pickled.
        begun: Whether it was given to a worker.
    """

    future: Future[Any]
    payload: bytes
    begun: bool = False

    @property
    def small(self) -> bool:
        """True if sending it never blocks."""
        return len(self.payload) <= SMALL

    def begin(self) -> bool:
        """Mark as running, so that it can no longer be cancelled; False if it already was cancelled."""
        self.begun = self.begun or self.future.set_running_or_notify_cancel()
        return self.begun

    def drop(self, why: str = "") -> None:
        """Cancel it, or fail it if there is a reason."""
        if why or self.begun:
            if self.begin():
                self.future.set_exception(WorkerDiedError(why or "the pool has been closed"))
        elif self.future.cancel():
            self.future.set_running_or_notify_cancel()  # wakes those who wait


@dataclass(eq=False)
class WorkerProcess:
    """The parent's handle of a worker.

    Attributes:
        process: The process.
        pipe: The parent's end of its pipe.
        sent: Items that were sent to it, the running one first.
        stopping: Whether it was told to end.
    """

    process: Any
    pipe: Connection[Any, Any]
    sent: deque[WorkItem] = field(default_factory=deque)
    stopping: bool = False

    @classmethod
    def start(cls, *, lasting: bool, preload: str | None = None) -> WorkerProcess:
        """Start a worker.

        Args:
            lasting: Whether its pool outlives one job: fork from a fork server, and bound its memory.
            preload: Module that the fork server imports first.

        Raises:
            OSError: The system cannot start another process.
        """
        context = process_context(lasting=lasting, preload=preload)
        ours, theirs = context.Pipe()
        # workers notice by themselves when the parent is killed
        process = context.Process(target=_serve, args=(theirs, lasting), daemon=True)
        try:
            with _without_main():
                process.start()
        except EOFError:  # the fork server was killed just now; the next start brings up another
            ours.close()
            theirs.close()
            raise OSError("the fork server was killed") from None
        theirs.close()  # so that the death of the worker reads as the end of the pipe
        return cls(process, ours)

    def send(self, item: WorkItem) -> None:
        """Send a work item; a dead process is detected on the next read."""
        self.sent.append(item)
        with suppress(OSError):
            self.pipe.send_bytes(item.payload)

    def receive(self) -> bool:
        """Read one result and resolve its future; call it when the pipe is readable.

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

    def stop(self, *, now: bool) -> None:
        """End the process after the items that it has, or kill it now."""
        if now:
            self.process.kill()
        elif not self.stopping:
            self.stopping = True
            with suppress(OSError):
                self.pipe.send_bytes(b"")

    def join(self) -> int:
        """Release a process that has ended, and return its exit code."""
        self.process.join()
        self.pipe.close()
        return int(self.process.exitcode)


def process_context(*, lasting: bool, preload: str | None = None) -> Any:
    """The multiprocessing context that workers are started in."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    if not lasting:
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")
    if preload:
        context.set_forkserver_preload([preload])
    return context


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep workers from importing the script that runs: they need nothing of it.

    Python would import it in each of them: a script without `if __name__ == "__main__"` would run again,
    and one from standard input cannot be imported.
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
    """Run work items one after another, until an empty message comes or the parent is gone."""
    _prepare(bounded=lasting)
    with suppress(EOFError, OSError):
        while payload := pipe.recv_bytes():
            pipe.send_bytes(_run(payload))


def _run(payload: bytes) -> bytes:
    result, failure = None, None
    try:
        function, args, kwargs = pickle.loads(payload)  # from our own parent
        result = function(*args, **kwargs)
    except Exception as error:
        failure = error
        if not isinstance(error, EnvgenError):  # a bug: the parent cannot see where it was raised
            error.add_note("".join(traceback.format_exception(error)))
    try:
        answer = pickle.dumps((result, failure), pickle.HIGHEST_PROTOCOL)
        if failure is not None:
            pickle.loads(answer)  # not every error unpickles, and the parent must not fail on one
        return answer
    except Exception as error:
        what = repr(failure if failure is not None else result)[:200]
        return pickle.dumps((None, RuntimeError(f"{what} can't be sent: {error}")))


def _prepare(*, bounded: bool) -> None:
    """Leave Ctrl-C and a closed terminal to the parent, so that files being written are finished."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # not everywhere
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    # a variant makes many objects and few cycles: at the default threshold the collector would run
    # hundreds of times a second and find next to nothing
    gc.set_threshold(50_000, 50, 50)
    if bounded:  # it runs recipes from web pages, which must not fill the memory
        with suppress(ImportError, ValueError, OSError):  # no such module or limit on this platform
            import resource

            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _end_with_parent() -> None:
    """Exit when the parent was killed: nobody else would end this worker."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
