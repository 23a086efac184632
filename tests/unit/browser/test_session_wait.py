"""When all environments of a job run, as a session of a page sees it."""

from __future__ import annotations

from typing import Any

from envgen.browser.session import Session


class Told(Session):
    """A session whose page says what it is told to, one after the other."""

    def __init__(self, *said: dict[str, Any]) -> None:
        self.said = list(said)

    def stats(self) -> dict[str, Any]:
        return self.said.pop(0)

    def sleep(self, seconds: float) -> None:
        """At once."""


def stats(state: str, *, environments: int, loading: int = 0, waiting: int = 0) -> dict[str, Any]:
    job = {"state": state, "count": 1, "made": 1}
    return {"job": job, "environments": environments, "loading": loading, "waiting": waiting}


def test_a_job_is_not_over_while_frames_wait() -> None:
    session = Told(
        stats("done", environments=0, waiting=1),
        stats("done", environments=1, loading=1),
        stats("done", environments=1),
    )
    assert session.wait()["environments"] == 1
    assert session.said == []


def test_a_job_whose_worlds_were_all_refused_is_over() -> None:
    assert Told(stats("done", environments=0)).wait()["environments"] == 0
