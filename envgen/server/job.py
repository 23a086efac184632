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
from envgen.server.messages import MAX_CREDITS, Done, GivenUp, Progress
from envgen.server.plan import Plan
from envgen.workers.pool import AHEAD, WorkerPool
from envgen.workers.process import WorkerDiedError

EVERY = 0.1
"""Seconds between two messages of progress."""
STALL = 120.0
"""Seconds after which a variant that is not ready has hung."""
READER = 60.0
"""Seconds for which a page may take nothing before its job is ended: others wait for its place."""
MAX_STRIKES = 3
"""Times that a process may die over a variant before that is given up."""
_DIED = ("worker", "a process died making it (out of memory, or killed)", "Ask for simpler worlds, or fewer.")
_HUNG = ("worker", f"it was not ready after {STALL:.0f} s", "Ask for simpler robots or smaller worlds.")


class UnreadError(Exception):
    """The page doesn't read what it is sent."""


Send = Callable[[bytes], Awaitable[None]]
Tell = Callable[[Progress], Awaitable[None]]


class Job:
    """The variants of one `start`.

    Args:
        plan: What is to be made.
        pool: Who makes it.
        form: Of the models.
        credits: Frames that may be sent before the first `credit`.
        send: Sends a frame.
        tell: Sends progress.
    """

    def __init__(
        self, plan: Plan, pool: WorkerPool, form: Form, credits: int, send: Send, tell: Tell
    ) -> None:
        self._plan, self._pool, self._form = plan, pool, form
        self._send, self._tell = send, tell
        self._pending = deque(plan.pending)
        self._credits = credits
        self._cancelled = False
        self._changed = asyncio.Event()
        self._running: dict[asyncio.Future[list[Streamed]], int] = {}
        self._making: dict[int, Future[list[Streamed]]] = {}
        self._strikes: Counter[int] = Counter()
        self._hung: set[int] = set()
        self._meshes: set[str] = set()
        self._began = self._told = time.monotonic()
        self._made = plan.started.count - len(plan.pending)
        self._fresh = 0
        self._refused: Counter[str] = Counter()
        self._given_up: list[GivenUp] = []

    def credit(self, frames: int) -> None:
        """The page has room for so many more."""
        self._credits = min(self._credits + frames, MAX_CREDITS)
        self._changed.set()

    def cancel(self) -> None:
        """Make no more."""
        self._cancelled = True
        self._changed.set()

    async def run(self) -> Done:
        """Send all there is.

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
        """Have as many made as the page has room for: what is made is never kept waiting."""
        most = min(AHEAD * self._pool.jobs, self._credits)
        while self._pending and len(self._running) < most:
            index = self._pending.popleft()
            future = self._pool.submit(make_frames, self._plan.job, self._form, [index])
            self._making[index] = future
            self._running[asyncio.wrap_future(future)] = index

    async def _finished(self) -> set[asyncio.Future[list[Streamed]]]:
        """Wait for what is ready, or for a credit or the end; what hangs is ended."""
        self._changed.clear()
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            limit = STALL if self._running else READER
            waiting: set[asyncio.Future[Any]] = {*self._running, changed}
            done, _ = await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        if not done and not self._running:
            raise WorkError(
                f"the page took nothing for {READER:.0f} s", "What runs stays; start it again for the others."
            )
        if not done:  # what others wait for, they end themselves
            self._hung |= {index for index, future in self._making.items() if self._pool.kill(future)}
        return {future for future in self._running if future in done}

    async def _take(self, future: asyncio.Future[list[Streamed]]) -> None:
        """Send what a process made."""
        index = self._running.pop(future)
        del self._making[index]
        try:
            (streamed,) = future.result()
        except WorkerDiedError:
            self._strikes[index] += 1
            if self._strikes[index] < MAX_STRIKES and index not in self._hung:
                self._pending.appendleft(index)
                return
            streamed = Streamed(index, b"", problem=_HUNG if index in self._hung else _DIED)
        self._strikes.pop(index, None)
        self._refused.update(streamed.refused)
        if streamed.problem:
            check, cause, remedy = streamed.problem
            self._given_up.append(GivenUp(index=index, check=check, cause=cause, remedy=remedy))
            self._despair()
        elif not self._cancelled:
            for name, frame in streamed.meshes.items():
                if name not in self._meshes:
                    self._meshes.add(name)
                    await self._deliver(frame)
            self._credits -= 1
            await self._deliver(streamed.frame)
            self._made, self._fresh = self._made + 1, self._fresh + 1
        if time.monotonic() - self._told >= EVERY or self._fresh == 1:
            await self._progress()

    async def _deliver(self, frame: bytes) -> None:
        try:
            await asyncio.wait_for(self._send(frame), READER)
        except TimeoutError:
            raise UnreadError from None

    def _despair(self) -> None:
        """Nothing was made and many were given up: the others won't do either."""
        if self._fresh or len(self._given_up) < min(HOPELESS, len(self._plan.pending)):
            return
        problems = Counter((g.check, g.cause, g.remedy) for g in self._given_up)
        (check, cause, remedy), number = problems.most_common(1)[0]
        raise WorkError(f"{number} variants can't be made: {check}: {cause}", remedy)

    async def _progress(self) -> None:
        self._told = time.monotonic()
        await self._tell(
            Progress(
                count=self._plan.started.count,
                made=self._made,
                refused=dict(self._refused),
                given_up=len(self._given_up),
                elapsed=self._elapsed,
            )
        )
