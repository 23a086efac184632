"""A pack as a static site, from a plain server of files: no Python of envgen's behind it, in a subfolder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from envgen.cli import main
from envgen.packs.pack import Pack

PATIENCE = 120_000
"""Milliseconds."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def site(pack: Pack, tmp_path: Path) -> Iterator[str]:
    """The address of the site, two folders below the root of the host."""
    target = tmp_path / "host" / "worlds" / "ants"
    target.parent.mkdir(parents=True)
    assert main.run(["export", str(pack.path), "--format", "site", "--out", str(target), "--quiet"]) == 0
    handler = partial(Quiet, directory=str(tmp_path / "host"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/worlds/ants/"
        server.shutdown()


def test_a_static_site_runs_isolated(site: str, pack: Pack, chromium: Browser) -> None:
    problems: list[str] = []
    context = chromium.new_context()
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.goto(f"{site}?workers=1&draw=0")
    page.wait_for_function("window.crossOriginIsolated && Boolean(window.envgen)", timeout=PATIENCE)
    problems.clear()  # the first load ends when the service worker has it load once more
    page.evaluate("envgen.ready()")
    page.evaluate("envgen.running()")
    before = page.evaluate("envgen.stats()")
    assert before["job"]["state"] == "done"
    assert (before["environments"], before["loading"]) == (6, 0)
    assert before["connection"] == "site"
    assert before["shared"]
    page.wait_for_function("envgen.stats().stepsPerSecond > 0", timeout=PATIENCE)
    assert page.evaluate("document.title").startswith(pack.name)
    assert page.locator("#prompt").count() == 0, "there is nobody to read a prompt"
    context.close()
    assert problems == []


def test_a_static_site_runs_where_service_workers_are_blocked(site: str, chromium: Browser) -> None:
    context = chromium.new_context(service_workers="block")
    page = context.new_page()
    page.goto(f"{site}?workers=1&draw=0")
    page.wait_for_function("Boolean(window.envgen)", timeout=PATIENCE)
    page.evaluate("envgen.ready()")
    page.wait_for_function("envgen.stats().environments === 6", timeout=PATIENCE)
    page.wait_for_function("envgen.stats().stepsPerSecond > 0", timeout=PATIENCE)
    assert not page.evaluate("envgen.stats().shared")
    assert "Memory is not shared" in page.evaluate("JSON.stringify(envgen.problems().toasts)")
    context.close()


def test_a_link_to_other_worlds_is_told(site: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}?workers=1&draw=0#prompt=two+ants+in+sumo&count=4")
    page.wait_for_function("window.crossOriginIsolated && Boolean(window.envgen)", timeout=PATIENCE)
    page.evaluate("envgen.ready()")
    page.wait_for_function("envgen.stats().environments === 6", timeout=PATIENCE)
    told = page.evaluate("envgen.problems().toasts.map(t => t.cause)")
    assert told == ["the link asks for worlds that this page can't make"]
    context.close()
