"""A pool of worker processes, for one job or for as long as a server runs."""

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
from multiprocessing.connection import wait as wait_for_pipes
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from envgen.core.errors import WorkError
from envgen.workers.process import WorkerDiedError, WorkerProcess, WorkItem

AHEAD = 3
"""Work items per process in flight: one running, one queued in its pipe, one on its way back."""
_numbers = itertools.count()
T = TypeVar("T")
S = TypeVar("S")
P = ParamSpec("P")


@dataclass(frozen=True)
class JobRef(Generic[S]):
    """Shared input of a job's work items: pickled once, unpickled once by each worker.

    Attributes:
        number: Unique in the parent process.
        content: The pickled value.
    """

    number: int
    content: bytes

    @classmethod
    def of(cls, shared: S) -> JobRef[S]:
        """Start a new job."""
        return cls(next(_numbers), pickle.dumps(shared, pickle.HIGHEST_PROTOCOL))

    @property
    def shared(self) -> S:
        """The shared value, in a worker."""
        value: S = _unpickled(self)
        return value


@lru_cache(maxsize=16)
def _unpickled(job: JobRef[Any]) -> Any:
    return pickle.loads(job.content)  # our own bytes, from the parent process


class WorkerPool:
    """Worker processes, and a thread that hands out work items to them.

    A pool for one job is forked, which starts in milliseconds and shares what is in memory already. A lasting
    pool belongs to a process with threads, from which forking is not safe: its workers are forked from a fork
    server that only imports, and are replaced when they die. A dead worker fails only the item that it was
    running; items queued in its pipe are given to other workers.

    Args:
        jobs: Number of processes.
        lasting: Whether the pool outlives one job.
        preload: Module that the fork server of a lasting pool imports before it forks.
    """

    def __init__(self, jobs: int, *, lasting: bool = False, preload: str | None = None) -> None:
        self.jobs, self._lasting, self._preload = jobs, lasting, preload
        self._lock = threading.Lock()  # guards all that follows; never held while waiting
        self._waiting: deque[WorkItem] = deque()
        self._workers: list[WorkerProcess] = []
        self._closing = self._now = self._notified = self._starting = False
        self._wakeup, self._notify_end = Pipe(duplex=False)
        self._thread: threading.Thread | None = None

    def submit(
        self,
        function: Callable[Concatenate[JobRef[S], P], T],
        job: JobRef[S],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Run a function in one of the workers.

        Returns:
            Its result or error; `WorkerDiedError` if the worker died running it.
        """
        future: Future[T] = Future()
        item = WorkItem(future, pickle.dumps((function, (job, *args), kwargs), pickle.HIGHEST_PROTOCOL))
        if self._thread is None:
            if not self._lasting:  # fork here: later there is our thread, and perhaps one that imports
                self._workers = [self._start() for _ in range(self.jobs)]
            self._thread = threading.Thread(target=self._dispatch, name="worker-pool", daemon=True)
            self._thread.start()
        with self._lock:
            if self._closing:
                item.drop()
            else:
                self._waiting.append(item)
                self._notify()
        return future

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        with self._lock:
            return [worker.process.pid for worker in self._workers]

    def kill(self, future: Future[Any]) -> bool:
        """Kill the worker that is running a work item which hangs.

        Returns:
            False if no worker is running it now.
        """
        with self._lock:
            for worker in self._workers:
                if any(item.future is future for item in list(worker.sent)[:1]):
                    worker.process.kill()
                    return True
        return False

    def close(self, *, now: bool = False) -> None:
        """End the workers; nothing can be submitted afterwards.

        A second Ctrl-C does not wait: a half-written variant is drawn again on `--resume`.

        Args:
            now: Kill workers instead of waiting for their running items. One that a fork server is about to
                bring up, after its imports, is killed later, or ends with this process.
        """
        with self._lock:
            self._closing, self._now = True, self._now or now
            self._notify()
        try:
            while self._thread and self._thread.is_alive() and not (self._now and self._starting):
                self._thread.join(0.05)
        except KeyboardInterrupt:
            with self._lock:
                self._now = True
                self._notify()
            raise

    def _start(self) -> WorkerProcess:
        return WorkerProcess.start(lasting=self._lasting, preload=self._preload)

    def _notify(self) -> None:
        """Wake the dispatcher thread; one message suffices until it has read it."""
        if not self._notified:
            self._notified = True
            self._notify_end.send_bytes(b"!")

    def _dispatch(self) -> None:
        """Run the dispatcher thread until the pool is closed and its workers have ended."""
        while True:
            self._stop_if_closing()
            if self._closing and not self._workers:
                return
            self._replace_workers()
            self._assign()
            ready = set(wait_for_pipes([self._wakeup, *(worker.pipe for worker in self._workers)]))
            if self._wakeup in ready:
                with self._lock:
                    self._wakeup.recv_bytes()
                    self._notified = False
            for worker in [worker for worker in self._workers if worker.pipe in ready]:
                if not worker.receive():
                    self._remove(worker)

    def _stop_if_closing(self) -> None:
        """If the pool is closing, tell workers to stop and drop the items that none of them has."""
        with self._lock:
            if not self._closing:
                return
            left, self._waiting = self._waiting, deque()
            workers = list(self._workers)
        for item in left:
            item.drop()
        for worker in workers:
            worker.stop(now=self._now)

    def _replace_workers(self) -> None:
        """Start workers up to `jobs` while there is something to do."""
        while not self._closing and len(self._workers) < self.jobs:
            if not self._waiting and not any(worker.sent for worker in self._workers):
                return
            try:
                if not self._lasting:
                    raise OSError("the processes of this pool have ended")
                self._starting = True
                worker = self._start()
            except OSError as error:
                if self._workers:  # go on with fewer
                    return
                with self._lock:
                    left, self._waiting = self._waiting, deque()
                for item in left:
                    item.drop(f"no process can be started: {error}")
                return
            finally:
                self._starting = False
            with self._lock:
                self._workers.append(worker)

    def _assign(self) -> None:
        """Give each worker one item to run and queue the next in its pipe, so that it need not wait."""
        while True:
            with self._lock:
                if not self._workers or not self._waiting:
                    return
                worker = min(self._workers, key=lambda worker: len(worker.sent))
                # the last few items go to whichever worker is free first
                ahead = len(self._waiting) > self.jobs and self._waiting[0].small
                if len(worker.sent) > int(ahead):
                    return
                item = self._waiting.popleft()
            if item.begin():
                worker.send(item)

    def _remove(self, worker: WorkerProcess) -> None:
        """Fail the dead worker's current item and requeue the rest."""
        with self._lock:
            self._workers.remove(worker)
        code = worker.join()
        if worker.sent:
            worker.sent.popleft().drop(f"a process died making it (exit code {code})")
        with self._lock:
            self._waiting.extendleft(reversed(worker.sent))


def run_chunks(
    pool: WorkerPool,
    function: Callable[[JobRef[S], list[int]], list[T]],
    shared: S,
    pending: Sequence[int],
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[T]:
    """Run a function over chunks of indices, and yield results as they become ready.

    Args:
        pool: A pool for one job; closed at the end, however that comes.
        function: Called in a worker with the job and some indices.
        shared: What the function needs, sent to each worker once.
        pending: The indices.
        meanwhile: Called in a thread once all workers have been forked; errors in it are ignored.

    Raises:
        WorkError: A worker died.
    """
    gc.freeze()  # the collector would touch, and so copy, every page shared with the workers
    job = JobRef.of(shared)
    chunk = max(1, min(8, len(pending) // (8 * pool.jobs)))
    queue = iter([list(pending[at : at + chunk]) for at in range(0, len(pending), chunk)])
    running: set[Future[list[T]]] = set()
    side: threading.Thread | None = None
    try:
        while True:
            while len(running) < AHEAD * pool.jobs and (indices := next(queue, None)) is not None:
                running.add(pool.submit(function, job, indices))
            if not running:
                return
            if side is None and meanwhile is not None:
                # only now: a worker forked while this thread holds an import lock would wait for it for ever
                side = threading.Thread(target=_ignoring_errors, args=(meanwhile,), daemon=True)
                side.start()
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield from future.result()
    except WorkerDiedError:
        raise WorkError(
            "a worker process died (out of memory, or killed)",
            "Run the same command with --resume, perhaps with fewer --jobs.",
        ) from None
    finally:
        pool.close()
        gc.unfreeze()
        if side:
            side.join()  # finish importing before the next fork


def _ignoring_errors(function: Callable[[], None]) -> None:
    with suppress(Exception):
        function()
