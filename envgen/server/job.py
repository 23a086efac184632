"""One job: variants are made by the pool and sent as the page has room for them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

from envgen.core.errors import WorkError
from envgen.packs.progress import HOPELESS
from envgen.packs.streaming import Streamed, make_frames
from envgen.packs.wire.encode import Form
from envgen.server.job_plan import Plan
from envgen.server.messages import MAX_CREDITS, Done, GivenUp, Progress
from envgen.workers.pool import AHEAD, WorkerPool
from envgen.workers.process import WorkerDiedError

PROGRESS_INTERVAL = 0.1
"""Seconds between two messages of progress."""
HANG_TIMEOUT = 120.0
"""Seconds after which a process that makes a variant counts as hung."""
READ_TIMEOUT = 60.0
"""Seconds without a frame taken by the page after which its job ends, to free its place."""
MAX_CRASHES = 3
"""Crashes of a process on one variant after which that is given up."""
_DIED = ("worker", "a process died making it (out of memory, or killed)", "Ask for simpler worlds, or fewer.")
_HUNG = (
    "worker",
    f"it was not ready after {HANG_TIMEOUT:.0f} s",
    "Ask for simpler robots or smaller worlds.",
)


class UnreadError(Exception):
    """The page doesn't read what it is sent."""


Send = Callable[[bytes], Awaitable[None]]
Report = Callable[[Progress], Awaitable[None]]


class Job:
    """The variants of one `start`.

    Args:
        plan: The variants to make.
        pool: Processes that make them.
        form: Format of the models.
        credits: Frames that may be sent before the first `credit`.
        send: Sends a frame.
        report: Sends progress.
    """

    def __init__(
        self, plan: Plan, pool: WorkerPool, form: Form, credits: int, send: Send, report: Report
    ) -> None:
        self._plan, self._pool, self._form = plan, pool, form
        self._send, self._report = send, report
        self._pending = deque(plan.pending)
        self._credits = credits
        self._cancelled = False
        self._changed = asyncio.Event()
        self._running: dict[asyncio.Future[list[Streamed]], int] = {}
        self._making: dict[int, Future[list[Streamed]]] = {}
        self._crashes: Counter[int] = Counter()
        self._hung: set[int] = set()
        self._meshes: set[str] = set()
        self._began = self._reported = time.monotonic()
        self._made = plan.started.count - len(plan.pending)
        self._fresh = 0
        self._refused: Counter[str] = Counter()
        self._given_up: list[GivenUp] = []

    def credit(self, frames: int) -> None:
        """Allow so many more frames to be sent."""
        self._credits = min(self._credits + frames, MAX_CREDITS)
        self._changed.set()

    def cancel(self) -> None:
        """Make no more."""
        self._cancelled = True
        self._changed.set()

    async def run(self) -> Done:
        """Make and send all variants.

        Raises:
            WorkError: Nothing can be made of this, or the page gives no credit.
            UnreadError: The page doesn't read.
        """
        try:
            while (self._pending or self._running) and not self._cancelled:
                self._submit()
                for future in await self._finished():
                    await self._take(future)
        finally:
            for future in self._running:
                future.cancel()
        return Done(
            count=self._plan.started.count,
            made=self._made,
            refused=dict(self._refused),
            given_up=self._given_up,
            elapsed=self._elapsed,
            cancelled=self._cancelled,
        )

    @property
    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 3)

    def _submit(self) -> None:
        """Submit as many variants as the page has room for, so that none waits once it is made."""
        most = min(AHEAD * self._pool.jobs, self._credits)
        while self._pending and len(self._running) < most:
            index = self._pending.popleft()
            future = self._pool.submit(make_frames, self._plan.job, self._form, [index])
            self._making[index] = future
            self._running[asyncio.wrap_future(future)] = index

    async def _finished(self) -> set[asyncio.Future[list[Streamed]]]:
        """Wait for a finished variant, a credit or a cancellation; kill what hangs."""
        self._changed.clear()
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            limit = HANG_TIMEOUT if self._running else READ_TIMEOUT
            waiting: set[asyncio.Future[Any]] = {*self._running, changed}
            done, _ = await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        if not done and not self._running:
            raise WorkError(
                f"the page took nothing for {READ_TIMEOUT:.0f} s",
                "What runs stays; start it again for the others.",
            )
        if not done:  # an item that another job waits for is killed by that job
            self._hung |= {index for index, future in self._making.items() if self._pool.kill(future)}
        return {future for future in self._running if future in done}

    async def _take(self, future: asyncio.Future[list[Streamed]]) -> None:
        """Send a finished variant, or deal with its failure."""
        index = self._running.pop(future)
        del self._making[index]
        try:
            (streamed,) = future.result()
        except WorkerDiedError:
            self._crashes[index] += 1
            if self._crashes[index] < MAX_CRASHES and index not in self._hung:
                self._pending.appendleft(index)
                return
            streamed = Streamed(index, b"", problem=_HUNG if index in self._hung else _DIED)
        self._crashes.pop(index, None)
        self._refused.update(streamed.refused)
        if streamed.problem:
            check, cause, remedy = streamed.problem
            self._given_up.append(GivenUp(index=index, check=check, cause=cause, remedy=remedy))
            self._fail_if_hopeless()
        elif not self._cancelled:
            for name, frame in streamed.meshes.items():
                if name not in self._meshes:
                    self._meshes.add(name)
                    await self._deliver(frame)
            self._credits -= 1
            await self._deliver(streamed.frame)
            self._made, self._fresh = self._made + 1, self._fresh + 1
        if time.monotonic() - self._reported >= PROGRESS_INTERVAL or self._fresh == 1:
            await self._progress()

    async def _deliver(self, frame: bytes) -> None:
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                await self._send(frame)
        except TimeoutError:
            raise UnreadError from None

    def _fail_if_hopeless(self) -> None:
        """Fail the job if many variants were given up and none was made: the others would fail too."""
        if self._fresh or len(self._given_up) < min(HOPELESS, len(self._plan.pending)):
            return
        problems = Counter((g.check, g.cause, g.remedy) for g in self._given_up)
        (check, cause, remedy), number = problems.most_common(1)[0]
        raise WorkError(f"{number} variants can't be made: {check}: {cause}", remedy)

    async def _progress(self) -> None:
        self._reported = time.monotonic()
        await self._report(
            Progress(
                count=self._plan.started.count,
                made=self._made,
                refused=dict(self._refused),
                given_up=len(self._given_up),
                elapsed=self._elapsed,
            )
        )
