"""The WebSocket: messages in, frames out."""

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
from envgen.server.errors import explain_validation_error
from envgen.server.job import READ_TIMEOUT, Job, UnreadError
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
from envgen.server.settings import MAX_JOBS, MAX_SOCKETS, ServerSettings
from envgen.workers.pool import WorkerPool
from envgen.worlds.compiler import VERSION

HELLO_TIMEOUT = 10.0
"""Seconds in which a page has to send `hello`."""
CLOSE_TIMEOUT = 5.0
"""Seconds for the closing handshake with a page that doesn't read."""
MAX_MALFORMED = 20
"""Malformed messages after which a socket is closed."""
NOTHING = Done(count=0, made=0, refused={}, given_up=[], elapsed=0.0, cancelled=True)
"""The end of a job that was cancelled before it began."""
_TOO_MANY, _WRONG = 1013, 1008
_MESSAGES: TypeAdapter[ToServer] = TypeAdapter(ToServer)
log = logging.getLogger("envgen.server")


class StreamServer:
    """All sockets of a server.

    Args:
        settings: Settings of the server.
        pool: Processes that make variants.
        library: The packs and files that pages may name.
    """

    def __init__(self, settings: ServerSettings, pool: WorkerPool, library: PackLibrary) -> None:
        self.settings, self.pool, self.library = settings, pool, library
        self.sockets = 0
        self.jobs = 0

    async def serve(self, socket: WebSocket) -> None:
        """Serve one socket, from its handshake to its end."""
        await socket.accept()
        self.sockets += 1
        try:
            if self.sockets > MAX_SOCKETS:
                failure = Failure(cause="too many pages are open", remedy="Close some, then reload this one.")
                await socket.send_text(failure.model_dump_json())
                await socket.close(_TOO_MANY)
            else:
                await _Connection(self, socket).run()
        except (WebSocketDisconnect, RuntimeError) as error:  # it closed while something was sent to it
            log.debug("a page left: %s", error)
        finally:
            self.sockets -= 1


class _Connection:
    """One page and its socket."""

    def __init__(self, streams: StreamServer, socket: WebSocket) -> None:
        self._streams, self._socket = streams, socket
        self._form: Form = "mjb"
        self._job: Job | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled_early = False
        """Whether the job was cancelled while it was still being planned."""
        self._malformed = 0

    async def run(self) -> None:
        """Handle messages until the page disconnects."""
        try:
            if await self._handshake():
                while self._malformed < MAX_MALFORMED:
                    message = await self._read()
                    if message is not None:
                        await self._handle(message)
                await self._socket.close(_WRONG)
        finally:
            await self._cancel_job()

    async def _handshake(self) -> bool:
        """Exchange `hello` and `welcome`; return False and close if the page is incompatible."""
        try:
            async with asyncio.timeout(HELLO_TIMEOUT):
                hello = await self._read()
        except TimeoutError:
            hello = None
        if not isinstance(hello, Hello):
            if not self._malformed:  # else the page has been told
                await self._fail("a page has to say hello first", "Reload the page.")
        elif hello.protocol != PROTOCOL:
            await self._fail(
                f"the page speaks version {hello.protocol} of the protocol, the server version {PROTOCOL}",
                "Reload the page; if that doesn't help, install envgen again, which builds the page anew.",
            )
        else:
            self._form = "mjb" if hello.mujoco == VERSION else "xml"
            settings = self._streams.settings
            await self._send(
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
        """Return the next message, or None after reporting a malformed one to the page."""
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        text = received.get("text")
        try:
            if text is None:
                raise InputError("binary messages are not supported", "Send JSON texts.")
            return _MESSAGES.validate_json(text, strict=True)
        except ValidationError as error:
            problem = explain_validation_error(error)
        except InputError as error:
            problem = error.cause, error.remedy
        self._malformed += 1
        await self._cancel_job()
        await self._fail(*problem)
        return None

    async def _handle(self, message: Hello | Start | Credit | Cancel) -> None:
        if isinstance(message, Start):
            await self._cancel_job()
            if self._streams.jobs >= MAX_JOBS:
                await self._fail(
                    f"{MAX_JOBS} jobs are running already", "Wait for one to end, or cancel it in its page."
                )
                return
            self._streams.jobs += 1
            self._cancelled_early = False
            self._task = asyncio.create_task(self._run_job(message))
            # not by the task itself: one that is cancelled before its first step never runs
            self._task.add_done_callback(self._job_ended)
        elif isinstance(message, Credit):
            if self._job is not None:
                self._job.credit(message.frames)
        elif isinstance(message, Cancel):
            self._cancelled_early = True
            if self._job is not None:
                self._job.cancel()
        else:
            await self._cancel_job()
            await self._fail("hello was said before", "Send `start`.")

    async def _cancel_job(self) -> None:
        """Cancel the running job, if any; nothing more of it is sent."""
        if self._task is not None:
            self._task.cancel()
            # waited for, not awaited: its end is no exception here, and one that ends this page is not lost
            await asyncio.wait([self._task])

    def _job_ended(self, _: asyncio.Task[None]) -> None:
        self._streams.jobs -= 1
        self._job = None

    async def _run_job(self, start: Start) -> None:
        """Run one job; report any failure to the page."""
        try:
            # apart from the loop: reading a prompt takes tens of ms, a pack of thousands more
            planned = await asyncio.to_thread(plan, start, self._streams.library)
            if self._cancelled_early:
                await self._send(NOTHING)
                return
            pool, send = self._streams.pool, self._socket.send_bytes
            self._job = Job(planned, pool, self._form, start.credits, send, self._send)
            await self._send(planned.started)
            done = await self._job.run()
            redact = self._streams.library.redact
            lost = [
                g.model_copy(update={"cause": redact(g.cause), "remedy": redact(g.remedy)})
                for g in done.given_up
            ]
            await self._send(done.model_copy(update={"given_up": lost}))
        except EnvgenError as error:
            await self._fail(error.cause, error.remedy)
        except UnreadError:  # telling it would wait as well
            log.info("a page did not read for %.0f s, its socket is closed", READ_TIMEOUT)
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self._socket.close(_TOO_MANY)
        except Exception as error:
            if self._socket.application_state is WebSocketState.DISCONNECTED:
                log.debug("a page left its job: %s", error)
                return
            log.exception("a job failed")
            await self._fail(f"the server met an error of its own: {error!r}"[:300], "Its log says more.")

    async def _send(self, message: Wire) -> None:
        await self._socket.send_text(message.model_dump_json())

    async def _fail(self, cause: str, remedy: str) -> None:
        redact = self._streams.library.redact
        await self._send(Failure(cause=redact(cause), remedy=redact(remedy)))
