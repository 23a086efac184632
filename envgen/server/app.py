"""The web app and its routes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Depends, FastAPI, Request, WebSocket
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict
from starlette.background import BackgroundTask

from envgen import catalog
from envgen.core import cfgio
from envgen.core.errors import InputError, suggestion
from envgen.core.version import __version__
from envgen.packs.streaming import lasting_pool, ready
from envgen.packs.wire.spec import PROTOCOL
from envgen.policies.listing import list_networks
from envgen.policies.policy_files import network_files
from envgen.prompting.base import EXAMPLE, interpret, refine
from envgen.prompting.diff import diff
from envgen.server import errors, page
from envgen.server.errors import RESPONSES, error_response
from envgen.server.export import ExportRequest, export
from envgen.server.guard import Guard
from envgen.server.messages import InterpretationSpec
from envgen.server.pack_library import PackEntry, PackLibrary
from envgen.server.settings import MAX_EXPORTS, ServerSettings
from envgen.server.start_message import interpretation_json
from envgen.server.stream import StreamServer
from envgen.workers.pool import JobRef
from envgen.worlds.compiler import VERSION

_T = TypeVar("_T")
LIVE_BACKEND = "offline"
"""Backend for a prompt while it is typed: a language model would be asked at every key."""
DISCONNECT_POLL = 0.5
"""Seconds between two checks whether the client of a long request is still connected."""
CLIENT_CLOSED = 499
"""Status of a response to a client that has disconnected."""
MAX_NETWORK = 256_000_000
"""Most bytes of an ONNX file that is sent."""


class Kind(BaseModel):
    """A kind of a family; families add keys of their own (see `envgen list --json`)."""

    model_config = ConfigDict(extra="allow")
    name: str
    summary: str
    params: dict[str, dict[str, Any]] = {}


class Registries(BaseModel):
    """Registered kinds with their parameters, units and ranges.

    Attributes:
        sources: Robots of installed packages, by package: `<source>:<name>`.
    """

    terrains: list[Kind]
    obstacles: list[Kind]
    robots: list[Kind]
    tasks: list[Kind]
    policies: list[Kind]
    sources: dict[str, list[str]]


class PromptRequest(BaseModel):
    """A prompt to be read.

    Attributes:
        prompt: The prompt.
        base: The EnvCfg that it changes ("steeper, and add a few logs"), or null for a new one.
    """

    model_config = ConfigDict(extra="forbid")
    prompt: str
    base: dict[str, Any] | None = None


class ChangeEntry(BaseModel):
    """One value that a prompt changed in an EnvCfg: null where there is none."""

    path: str
    before: Any
    after: Any


class Interpreted(InterpretationSpec):
    """Interpretation of a prompt; with a base, also the changes to it."""

    changes: list[ChangeEntry] | None = None


class Network(BaseModel):
    """An ONNX policy that the server lists."""

    name: str
    robot: str
    task: str
    error: str | None


class About(BaseModel):
    """State of the server."""

    envgen: str
    mujoco: str
    protocol: int
    sockets: int
    jobs: int
    workers: list[int]


def create_app(settings: ServerSettings) -> FastAPI:
    """Return the app of a server."""
    library, pool = PackLibrary(settings.root), lasting_pool(settings.workers)
    streams = StreamServer(settings, pool, library)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # the processes get ready while the page loads
        waiting = [asyncio.wrap_future(pool.submit(ready, JobRef.of(None))) for _ in range(settings.workers)]
        reading = asyncio.create_task(asyncio.to_thread(interpret, EXAMPLE))  # the lexicon takes 0.2 s
        yield
        await reading
        for future in waiting:
            future.cancel()
        await asyncio.to_thread(pool.close, now=True)

    app = FastAPI(
        title="envgen",
        version=__version__,
        description="Prompts become validated MuJoCo worlds, which the WebSocket /api/stream sends.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses={**RESPONSES, 500: {"model": errors.Problem, "description": "The work failed."}},
    )
    errors.install(app, library.redact)
    _routes(app, settings, library, streams)
    page.install(app, settings.page)
    app.add_middleware(Guard, settings=settings)
    return app


def _routes(app: FastAPI, settings: ServerSettings, library: PackLibrary, streams: StreamServer) -> None:
    exports = asyncio.Semaphore(MAX_EXPORTS)

    @app.websocket("/api/stream")
    async def stream(socket: WebSocket) -> None:
        await streams.serve(socket)

    @app.get("/api/about")
    async def about() -> About:
        """Versions, and what is going on."""
        return About(
            envgen=__version__,
            mujoco=VERSION,
            protocol=PROTOCOL,
            sockets=streams.sockets,
            jobs=streams.jobs,
            workers=streams.pool.workers(),
        )

    @app.get("/api/registries")
    def registries() -> Registries:
        """Terrains, obstacles, robots, tasks and policies."""
        families = {name: catalog.entries(name) for name in catalog.FAMILIES if name != "checks"}
        return Registries.model_validate({**families, "sources": catalog.sources()})

    @app.get("/api/packs")
    def packs() -> list[PackEntry]:
        """The packs below the folder that is served."""
        return library.packs()

    @app.post("/api/interpret", dependencies=[Depends(_require_json)])
    def interpreted(request: PromptRequest) -> Interpreted:
        """Interpret a prompt, with the reason for each choice."""
        prompt = library.prompt(request.prompt)
        if request.base is None:
            return Interpreted.model_validate(interpretation_json(interpret(prompt, LIVE_BACKEND)))
        base = cfgio.parse({"name": "env", **library.cfg(request.base)}, "the base")
        meaning = refine(base, prompt, LIVE_BACKEND)
        changes = [change.to_json() for change in diff(base, meaning.cfg)]
        return Interpreted.model_validate({**interpretation_json(meaning), "changes": changes})

    @app.get("/api/policies")
    def policies() -> list[Network]:
        """The ONNX policies that the server has."""
        found = []
        for entry in list_networks():
            path, error = entry.pop("path"), entry["error"]  # where it lies is nobody else's business
            found.append(Network(**{**entry, "error": error and error.replace(path, Path(path).name)}))
        return found

    @app.get(
        "/api/policies/{name}.onnx",
        response_class=FileResponse,
        responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
    )
    def policy(name: str) -> Any:
        """One of them."""
        known = network_files()
        path = known.get(name)
        if path is None:
            return error_response(404, f"there is no policy {name[:100]!r}", suggestion(name, known))
        if path.stat().st_size > MAX_NETWORK:
            raise InputError(
                f"the policy {name!r} is over {MAX_NETWORK // 10**6} MB", "Use a smaller network."
            )
        return FileResponse(path, media_type="application/octet-stream")

    @app.post(
        "/api/export",
        dependencies=[Depends(_require_json)],
        response_class=FileResponse,
        responses={
            200: {"content": {"application/zip": {}}, "description": "The pack as a .zip."},
            503: {"model": errors.Problem, "description": "Others are being exported."},
        },
    )
    async def exported(request: ExportRequest, http: Request) -> Any:
        """A running set as a pack."""
        if exports.locked():
            return error_response(
                503, f"{MAX_EXPORTS} packs are being exported already", "Wait until one of them is done."
            )
        async with exports:
            made = await _unless_disconnected(http, export(request, library, settings.workers))
        if made is None:
            return error_response(CLIENT_CLOSED, "the client has disconnected", "Send the request again.")
        target, name = made
        cleaning = BackgroundTask(shutil.rmtree, target.parent, ignore_errors=True)
        return FileResponse(target, media_type="application/zip", filename=name, background=cleaning)


async def _unless_disconnected(request: Request, work: Coroutine[Any, Any, _T]) -> _T | None:
    """Return the result of work; cancel it and return None if the client disconnects meanwhile."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait([task], timeout=DISCONNECT_POLL)
            if not task.done() and await request.is_disconnected():
                return None
        return await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


async def _require_json(request: Request) -> None:
    """Require the content type JSON: a form of another site can't send it without a preflight request."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise InputError(f"the body must be application/json, got {kind[:60]!r}", "Send application/json.")
