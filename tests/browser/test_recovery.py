"""Things that break: a worker, the connection, the browser's abilities, what was asked for."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from envgen.packs.pack import Pack
from envgen.server.running import serving

ROUGH = "rough terrain for ants"


def test_a_worker_that_dies_is_replaced_and_its_worlds_go_on(opens):
    tab = opens()
    tab.run(ROUGH, 6)
    tab.call("envgen.killWorker(0)")
    tab.told("a worker died")
    tab.until("six worlds", "envgen.stats().environments === 6 && envgen.stats().loading === 0")
    before = {a["slot"]: a["counters"]["steps"] + 1e6 * a["counters"]["episode"] for a in tab.agents()}
    for slot in before:
        assert len(tab.actions(slot, steps=3)) == 3


def test_what_runs_goes_on_while_what_was_asked_for_comes_to_nothing(opens):
    tab = opens()
    tab.run(ROUGH, 5)
    tab.call("r => envgen.start(r)", {"prompt": "hoppers racing in a corridor", "count": 3})
    told = tab.told("reachable")
    assert told["remedy"]
    assert tab.stats()["job"]["state"] == "failed"
    assert [a["robot"] for a in tab.agents()] == ["ant"] * 5
    steps = tab.stats()["physicsSteps"]
    tab.until("steps", lambda: tab.stats()["physicsSteps"] > steps + 50)
    assert "rough" in tab.page.title()
    tab.run("hoppers on flat ground", 2)
    tab.until("two worlds", "envgen.stats().environments === 2")
    assert [a["robot"] for a in tab.agents()] == ["hopper"] * 2


def test_a_lost_connection_is_resumed_and_nothing_is_sent_twice(opens):
    tab = opens()
    tab.call("r => envgen.start(r)", {"prompt": ROUGH, "count": 60})
    tab.until("some worlds", "envgen.stats().environments > 3")
    tab.call("envgen.dropConnection()")
    steps = tab.stats()["physicsSteps"]
    tab.call("envgen.running()")
    tab.until("steps: what runs goes on", lambda: tab.stats()["physicsSteps"] > steps)
    assert sorted(a["index"] for a in tab.agents()) == list(range(60))
    assert tab.stats()["connection"] == "open"


def test_a_server_that_dies_is_said_and_found_again(opens, folder):
    with serving(folder, workers=1) as server:
        port = server.port
        tab = opens(server.url)
        tab.run(ROUGH, 3)
    tab.until("the loss", "envgen.stats().connection === 'lost'")
    banner = tab.page.get_by_text("The server is not reachable.")
    banner.wait_for()
    box, size = banner.bounding_box(), tab.page.viewport_size
    assert 0 <= box["y"] <= box["y"] + box["height"] < size["height"], "one need not scroll to see it"
    tab.page.fill("#prompt", "stairs for an ant")
    steps = tab.stats()["physicsSteps"]
    tab.until("steps", lambda: tab.stats()["physicsSteps"] > steps + 50)
    with serving(folder, workers=1, port=port):
        tab.until("the server again", "envgen.stats().connection === 'open'")
        tab.page.locator(".chip", has_text="stairs").wait_for()  # what was typed meanwhile is read
        tab.run("stairs for ants", 2)
        assert len(tab.agents()) == 2


def test_what_is_asked_while_the_server_is_away_is_no_mixture_with_what_ran(opens, folder):
    with serving(folder, workers=1) as server:
        port = server.port
        tab = opens(server.url)
        tab.run(ROUGH, 4)
    tab.until("the loss", "envgen.stats().connection === 'lost'")
    tab.call("r => envgen.start(r)", {"prompt": "stairs for a hopper", "count": 5})
    tab.sleep(1.5)  # it tries again meanwhile
    with serving(folder, workers=1, port=port):
        tab.call("envgen.running()")
    assert [a["robot"] for a in tab.agents()] == ["hopper"] * 5


def test_what_failed_takes_nothing_from_what_runs(opens):
    """Its name, its link and its pack stay those of the worlds that one sees."""
    tab = opens()
    tab.run(ROUGH, 2, seed="5")
    tab.call("r => envgen.start(r)", {"prompt": "xyzzy blorp", "seed": "6", "count": 9})
    tab.until("a message", "envgen.problems().prompt")
    with tab.page.expect_download() as download:
        tab.page.locator("#export").click()
    assert download.value.suggested_filename == "rough-terrain-for-ants-s5.zip"
    assert len(Pack.open(rename(download.value.path(), ".zip"))) == 2
    assert "xyzzy" not in tab.page.url
    assert not tab.page.get_by_role("button", name="undo").count()


def test_a_job_that_was_cancelled_is_exported_as_far_as_it_runs(opens):
    tab = opens()
    tab.call("r => envgen.start(r)", {"prompt": ROUGH, "count": 5000})
    tab.until("some worlds", "envgen.stats().environments > 2")
    tab.call("envgen.cancel()")
    tab.until("the end", "envgen.stats().job.state === 'cancelled' && envgen.stats().loading === 0")
    tab.sleep(0.5)
    with tab.page.expect_download() as download:
        tab.page.locator("#export").click()
    pack = Pack.open(rename(download.value.path(), ".zip"))
    assert [v.index for v in pack] == sorted(a["index"] for a in tab.agents())


def rename(path: Path, suffix: str) -> Path:
    return path.rename(path.with_suffix(suffix))


def test_cancel_stops_the_work_on_the_server(opens, server):
    tab = opens()
    tab.page.fill("#prompt", f"5000 variants of {ROUGH}")
    tab.page.keyboard.press("Enter")
    tab.until("some worlds", "envgen.stats().environments > 2")
    tab.page.locator("#cancel").click()
    tab.until("the end", "envgen.stats().job.state === 'cancelled'")

    def jobs() -> int:
        with urllib.request.urlopen(f"{server.url}api/about") as answer:
            return json.load(answer)["jobs"]

    tab.until("no job", lambda: jobs() == 0)
    count = tab.stats()["environments"]
    tab.sleep(0.5)
    assert tab.stats()["environments"] == count < 5000
    tab.run("stairs for ants", 2)
    assert len(tab.agents()) == 2


def test_two_pages_at_once_each_have_their_own(opens):
    one, two = opens(), opens()
    one.call("r => envgen.start(r)", {"prompt": ROUGH, "count": 8})
    two.call("r => envgen.start(r)", {"prompt": "stairs for a hopper", "count": 5})
    one.call("envgen.running()")
    two.call("envgen.running()")
    assert {a["robot"] for a in one.agents()} == {"ant"}
    assert {a["robot"] for a in two.agents()} == {"hopper"}
    assert (len(one.agents()), len(two.agents())) == (8, 5)


@pytest.mark.parametrize("prompt", ["", "xyzzy blorp", "\u0000\u0001"])
def test_a_prompt_that_means_nothing_says_so_beside_the_box(opens, prompt):
    tab = opens()
    tab.call("r => envgen.start(r)", {"prompt": prompt})
    problem = tab.until("a message", "envgen.problems().prompt")
    assert problem["cause"]
    assert problem["remedy"]
    alert = tab.page.locator("#prompt-problem")
    alert.wait_for()
    assert problem["cause"] in alert.inner_text()
    assert tab.page.locator("#prompt").get_attribute("aria-invalid") == "true"
    tab.run(ROUGH, 1)  # and the page goes on
    assert tab.problems()["prompt"] is None


MISSING = {
    "delete window.WebAssembly": "WebAssembly",
    "const get = HTMLCanvasElement.prototype.getContext;"
    "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
    " return kind === 'webgl2' ? null : get.call(this, kind, ...more) }": "WebGL 2",
}


@pytest.mark.parametrize("script", MISSING)
def test_what_the_browser_lacks_is_said_with_what_to_do(opens, script):
    tab = opens(draw=True, before=script, ready=False)
    blocked = tab.until("a message", "envgen.problems().blocked")
    assert MISSING[script] in blocked["cause"]
    assert "Chrome" in blocked["remedy"]
    assert MISSING[script] in tab.page.locator("[data-blocked]").inner_text()


def test_a_pack_of_the_server_runs_with_its_own_indices(opens):
    tab = opens()
    tab.call("envgen.start({pack: 'packs/rough'})")
    tab.call("envgen.running()")
    assert [a["index"] for a in tab.agents()] == list(range(6))
