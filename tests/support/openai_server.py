"""A server with the interface of OpenAI's that answers as it is told, badly if need be."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from envgen.prompting.llm import instructions
from envgen.prompting.llm.settings import Settings

KEY = "sk-very-secret-0123456789"
GOOD = json.loads(instructions._examples()[1][1])
PROMPT = "easy hills for a robot dog, strong headwind, no boxes, unicorn"


class Endpoint:
    """A server whose answers are given one by one; it keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.turns: list[Callable[[BaseHTTPRequestHandler], None]] = []
        self.always: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append(json.loads(body))
                outer.keys.append(self.headers["authorization"])
                turn = outer.turns.pop(0) if outer.turns else outer.always
                assert turn is not None
                self.close_connection = True
                turn(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def settings(self, **more: Any) -> Settings:
        return Settings(model="m", url=self.url, key=KEY, **{"timeout": 20.0, **more})


def serving() -> Iterator[Endpoint]:
    """A running server, for a fixture."""
    made = Endpoint()
    yield made
    made.closing.set()
    made.server.shutdown()
    made.server.server_close()


def status(code: int, body: Any = None, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def turn(handler: BaseHTTPRequestHandler) -> None:
        data = json.dumps(body if body is not None else {"error": {"message": f"no: {KEY}"}}).encode()
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(data)))
        handler.send_header("connection", "close")  # else a retry may go where nobody listens any more
        handler.end_headers()
        handler.wfile.write(data)

    return turn


def chunk(content: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    delta = {"content": content, **more} if content is not None or more else {}
    data = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return f"data: {json.dumps(data)}\n\n".encode()


USAGE = {
    "id": "1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [],
    "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
}


def says(
    text: str, finish: str | None = "stop", end: bool = True
) -> Callable[[BaseHTTPRequestHandler], None]:
    def turn(handler: BaseHTTPRequestHandler) -> None:
        begin(handler)
        for i in range(0, len(text), 4000):
            handler.wfile.write(chunk(text[i : i + 4000]))
        if end:
            handler.wfile.write(chunk(finish=finish) if finish else b"")
            handler.wfile.write(f"data: {json.dumps(USAGE)}\n\ndata: [DONE]\n\n".encode())

    return turn


def begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("connection", "close")
    handler.end_headers()


def good(**changes: Any) -> str:
    return json.dumps({**GOOD, **changes})


def wrong(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "cfg": {**GOOD["cfg"], **changes}}
