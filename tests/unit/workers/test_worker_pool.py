"""The processes that make variants: what becomes of their work when one dies, hangs or is sent home."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from typing import Any

import pytest

from envgen.core.errors import InputError
from envgen.workers import process
from envgen.workers.pool import JobRef, WorkerPool
from envgen.workers.process import WorkerDiedError

NOTHING = JobRef.of(None)
SOON = 60.0
"""Seconds after which a test has waited in vain."""


def wait_all(futures: Sequence[Future[Any]]) -> None:
    """Wait until all are done; `wait` alone returns quietly when the time is up."""
    assert not wait(futures, SOON).not_done


def echo(_: JobRef, value: object) -> object:
    return value


def size(_: JobRef, content: bytes) -> int:
    return len(content)


def pid_after(_: JobRef, seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def die(_: JobRef) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(_: JobRef, fault: bool) -> None:
    if fault:
        raise ZeroDivisionError("a fault")
    raise InputError("a cause", "a remedy")


def secret(_: JobRef) -> object:
    return threading.Lock()  # can't be sent


class PickyError(Exception):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)  # sent with one argument, made anew it wants two
        self.other = other


def picky(_: JobRef) -> None:
    raise PickyError("one", "other")


@pytest.fixture(scope="module")
def shared() -> Iterator[WorkerPool]:
    pool = WorkerPool(2, lasting=True)
    yield pool
    pool.close(now=True)


@pytest.fixture
def lasting(shared: WorkerPool) -> WorkerPool:
    wait_all([shared.submit(pid_after, NOTHING, 0.05) for _ in range(4)])
    return shared


@pytest.fixture(params=["forked", "lasting"])
def pool(request: pytest.FixtureRequest) -> Iterator[WorkerPool]:
    if request.param == "lasting":
        yield request.getfixturevalue("lasting")
        return
    made = WorkerPool(2)
    yield made
    made.close()


def test_all_that_is_asked_for_comes_back(pool: WorkerPool) -> None:
    futures = [pool.submit(echo, NOTHING, i) for i in range(500)]
    assert [future.result(SOON) for future in futures] == list(range(500))
    assert len(pool.workers()) == 2


def test_both_processes_work(pool: WorkerPool) -> None:
    futures = [pool.submit(pid_after, NOTHING, 0.05) for _ in range(12)]
    assert {future.result(SOON) for future in futures} == set(pool.workers())


def test_large_errands_and_results_pass_in_both_directions_at_once(pool: WorkerPool) -> None:
    """Neither side may wait for the other to read."""
    large = bytes(3_000_000)
    sizes = [pool.submit(size, NOTHING, large) for _ in range(8)]
    echoes = [pool.submit(echo, NOTHING, large) for _ in range(8)]
    assert [future.result(SOON) for future in sizes] == [len(large)] * 8
    assert all(future.result(SOON) == large for future in echoes)


def test_errors_come_back_as_they_are_and_faults_with_their_place(pool: WorkerPool) -> None:
    with pytest.raises(InputError) as refused:
        pool.submit(refuse, NOTHING, False).result(SOON)
    assert (refused.value.cause, refused.value.remedy) == ("a cause", "a remedy")
    with pytest.raises(ZeroDivisionError) as failed:
        pool.submit(refuse, NOTHING, True).result(SOON)
    assert "in refuse" in "".join(failed.value.__notes__)
    with pytest.raises(RuntimeError, match="can't be sent"):
        pool.submit(secret, NOTHING).result(SOON)
    with pytest.raises(RuntimeError, match=r"PickyError.* can't be sent"):
        pool.submit(picky, NOTHING).result(SOON)
    assert pool.submit(echo, NOTHING, 1).result(SOON) == 1


def test_only_what_a_process_died_of_fails(lasting: WorkerPool) -> None:
    before = set(lasting.workers())
    futures: list[Future[object]] = [
        lasting.submit(die, NOTHING) if i % 7 == 3 else lasting.submit(echo, NOTHING, i) for i in range(28)
    ]
    wait_all(futures)
    died = [i for i, future in enumerate(futures) if isinstance(future.exception(0), WorkerDiedError)]
    assert died == [3, 10, 17, 24]
    assert [future.result(0) for i, future in enumerate(futures) if i not in died] == [
        i for i in range(28) if i not in died
    ]
    assert lasting.submit(echo, NOTHING, 1).result(SOON) == 1
    assert len(lasting.workers()) == 2
    assert before != set(lasting.workers())


def test_processes_killed_from_outside_at_any_moment_are_replaced(lasting: WorkerPool) -> None:
    futures = [lasting.submit(pid_after, NOTHING, 0.002) for _ in range(400)]
    for turn in range(6):
        time.sleep(0.03 * turn)
        for pid in lasting.workers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    finished, waiting = wait(futures, SOON)
    assert not waiting
    died = [future for future in finished if future.exception(0)]
    assert all(isinstance(future.exception(0), WorkerDiedError) for future in died)
    assert len(died) <= 12  # one for each that was killed


def test_what_hangs_is_ended_and_nothing_else(lasting: WorkerPool) -> None:
    hanging = lasting.submit(pid_after, NOTHING, 3600.0)
    others = [lasting.submit(pid_after, NOTHING, 0.05) for _ in range(6)]
    # one may be queued in the pipe of the process that hangs, until that is killed
    assert wait(others, SOON, FIRST_COMPLETED).done
    assert lasting.kill(hanging)
    assert isinstance(hanging.exception(SOON), WorkerDiedError)
    assert all(future.result(SOON) for future in others)


def test_what_waits_can_be_cancelled(lasting: WorkerPool) -> None:
    running = [lasting.submit(pid_after, NOTHING, 0.3) for _ in range(4)]
    waiting = [lasting.submit(pid_after, NOTHING, 3600.0) for _ in range(4)]
    assert not any(lasting.kill(future) for future in waiting)
    assert all(future.cancel() for future in waiting)
    assert all(future.result(SOON) for future in running)
    assert lasting.submit(echo, NOTHING, 2).result(SOON) == 2


def test_closing_finishes_what_is_being_made_and_drops_the_rest() -> None:
    pool = WorkerPool(1)
    futures = [pool.submit(pid_after, NOTHING, 0.2) for _ in range(20)]
    futures[0].result(SOON)
    pool.close()
    assert all(future.done() for future in futures)
    assert futures[1].result(0)
    with pytest.raises(CancelledError):
        futures[-1].result(0)
    assert pool.workers() == []
    with pytest.raises(CancelledError):
        pool.submit(echo, NOTHING, 1).result(SOON)


def test_closing_now_waits_for_nothing() -> None:
    pool = WorkerPool(2)
    futures = [pool.submit(pid_after, NOTHING, 3600.0) for _ in range(9)]
    began = time.monotonic()
    pool.close(now=True)
    assert time.monotonic() - began < 10
    assert all(future.done() for future in futures)


def test_a_forked_crew_without_processes_fails_instead_of_waiting() -> None:
    pool = WorkerPool(2)
    wait_all([pool.submit(echo, NOTHING, i) for i in range(4)])
    for pid in pool.workers():
        os.kill(pid, signal.SIGKILL)
    futures = [pool.submit(pid_after, NOTHING, 0.1) for _ in range(5)]
    assert all(isinstance(future.exception(SOON), WorkerDiedError) for future in futures)
    pool.close()


def test_a_crew_that_never_worked_closes() -> None:
    WorkerPool(2).close()
    WorkerPool(2, lasting=True).close(now=True)


def test_a_start_that_was_killed_takes_only_what_waited_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed was the process that forks the others, as by systemd, which ends all of them at once."""
    pool = WorkerPool(1, lasting=True)

    def killed(*_: object) -> None:
        raise EOFError("unexpected EOF")

    try:
        with monkeypatch.context() as patched:
            patched.setattr(process.process_context(lasting=True).Process, "start", killed)
            with pytest.raises(WorkerDiedError, match="no process can be started"):
                pool.submit(echo, NOTHING, 1).result(SOON)
        assert pool.submit(echo, NOTHING, 2).result(SOON) == 2
    finally:
        pool.close(now=True)
