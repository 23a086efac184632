"""Pages that hold a job and take nothing: others get their places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.server import ANTS, HELLO, Page
from support.waiting import wait_for
from websockets.sync.client import connect

from envgen.server import job, stream
from envgen.server.running import serving
from envgen.server.settings import MAX_JOBS

MANY = {"kind": "start", "source": ANTS, "count": 500, "credits": 256}


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(job, "READ_TIMEOUT", 1.5)
    monkeypatch.setattr(stream, "CLOSE_TIMEOUT", 0.5)
    with serving(tmp_path) as running:
        yield running.url.replace("http", "ws").rstrip("/") + "/api/stream"


def start(at: Page) -> str:
    at.say(kind="start", source=ANTS, count=1)
    answer = at.next("started", "error")
    return str(answer["kind"])


def test_eight_that_never_read_give_way_to_a_ninth(address: str) -> None:
    with ExitStack() as open_sockets:
        for _ in range(MAX_JOBS):
            idle = open_sockets.enter_context(connect(address, max_queue=1, close_timeout=0.1))
            idle.send(json.dumps(HELLO))
            idle.send(json.dumps(MANY))
        ninth = open_sockets.enter_context(connect(address))
        ninth.send(json.dumps(HELLO))
        at = Page(ninth, json.loads(ninth.recv(60)))
        assert start(at) == "error", "all places were taken"
        wait_for(lambda: start(at) == "started", "a free place", every=0.2)
        assert at.until_done()["made"] == 1
