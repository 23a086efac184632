"""A page, as far as the server can tell: a client of the real socket."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from envgen.packs.wire.frames import Frame, unpack
from envgen.packs.wire.spec import PROTOCOL, MeshSpec, WorldSpec
from envgen.worlds.compiler import VERSION
from support.waiting import PATIENCE, wait_for

HELLO = {"kind": "hello", "protocol": PROTOCOL, "mujoco": VERSION}
ANTS = {"kind": "prompt", "prompt": "rough terrain for ants"}


@dataclass
class Served:
    """A running `envgen serve`."""

    process: subprocess.Popen[str]
    url: str
    folder: Path

    @property
    def port(self) -> int:
        return int(re.findall(r":(\d+)/", self.url)[0])

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/stream"

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE, **more)

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.port}{path}", json=body, timeout=120, **more)

    def about(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.get("/api/about").json()
        return answer

    def wait_for_jobs(self, count: int) -> None:
        """Wait until so many jobs run; a job counts until a moment after its page was told of its end."""
        wait_for(lambda: self.about()["jobs"] == count, f"{count} jobs")

    def wait_until_idle(self) -> None:
        """Wait until none of its processes uses the processor for half a second."""

        def used() -> float:
            return sum(cpu(pid) for pid in self.about()["workers"])

        def idle() -> bool:
            before = used()
            time.sleep(0.5)
            return used() == before

        wait_for(idle, "rest")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


def stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the state on.

    Raises:
        OSError: There is no such process.
    """
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu(pid: int) -> float:
    """Ticks of the processor that a process has used."""
    fields = stat(pid)
    return float(fields[11]) + float(fields[12])


def wait_until_gone(pids: Iterable[int]) -> None:
    """Wait until the processes have ended."""

    def gone(pid: int) -> bool:
        try:
            return stat(pid)[0] == "Z"
        except OSError:
            return True

    wait_for(lambda: all(gone(pid) for pid in pids), "the end of the processes")


@contextmanager
def serve(folder: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "envgen", "serve", "--no-browser", *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert " at http" in line, process.communicate(timeout=10)[1]
        yield Served(process, line.rsplit(" at ", 1)[1].strip(), folder)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@dataclass
class Page:
    """A page that has said hello."""

    socket: ClientConnection
    welcome: dict[str, Any]
    frames: dict[int, bytes] = field(default_factory=dict)
    meshes: dict[str, bytes] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self, timeout: float = PATIENCE) -> Frame | dict[str, Any]:
        """The next message; frames are kept."""
        received = self.socket.recv(timeout)
        if isinstance(received, str):
            message: dict[str, Any] = json.loads(received)
            self.told.append(message)
            return message
        frame = unpack(received)
        if isinstance(frame.header, MeshSpec):
            assert frame.header.id not in self.meshes
            self.meshes[frame.header.id] = received
        else:
            assert isinstance(frame.header, WorldSpec)
            assert frame.header.index not in self.frames
            assert set(frame.header.meshes) <= set(self.meshes)
            self.frames[frame.header.index] = received
        return frame

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next message of one of these kinds."""
        while True:
            message = self.hear()
            if isinstance(message, dict) and message["kind"] in kinds:
                return message

    def until_done(self) -> dict[str, Any]:
        """Take in all frames, one credit each, until the job is over."""
        while True:
            message = self.hear()
            if isinstance(message, dict):
                if message["kind"] in ("done", "error"):
                    return message
            elif isinstance(message.header, WorldSpec):
                self.say(kind="credit", frames=1)

    def silence(self, seconds: float = 0.6) -> bool:
        """Whether no frame comes for that long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                if isinstance(self.hear(left), Frame):
                    return False
            except TimeoutError:
                return True
        return True


@contextmanager
def page(served: Served, mujoco: str = VERSION, **more: Any) -> Iterator[Page]:
    # who leaves frames unread gets no answer to the closing: it is not waited for
    how: dict[str, Any] = {"max_size": None, "compression": None, "close_timeout": 0.2, **more}
    with connect(served.socket, **how) as socket:
        socket.send(json.dumps({**HELLO, "mujoco": mujoco}))
        welcome = json.loads(socket.recv(PATIENCE))
        assert welcome["kind"] == "welcome", welcome
        yield Page(socket, welcome)
