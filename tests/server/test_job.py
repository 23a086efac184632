"""A job without a socket: what it does when a process hangs, and the pool that outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from envgen.core.errors import WorkError
from envgen.packs.streaming import lasting_pool
from envgen.packs.wire.spec import Wire
from envgen.server import job as module
from envgen.server.job import Job, UnreadError
from envgen.server.job_plan import plan
from envgen.server.messages import MAX_CREDITS, Done, Progress, PromptSource, Start
from envgen.server.pack_library import PackLibrary
from envgen.workers.pool import WorkerPool


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = lasting_pool(2)
    yield pool
    pool.close(now=True)


async def run(
    pool: WorkerPool, count: int, credits: int = MAX_CREDITS
) -> tuple[Done, list[bytes], list[Wire]]:
    frames: list[bytes] = []
    told: list[Wire] = []
    start = Start(source=PromptSource(prompt="flat ground for hoppers"), count=count, credits=credits)

    async def send(frame: bytes) -> None:
        frames.append(frame)
        job.credit(1)

    async def tell(progress: Progress) -> None:
        told.append(progress)

    job = Job(plan(start, PackLibrary(Path())), pool, "mjb", credits, send, tell)
    return await job.run(), frames, told


def test_a_process_that_hangs_is_ended_and_the_crew_goes_on(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, "HANG_TIMEOUT", 0.0005)  # nothing is made within that
        with pytest.raises(WorkError, match="was not ready after"):
            asyncio.run(run(pool, 4))
    done, frames, _ = asyncio.run(run(pool, 4))
    assert done.made == len(frames) == 4


def test_progress_counts_what_was_sent(pool: WorkerPool) -> None:
    done, frames, told = asyncio.run(run(pool, 30, credits=2))
    assert len(frames) == done.made == 30
    assert not done.cancelled
    assert done.elapsed > 0
    made = [message.made for message in told if isinstance(message, Progress)]
    assert made[0] == 1
    assert made == sorted(made)


def test_a_page_that_gives_no_credit_loses_its_place(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_TIMEOUT", 0.3)
    start = Start(source=PromptSource(prompt="flat ground for hoppers"), count=4, credits=2)
    frames: list[bytes] = []

    async def keep(frame: bytes) -> None:
        frames.append(frame)

    async def ignore(_: Progress) -> None:
        pass

    job = Job(plan(start, PackLibrary(Path())), pool, "mjb", 2, keep, ignore)
    with pytest.raises(WorkError, match="took nothing"):
        asyncio.run(job.run())
    assert len(frames) == 2


def test_a_page_that_does_not_read_loses_its_place(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_TIMEOUT", 0.3)
    start = Start(source=PromptSource(prompt="flat ground for hoppers"), count=4)

    async def full(_: bytes) -> None:
        await asyncio.Event().wait()

    async def ignore(_: Progress) -> None:
        pass

    job = Job(plan(start, PackLibrary(Path())), pool, "mjb", MAX_CREDITS, full, ignore)
    with pytest.raises(UnreadError):
        asyncio.run(job.run())


def test_a_job_that_is_cancelled_as_a_frame_has_been_sent_ends(pool: WorkerPool) -> None:
    """`asyncio.wait_for` of Python 3.11 loses such a cancellation, and the next job waited for a minute."""
    start = Start(source=PromptSource(prompt="flat ground for hoppers"), count=20, credits=20)
    frames: list[bytes] = []

    async def send(frame: bytes) -> None:
        frames.append(frame)
        running.cancel()

    async def ignore(_: Progress) -> None:
        pass

    async def cancelled_at_the_first() -> None:
        nonlocal running
        job = Job(plan(start, PackLibrary(Path())), pool, "mjb", start.credits, send, ignore)
        running = asyncio.create_task(job.run())
        await asyncio.wait([running])
        assert running.cancelled()

    running: asyncio.Task[Done]
    asyncio.run(cancelled_at_the_first())
    assert len(frames) == 1
