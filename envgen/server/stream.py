"""The socket: messages in, frames out."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from envgen.core.errors import EnvgenError, InputError
from envgen.core.version import __version__
from envgen.packs.wire.encode import Form
from envgen.packs.wire.spec import PROTOCOL, Wire
from envgen.server.errors import explained
from envgen.server.job import READER, Job, UnreadError
from envgen.server.job_plan import plan
from envgen.server.messages import (
    MAX_CREDITS,
    MAX_STREAM,
    Cancel,
    Credit,
    Done,
    Failure,
    Hello,
    Start,
    ToServer,
    Welcome,
)
from envgen.server.pack_library import PackLibrary
from envgen.server.settings import MAX_JOBS, MAX_SOCKETS, Settings
from envgen.workers.pool import WorkerPool
from envgen.worlds.compiler import VERSION

PATIENCE = 10.0
"""Seconds in which a page has to say hello."""
CLOSING = 5.0
"""Seconds in which a page that doesn't read may say goodbye."""
MAX_MALFORMED = 20
"""Malformed messages after which a socket is closed."""
NOTHING = Done(count=0, made=0, refused={}, given_up=[], elapsed=0.0, cancelled=True)
"""The end of a job that was cancelled before it began."""
_TOO_MANY, _WRONG = 1013, 1008
_MESSAGES: TypeAdapter[ToServer] = TypeAdapter(ToServer)
log = logging.getLogger("envgen.server")


class Streams:
    """All sockets of a server.

    Args:
        settings: Of the server.
        pool: Who makes variants.
        library: What pages may name of the disk.
    """

    def __init__(self, settings: Settings, pool: WorkerPool, library: PackLibrary) -> None:
        self.settings, self.pool, self.library = settings, pool, library
        self.sockets = 0
        self.jobs = 0

    async def serve(self, socket: WebSocket) -> None:
        """One socket, from its handshake to its end."""
        await socket.accept()
        self.sockets += 1
        try:
            if self.sockets > MAX_SOCKETS:
                failure = Failure(cause="too many pages are open", remedy="Close some, then reload this one.")
                await socket.send_text(failure.model_dump_json())
                await socket.close(_TOO_MANY)
            else:
                await _Page(self, socket).talk()
        except (WebSocketDisconnect, RuntimeError) as error:  # it closed while something was sent to it
            log.debug("a page left: %s", error)
        finally:
            self.sockets -= 1


class _Page:
    """The page at one socket."""

    def __init__(self, streams: Streams, socket: WebSocket) -> None:
        self._streams, self._socket = streams, socket
        self._form: Form = "mjb"
        self._job: Job | None = None
        self._task: asyncio.Task[None] | None = None
        self._unwanted = False
        """Whether the job was cancelled while it was still being planned."""
        self._malformed = 0

    async def talk(self) -> None:
        """Read until it leaves."""
        try:
            if await self._greet():
                while self._malformed < MAX_MALFORMED:
                    message = await self._read()
                    if message is not None:
                        await self._heed(message)
                await self._socket.close(_WRONG)
        finally:
            await self._drop()

    async def _greet(self) -> bool:
        """Whether the page speaks as the server does."""
        try:
            hello = await asyncio.wait_for(self._read(), PATIENCE)
        except TimeoutError:
            hello = None
        if not isinstance(hello, Hello):
            if not self._malformed:  # else it was told
                await self._fail("a page has to say hello first", "Reload the page.")
        elif hello.protocol != PROTOCOL:
            await self._fail(
                f"the page speaks version {hello.protocol} of the protocol, the server version {PROTOCOL}",
                "Reload the page; if that doesn't help, install envgen again, which builds the page anew.",
            )
        else:
            self._form = "mjb" if hello.mujoco == VERSION else "xml"
            settings = self._streams.settings
            await self._say(
                Welcome(
                    protocol=PROTOCOL,
                    mujoco=VERSION,
                    envgen=__version__,
                    format=self._form,
                    max_count=MAX_STREAM,
                    max_credits=MAX_CREDITS,
                    source=settings.source,
                    count=settings.count,
                    seed=str(settings.seed),
                )
            )
            return True
        await self._socket.close(_WRONG)
        return False

    async def _read(self) -> Hello | Start | Credit | Cancel | None:
        """The next message, or None where it is none, which the page is told."""
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        text = received.get("text")
        try:
            if text is None:
                raise InputError("a binary message is none that a page sends", "Send JSON texts.")
            return _MESSAGES.validate_json(text, strict=True)
        except ValidationError as error:
            problem = explained(error)
        except InputError as error:
            problem = error.cause, error.remedy
        self._malformed += 1
        await self._drop()
        await self._fail(*problem)
        return None

    async def _heed(self, message: Hello | Start | Credit | Cancel) -> None:
        if isinstance(message, Start):
            await self._drop()
            if self._streams.jobs >= MAX_JOBS:
                await self._fail(
                    f"{MAX_JOBS} jobs are running already", "Wait for one to end, or cancel it in its page."
                )
                return
            self._streams.jobs += 1
            self._unwanted = False
            self._task = asyncio.create_task(self._work(message))
            # not by the task itself: one that is cancelled before its first step never runs
            self._task.add_done_callback(self._over)
        elif isinstance(message, Credit):
            if self._job is not None:
                self._job.credit(message.frames)
        elif isinstance(message, Cancel):
            self._unwanted = True
            if self._job is not None:
                self._job.cancel()
        else:
            await self._drop()
            await self._fail("hello was said before", "Send `start`.")

    async def _drop(self) -> None:
        """End the job that runs, if one does: nothing more of it is sent."""
        if self._task is not None:
            self._task.cancel()
            # waited for, not awaited: its end is no exception here, and one that ends this page is not lost
            await asyncio.wait([self._task])

    def _over(self, _: asyncio.Task[None]) -> None:
        self._streams.jobs -= 1
        self._job = None

    async def _work(self, start: Start) -> None:
        """One job, to its end; whatever goes wrong is told to the page."""
        try:
            # apart from the loop: reading a prompt takes tens of ms, a pack of thousands more
            planned = await asyncio.to_thread(plan, start, self._streams.library)
            if self._unwanted:
                await self._say(NOTHING)
                return
            pool, send = self._streams.pool, self._socket.send_bytes
            self._job = Job(planned, pool, self._form, start.credits, send, self._say)
            await self._say(planned.started)
            done = await self._job.run()
            told = self._streams.library.told
            lost = [
                g.model_copy(update={"cause": told(g.cause), "remedy": told(g.remedy)}) for g in done.given_up
            ]
            await self._say(done.model_copy(update={"given_up": lost}))
        except EnvgenError as error:
            await self._fail(error.cause, error.remedy)
        except UnreadError:  # telling it would wait as well
            log.info("a page did not read for %.0f s, its socket is closed", READER)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._socket.close(_TOO_MANY), CLOSING)
        except Exception as error:
            if self._socket.application_state is WebSocketState.DISCONNECTED:
                log.debug("a page left its job: %s", error)
                return
            log.exception("a job failed")
            await self._fail(f"the server met an error of its own: {error!r}"[:300], "Its log says more.")

    async def _say(self, message: Wire) -> None:
        await self._socket.send_text(message.model_dump_json())

    async def _fail(self, cause: str, remedy: str) -> None:
        told = self._streams.library.told
        await self._say(Failure(cause=told(cause), remedy=told(remedy)))
