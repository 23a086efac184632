"""Bad input on the socket, damaged packs, dead workers: told with a remedy, and the server goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.server import ANTS, HELLO, Page, Served, page
from support.waiting import PATIENCE
from support.worlds import robot_mjcf as robot
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from envgen.core.errors import InputError
from envgen.packs.wire.frames import unpack
from envgen.server.job_plan import cfg_of
from envgen.server.messages import CfgSource, PromptSource
from envgen.server.pack_library import PackLibrary

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=10), part, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(["hello", "start", "credit", "cancel", "world", "done", ""])
MALFORMED = st.one_of(
    st.text(max_size=200),
    JSON.map(json.dumps),
    st.builds(lambda kind, more: json.dumps({**more, "kind": kind}), KINDS, st.dictionaries(st.text(), JSON)),
    st.binary(max_size=64),
    st.just("[" * 50_000),
    st.just('{"kind":"start","source":{"kind":"cfg","cfg":' + '{"a":' * 5000),
)
WRONG_STARTS: list[dict[str, Any]] = [
    {"count": 0},
    {"count": 10_001},
    {"count": 1.5},
    {"count": True},
    {"seed": 7},
    {"seed": "-1"},
    {"seed": "9" * 20},
    {"difficulty": [0, 2]},
    {"difficulty": [0.5]},
    {"have": [[3]]},
    {"have": [[-1, 3]]},
    {"have": "all"},
    {"credits": -1},
    {"credits": 257},
    {"source": {"kind": "file", "path": "/etc/passwd"}},
    {"source": {"kind": "prompt"}},
    {"source": None},
    {"surprise": 1},
]


def refusal(at: Page, **more: Any) -> dict[str, Any]:
    at.say(**{"kind": "start", "source": ANTS, "count": 2, **more})
    answer = at.next("started", "error")
    assert answer["kind"] == "error", answer
    assert answer["cause"]
    assert answer["remedy"]
    return answer


def closing(own: ClientConnection) -> int:
    """The code with which the server closes a socket."""
    with pytest.raises(ConnectionClosed) as closed:
        own.recv(PATIENCE)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def works(served: Served) -> bool:
    """Whether a job goes through."""
    with page(served) as at:
        at.say(kind="start", source=ANTS, count=2)
        return bool(at.until_done()["made"] == 2)


@pytest.mark.parametrize("more", WRONG_STARTS, ids=str)
def test_wrong_starts_are_told_and_the_socket_stays(served: Served, more: dict[str, Any]) -> None:
    with page(served) as at:
        refusal(at, **more)
        at.say(kind="start", source=ANTS, count=1)
        assert at.until_done()["made"] == 1


@settings(max_examples=50)
@given(messages=st.lists(MALFORMED, min_size=1, max_size=8))
def test_whatever_is_sent_the_server_goes_on(served: Served, messages: list[str | bytes]) -> None:
    with page(served) as at:
        for message in messages:
            at.socket.send(message)
        at.say(kind="start", source={"kind": "prompt", "prompt": ""})
        while "the prompt is empty" not in at.next("error", "done").get("cause", ""):
            pass
    served.wait_for_jobs(0)


def test_too_many_malformed_messages_close_the_socket(served: Served) -> None:
    with page(served) as at:
        for _ in range(20):
            at.socket.send("nonsense")
            assert at.next("error")["remedy"]
        assert closing(at.socket) == 1008


def test_an_oversized_message_closes_the_socket(served: Served) -> None:
    with page(served) as at:
        at.say(kind="start", source={"kind": "prompt", "prompt": "a" * 2_000_000})
        assert closing(at.socket) == 1009
    assert works(served)


@pytest.mark.parametrize(
    "first",
    [{**HELLO, "protocol": 999}, {"kind": "cancel"}, {"kind": "hello"}, "?"],
    ids=["protocol", "cancel", "half", "text"],
)
def test_who_does_not_speak_alike_is_told(served: Served, first: Any) -> None:
    with connect(served.socket, compression=None) as own:
        own.send(first if isinstance(first, str) else json.dumps(first))
        answer = json.loads(own.recv(PATIENCE))
        assert answer["kind"] == "error"
        assert answer["remedy"]
        if isinstance(first, dict) and first.get("protocol") == 999:
            assert "version 999" in answer["cause"]
        assert closing(own) == 1008


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1", "file://"])
def test_other_sites_get_no_socket(served: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(served.socket, origin=origin):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


def test_its_own_page_gets_one(served: Served) -> None:
    origin = f"http://127.0.0.1:{served.port}"
    with page(served, origin=origin) as at:
        assert at.welcome["kind"] == "welcome"


def test_a_name_that_leads_here_from_elsewhere_gets_none(served: Served) -> None:
    """DNS rebinding: the browser believes that evil.example is this machine."""
    with (
        pytest.raises(InvalidStatus) as refused,
        socket.create_connection(("127.0.0.1", served.port)) as sock,
        connect(f"ws://evil.example:{served.port}/api/stream", sock=sock),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_a_start_replaces_the_job_that_runs(served: Served) -> None:
    with page(served) as at:
        for seed in ("1", "2", "3"):
            at.say(kind="start", source=ANTS, count=500, seed=seed)
            assert at.next("started")["seed"] == seed
            at.frames.clear()
            at.hear()
        at.say(kind="start", source=ANTS, count=3, seed="4")
        assert at.next("started", "done")["seed"] == "4"
        at.frames.clear()
        done = at.until_done()
        assert (done["kind"], done["made"], sorted(at.frames)) == ("done", 3, [0, 1, 2])
    served.wait_for_jobs(0)


def test_jobs_are_bounded(served: Served) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        pages = [stack.enter_context(page(served)) for _ in range(9)]
        for at in pages[:8]:
            at.say(kind="start", source=ANTS, count=500, credits=0)
            at.next("started")
        assert "8 jobs are running" in refusal(pages[8])["cause"]
    served.wait_until_idle()
    assert works(served)


def test_prompts_that_say_nothing(served: Served) -> None:
    with page(served) as at:
        assert "glorp" in refusal(at, source={"kind": "prompt", "prompt": "glorp"})["cause"]


def test_a_cfg_that_breaks_the_schema(served: Served) -> None:
    with page(served) as at:
        told = refusal(at, source={"kind": "cfg", "cfg": {"robots": [{"model": "amt"}]}})
        assert "robots[0].model" in told["cause"]
        assert "'ant'" in told["remedy"]


def test_parts_that_never_go_together(served: Served) -> None:
    cfg = {"robots": [{"model": "hopper", "count": 2}], "task": {"kind": "tag"}}
    with page(served) as at:
        at.say(kind="start", source={"kind": "cfg", "cfg": cfg}, count=50)
        told = at.until_done()
    assert told["kind"] == "error"
    assert "moves in a plane of its own" in told["cause"]
    assert told["remedy"]


@pytest.mark.parametrize(
    "name",
    [
        "../packs/rough",
        "/etc",
        "packs/../../x",
        "packs\\rough",
        "C:/x",
        "packs/rough\0",
        "",
        "link",
        "nothing",
    ],
)
def test_names_that_lead_elsewhere(served: Served, name: str, tmp_path: Path) -> None:
    link = served.folder / "link"
    if not link.is_symlink():
        link.symlink_to(tmp_path)
    with page(served) as at:
        refusal(at, source={"kind": "pack", "pack": name})


@pytest.mark.parametrize(
    "model", ["/etc/passwd.xml", "../robot.xml", "/etc/x", "sub\\robot.mjcf", "link/r.xml"]
)
def test_robots_from_elsewhere(served: Served, model: str, tmp_path: Path) -> None:
    link = served.folder / "link"
    if not link.is_symlink():
        link.symlink_to(tmp_path)
    with page(served) as at:
        told = refusal(at, source={"kind": "cfg", "cfg": {"robots": [{"model": model}]}})
        assert "not below the folder" in told["cause"]
        if model.endswith((".xml", ".mjcf")):
            told = refusal(at, source={"kind": "prompt", "prompt": f"{model} on hills"})
            assert "not below the folder" in told["cause"]


@pytest.mark.parametrize(
    "source",
    [
        CfgSource(kind="cfg", cfg={"robots": [{"model": "~/r.xml"}]}),
        PromptSource(kind="prompt", prompt="~/r.xml on hills"),
    ],
    ids=["cfg", "prompt"],
)
def test_a_home_is_not_below_the_folder(
    source: CfgSource | PromptSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "home", tmp_path / "served", tmp_path / "served" / "~"):
        folder.mkdir()
    (tmp_path / "home" / "r.xml").write_text(robot())
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "served")
    with pytest.raises(InputError, match="no robot file"):
        cfg_of(source, PackLibrary(Path()))
    (tmp_path / "served" / "~" / "r.xml").write_text(robot())
    assert cfg_of(source, PackLibrary(Path()))[0].robots[0].model == str(tmp_path / "served" / "~" / "r.xml")


def test_heightmaps_from_elsewhere(served: Served) -> None:
    terrain = {"sub_terrains": [{"kind": "heightmap", "file": "/etc/passwd.png"}]}
    with page(served) as at:
        told = refusal(at, source={"kind": "cfg", "cfg": {"terrain": terrain, "robots": [{"model": "ant"}]}})
    assert "not below the folder" in told["cause"]


BOMBS = {
    "entities": '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><mujoco>&b;</mujoco>',
    "copies": "<mujoco><worldbody><replicate count='100000'><body><geom size='1'/></body></replicate>"
    "</worldbody></mujoco>",
    "depth": "<mujoco><worldbody>" + "<body>" * 120 + "</body>" * 120 + "</worldbody></mujoco>",
    "file": "<mujoco><asset><mesh name='m' file='/etc/passwd'/></asset></mujoco>",
    "memory": "<mujoco><size memory='900G'/><worldbody><body><freejoint/><geom size='1'/></body></worldbody>"
    "</mujoco>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_mjcf_bomb_is_refused(served: Served, bomb: str) -> None:
    (served.folder / f"{bomb}.xml").write_text(BOMBS[bomb])
    with page(served) as at:
        cfg = {"robots": [{"model": f"{bomb}.xml"}]}
        at.say(kind="start", source={"kind": "cfg", "cfg": cfg}, count=2)
        told = at.until_done()
    assert told["kind"] == "error", told
    assert told["remedy"]
    assert works(served)


def test_a_pack_of_another_schema(served: Served, pack: Any) -> None:
    own = served.folder / "packs" / "other"
    shutil.copytree(pack.path, own, dirs_exist_ok=True)
    manifest = json.loads((own / "pack.json").read_text())
    (own / "pack.json").write_text(json.dumps({**manifest, "schema": 99}))
    with page(served) as at:
        told = refusal(at, source={"kind": "pack", "pack": "packs/other"})
    assert told["cause"].startswith("packs/other is of schema 99")  # where it lies is nobody else's business
    answer = served.post("/api/export", {"source": {"kind": "pack", "pack": "packs/other"}})
    assert answer.json()["cause"].startswith("packs/other is of schema 99")
    shutil.rmtree(own)


def test_a_damaged_variant_is_told_and_the_others_come(served: Served, pack: Any) -> None:
    own = served.folder / "packs" / "damaged"
    shutil.copytree(pack.path, own, dirs_exist_ok=True)
    with open(own / "variants" / "00002" / "env.xml", "a") as file:
        file.write("<!-- changed -->")
    with page(served) as at:
        at.say(kind="start", source={"kind": "pack", "pack": "packs/damaged"})
        done = at.until_done()
    assert sorted(at.frames) == [0, 1, 3, 4, 5]
    (lost,) = done["given_up"]
    assert lost["index"] == 2
    assert "differs from what the pack was made with" in lost["cause"]
    assert lost["cause"].startswith("packs/damaged: ")
    assert lost["remedy"]
    shutil.rmtree(own)


def test_a_dead_worker_is_replaced_and_nothing_is_lost(served: Served) -> None:
    with page(served) as at:
        at.say(kind="start", source=ANTS, count=40, seed="9")
        while len(at.frames) < 5:
            at.hear()
        os.kill(served.about()["workers"][0], signal.SIGKILL)
        done = at.until_done()
    assert done["kind"] == "done", done
    assert sorted(at.frames) == list(range(40))
    with page(served) as again:
        again.say(kind="start", source=ANTS, count=40, seed="9")
        again.until_done()
    assert again.frames == at.frames
    assert len(served.about()["workers"]) == 2
    assert unpack(at.frames[0]).blobs["model"].nbytes > 0
