"""Pages that change their mind, or leave, faster than a job can begin."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.types import Message
from starlette.websockets import WebSocket
from support.server import ANTS, HELLO, Served, page

from envgen.server import stream
from envgen.server.pack_library import PackLibrary
from envgen.server.settings import ServerSettings
from envgen.server.stream import StreamServer
from envgen.workers.pool import WorkerPool

START = {"kind": "start", "source": ANTS, "count": 50}


def test_a_page_that_leaves_before_its_job_begins_leaves_none(tmp_path: Path) -> None:
    """All of it lies in the socket at once, so the job is cancelled before its first step."""
    texts = [{"type": "websocket.receive", "text": json.dumps(said)} for said in (HELLO, START)]
    coming = iter([{"type": "websocket.connect"}, *texts, {"type": "websocket.disconnect", "code": 1001}])

    async def receive() -> Message:
        return next(coming)

    async def send(_: Message) -> None:
        pass

    streams = StreamServer(ServerSettings(tmp_path), cast("WorkerPool", None), PackLibrary(tmp_path))
    asyncio.run(streams.serve(WebSocket({"type": "websocket"}, receive, send)))
    assert (streams.sockets, streams.jobs) == (0, 0)


def test_a_cancel_counts_before_the_job_has_begun(served: Served) -> None:
    with page(served) as at:
        at.say(kind="start", source=ANTS, count=200)
        at.say(kind="cancel")
        done = at.next("done")
        assert (done["cancelled"], done["made"], at.frames) == (True, 0, {})
        at.say(kind="start", source=ANTS, count=2)
        assert at.until_done()["made"] == 2


def test_of_many_starts_the_last_one_is_made(served: Served) -> None:
    with page(served) as at:
        for seed in range(60):
            at.say(kind="start", source=ANTS, count=500, seed=str(seed))
        at.say(kind="start", source=ANTS, count=2, seed="999")
        while at.next("started", "done")["kind"] != "done":
            pass
        begun = [told["seed"] for told in at.told if told["kind"] == "started"]
        assert (begun[-1], at.told[-1]["count"], at.told[-1]["made"]) == ("999", 2, 2)
    served.wait_for_jobs(0)


def test_a_malformed_message_ends_the_job(served: Served) -> None:
    """As `error` says: the page would wait for a job that it believes to be over."""
    with page(served) as at:
        at.say(kind="start", source=ANTS, count=500)
        at.next("started")
        at.socket.send("nonsense")
        at.next("error")
        assert at.silence()
    served.wait_until_idle()


def test_what_goes_wrong_in_planning_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a RuntimeError, which a socket that is closed raises too."""

    def plan(*_: Any) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(stream, "plan", plan)
    told: asyncio.Queue[Message] = asyncio.Queue()
    coming = [{"type": "websocket.connect"}]
    coming += [{"type": "websocket.receive", "text": json.dumps(said)} for said in (HELLO, START)]

    async def receive() -> Message:
        if not coming:
            while "error" not in (await told.get()).get("text", ""):
                pass
            return {"type": "websocket.disconnect", "code": 1001}
        return coming.pop(0)

    streams = StreamServer(ServerSettings(tmp_path), cast("WorkerPool", None), PackLibrary(tmp_path))
    talk = streams.serve(WebSocket({"type": "websocket"}, receive, told.put))

    async def talk_in_time() -> None:
        async with asyncio.timeout(20):
            await talk

    asyncio.run(talk_in_time())
    assert streams.jobs == 0
