"""`envgen serve` as a command: addresses, ports, tokens, its end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from support.server import HELLO, page, serve, wait_until_gone
from support.waiting import PATIENCE, wait_for
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from envgen.cli import main
from envgen.cli.main import root
from envgen.packs.pack import Pack
from envgen.server import running
from envgen.server.messages import PackSource
from envgen.server.settings import ServerSettings


class Begun(Exception):
    """The server would run now."""

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__("the server was not refused")
        self.settings = settings


Begins = Callable[..., ServerSettings]
Refused = Callable[..., str]


@pytest.fixture
def begins(monkeypatch: pytest.MonkeyPatch) -> Begins:
    """What a server would run with; in this process, as it is not run."""

    def run(settings: ServerSettings, listening: socket.socket, _: object) -> None:
        listening.close()
        raise Begun(settings)

    def call(*arguments: str, folder: Path) -> ServerSettings:
        monkeypatch.chdir(folder)
        with pytest.raises(Begun) as begun:
            root.main(["serve", "--no-browser", *arguments], standalone_mode=False)
        return begun.value.settings

    monkeypatch.setattr(running, "run", run)
    return call


@pytest.fixture
def refused(begins: Begins, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """The cause with which a command is refused; in this process, as no server is run."""

    def call(*arguments: str, folder: Path) -> str:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        assert main.run(["serve", "--no-browser", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        cause, remedy = err.splitlines()
        assert remedy.strip()
        return cause

    return call


def test_ctrl_c_ends_it_and_its_processes(tmp_path: Path) -> None:
    with serve(tmp_path, "--port", "0") as own, page(own) as at:
        at.say(kind="start", source={"kind": "prompt", "prompt": "ants"}, count=2000)
        while len(at.frames) < 3:
            at.hear()
        workers = own.about()["workers"]
        own.process.send_signal(signal.SIGINT)
        assert own.process.wait(PATIENCE) == 130
        assert own.process.stderr is not None
        said = own.process.stderr.read()
    assert "Traceback" not in said
    assert "the server was stopped" in said
    wait_until_gone(workers)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C goes otherwise")
def test_ctrl_c_while_the_robots_are_read_says_one_thing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "envgen", "serve", "--no-browser", "--port", "0", "ants"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert " at http" in process.stdout.readline()
    time.sleep(0.6)  # the process that the pool is forked from is at its imports or at the robots
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "the server was stopped" in said


@pytest.mark.parametrize(
    "name",
    ["gone.zip", "packs/ants-on-hills", "./ants", "../ants", "rough-terrain-for-ants-s0", "packs/ants/"],
)
def test_a_pack_that_is_not_there_is_no_prompt(refused: Refused, tmp_path: Path, name: str) -> None:
    (tmp_path / "packs").mkdir()
    assert refused(name, folder=tmp_path) == f"envgen: there is no pack {name}"


def test_the_manifest_of_a_pack_is_no_parameter_file(refused: Refused, pack: Pack) -> None:
    cause = refused("pack.json", folder=pack.path)
    assert cause == "envgen: pack.json lists the files of a pack"


@pytest.mark.parametrize(
    "origin", ["foo", "localhost:5173", "http://localhost:5173/page", "file:///tmp", "*"]
)
def test_origins_that_no_page_has(refused: Refused, tmp_path: Path, origin: str) -> None:
    assert (
        refused("--allow-origin", origin, folder=tmp_path)
        == f"envgen: --allow-origin must be the origin of a page, got {origin}"
    )


def test_a_killed_server_leaves_no_processes(tmp_path: Path) -> None:
    with serve(tmp_path, "--port", "0") as own:
        workers = wait_for(lambda: own.about()["workers"], "the start of the processes")
        os.kill(own.process.pid, signal.SIGKILL)
        own.process.wait(PATIENCE)
        wait_until_gone(workers)


def test_a_port_in_use(refused: Refused, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} is in use" in refused("--port", str(port), folder=tmp_path)
    first = socket.socket()
    with first:
        try:
            first.bind(("127.0.0.1", 8000))
            first.listen()
        except OSError:
            pass  # somebody else has it: just as well
        with serve(tmp_path) as own:
            assert own.port > 8000
            assert own.get("/api/about").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["glorp"], "glorp"),
        (["missing.toml"], "missing.toml"),
        (["--count", "0"], "--count must be 1 to 10,000, got 0"),
        (["--count", "20000"], "--count must be 1 to 10,000, got 20000"),
        (["--seed", "-1"], "the seed must be an integer"),
        (["--jobs", "0"], "jobs must be an integer"),
        (["--host", "0.0.0.0"], "the host 0.0.0.0 accepts other machines"),
        (["--host", "203.0.113.7", "--allow-remote"], "can't be bound"),
        (["--policies", "nowhere"], "there is no folder nowhere"),
        (["broken"], "pack.json"),
    ],
)
def test_bad_arguments(refused: Refused, tmp_path: Path, arguments: list[str], cause: str) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pack.json").write_text("{")
    assert cause in refused(*arguments, folder=tmp_path)


def test_what_the_page_begins_with(begins: Begins, tmp_path: Path, pack: Pack) -> None:
    with (
        serve(tmp_path, "ants on hills", "--count", "7", "--seed", "3", "--port", "0") as own,
        page(own) as at,
    ):
        assert at.welcome["source"] == {"kind": "prompt", "prompt": "ants on hills"}
        assert (at.welcome["count"], at.welcome["seed"]) == (7, "3")
    shutil.copytree(pack.path, tmp_path / "a" / "b")
    settings = begins("a/b", "--port", "0", folder=tmp_path)
    assert (settings.root.resolve(), settings.source) == (tmp_path, PackSource(kind="pack", pack="a/b"))
    settings = begins(str(pack.path), "--port", "0", folder=tmp_path / "a")  # from elsewhere
    assert settings.root.resolve() == pack.path.parent
    assert settings.source == PackSource(kind="pack", pack=pack.path.name)
    with serve(pack.path, ".", "--port", "0") as own, page(own) as at:  # from within
        assert at.welcome["source"] == {"kind": "pack", "pack": own.get("/api/packs").json()[0]["name"]}
        at.say(kind="start", source=at.welcome["source"])
        assert at.until_done()["made"] == 6


def test_other_machines_need_the_token(tmp_path: Path) -> None:
    with serve(tmp_path, "--host", "0.0.0.0", "--allow-remote", "--port", "0") as own:
        (token,) = parse_qs(urlsplit(own.url).query)["token"]
        assert len(token) >= 32
        assert urlsplit(own.url).hostname == "127.0.0.1"  # where memory may be shared
        assert own.process.stdout is not None
        assert f"http://{socket.gethostname()}:{own.port}/?token={token}" in own.process.stdout.readline()
        base = f"http://127.0.0.1:{own.port}"
        for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": f"envgen_{own.port}=x"}):
            answer = httpx.get(f"{base}/api/packs", headers=headers)
            assert answer.status_code == 403
            assert "token" in answer.json()["cause"]
        assert httpx.get(f"{base}/api/packs?token={token[:-1]}").status_code == 403
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{base}/api/packs", headers=bearer).status_code == 200
        assert (
            httpx.get(f"{base}/api/packs", headers={**bearer, "Origin": "http://evil.example"}).status_code
            == 403
        )
        with httpx.Client() as browser:
            first = browser.get(f"{base}/?token={token}&prompt=a+b")
            assert first.status_code == 303
            assert first.headers["location"] == "/?prompt=a+b"
            assert "HttpOnly" in first.headers["set-cookie"]
            assert "SameSite=strict" in first.headers["set-cookie"]
            assert browser.get(f"{base}/api/packs").status_code == 200
            cookie = f"envgen_{own.port}={browser.cookies[f'envgen_{own.port}']}"
        with pytest.raises(InvalidStatus) as answer_403, connect(own.socket):
            pass
        assert answer_403.value.response.status_code == 403
        for url, more in ((f"{own.socket}?token={token}", {}), (own.socket, {"Cookie": cookie})):
            with connect(url, additional_headers=more, compression=None) as opened:
                opened.send(json.dumps(HELLO))
                assert json.loads(opened.recv(PATIENCE))["kind"] == "welcome"
