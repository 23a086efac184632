"""Routes over HTTP: what they give, that OpenAPI says so, and who is refused."""

from __future__ import annotations

import io
import json
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.server import Served, serve
from support.waiting import wait_for
from support.worlds import make_cfg

from envgen.core import cfgio
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.prompting.base import interpret

PROMPT = "two humanoids racing up stairs"


def problem(answer: httpx.Response, status: int, cause: str = "") -> None:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert set(told) == {"cause", "remedy"}
    assert cause in told["cause"]
    assert told["remedy"]


def test_every_answer_isolates_the_page(served: Served) -> None:
    for path in ("/", "/api/packs", "/nothing", "/api/nothing"):
        headers = served.get(path).headers
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "'wasm-unsafe-eval'" in headers["content-security-policy"]
        assert "http:" not in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "'unsafe-eval'" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_registries_list_every_kind(served: Served) -> None:
    told = served.get("/api/registries").json()
    for name, registry in (
        ("terrains", TERRAINS),
        ("obstacles", OBSTACLES),
        ("robots", ROBOTS),
        ("tasks", TASKS),
    ):
        assert [kind["name"] for kind in told[name]] == registry.names()
    rough = next(kind for kind in told["terrains"] if kind["name"] == "rough")
    assert rough["params"]["amplitude"]["unit"] == "m"
    assert {kind["name"] for kind in told["policies"]} >= {"zero", "random", "gait"}


def test_interpret_answers_and_refines(served: Served) -> None:
    whole = {**interpret(PROMPT).to_json(), "usage": None, "note": None, "suggestions": None}
    whole["changes"] = None
    assert served.post("/api/interpret", {"prompt": PROMPT}).json() == whole
    refined = served.post("/api/interpret", {"prompt": "half gravity", "base": whole["cfg"]}).json()
    (change,) = refined["changes"]
    unsure = served.post("/api/interpret", {"prompt": "ants on cratters"}).json()
    assert unsure["suggestions"]["cratters"][0] == "craters"
    assert change == {"path": "physics.gravity", "before": 9.81, "after": 4.905}
    assert refined["cfg"]["robots"] == whole["cfg"]["robots"]
    problem(served.post("/api/interpret", {"prompt": "steeper", "base": {"robots": 3}}), 400, "robots")
    elsewhere = {"robots": [{"model": "/etc/x.xml"}]}
    problem(served.post("/api/interpret", {"prompt": "steeper", "base": elsewhere}), 400, "not below")
    for named in ("/etc/x.xml", "~/x.xml", '"../my own.mjcf"', "/etc/x.png"):
        told = served.post("/api/interpret", {"prompt": f"{named} on stairs"})
        problem(told, 400, "no robot file" if named.startswith("~") else "not below")
    problem(served.post("/api/interpret", {"prompt": "glorp"}), 400, "glorp")
    problem(served.post("/api/interpret", {"prompt": "a" * 30_000}), 400, "30,000 characters")
    problem(served.post("/api/interpret", {"prompt": 3}), 422, "prompt")
    problem(served.post("/api/interpret", {"prompt": PROMPT, "more": 1}), 422, "more")


def test_packs_are_listed_with_size_and_seed(served: Served, pack: Pack) -> None:
    (entry,) = [entry for entry in served.get("/api/packs").json() if entry["name"] == "packs/rough"]
    assert (entry["title"], entry["variants"], entry["seed"], entry["error"]) == ("test", 6, "7", None)


@pytest.mark.parametrize("indices", [None, [1, 3]], ids=["all", "some"])
def test_export_is_the_pack_that_make_writes(
    served: Served, tmp_path: Path, indices: list[int] | None
) -> None:
    cfg = cfgio.dump(make_cfg("rough"))
    answer = served.post(
        "/api/export",
        {"source": {"kind": "cfg", "cfg": cfg}, "seed": "5", "count": 4, "indices": indices},
    )
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="test-s5.zip"' in answer.headers["content-disposition"]
    (tmp_path / "e.zip").write_bytes(answer.content)
    exported = Pack.open(tmp_path / "e.zip")
    exported.verify()
    assert exported.complete
    made = make(make_cfg("rough"), 4, seed=5, out=tmp_path / "p", jobs=1)
    assert [variant.index for variant in exported] == (indices or [0, 1, 2, 3])
    for variant in exported:
        assert variant.files == made[variant.index].files


def test_export_of_a_pack_and_of_nonsense(served: Served, pack: Pack) -> None:
    answer = served.post("/api/export", {"source": {"kind": "pack", "pack": "packs/rough"}})
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert "variants/00005/env.xml" in names
    problem(served.post("/api/export", {"source": {"kind": "pack", "pack": "../x"}}), 400, "leads out")
    problem(served.post("/api/export", {"source": {"kind": "prompt", "prompt": "glorp"}}), 400, "glorp")
    ants = {"kind": "prompt", "prompt": "ants"}
    problem(
        served.post("/api/export", {"source": ants, "count": 2, "indices": [2]}),
        400,
        "an index must be an integer from 0 to 1, got 2",
    )
    problem(served.post("/api/export", {"source": ants, "count": 0}), 422, "count")
    never = {"kind": "cfg", "cfg": {"robots": [{"model": "hopper", "count": 2}], "task": {"kind": "tag"}}}
    problem(served.post("/api/export", {"source": never}), 400, "plane of its own")


def test_exports_are_bounded(served: Served) -> None:
    body = {"source": {"kind": "prompt", "prompt": "flat ground for hoppers"}, "count": 120}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: served.post("/api/export", body), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503]
    problem(next(a for a in answers if a.status_code == 503), 503, "2 packs are being exported")
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1


def test_an_export_that_nobody_waits_for_ends(served: Served) -> None:
    url = f"http://127.0.0.1:{served.port}/api/export"
    body = {"source": {"kind": "prompt", "prompt": "rough terrain for humanoids"}, "count": 9000}
    temporary = Path(tempfile.gettempdir())
    before = set(temporary.glob("envgen-export-*"))
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json=body, timeout=1.5)
    body = {"source": {"kind": "prompt", "prompt": "ants"}, "count": 1}

    def answer() -> httpx.Response | None:
        got = served.post("/api/export", body)
        return got if got.status_code != 503 else None

    got = wait_for(answer, "a place for an export", seconds=15, every=0.1)
    assert got.status_code == 200, got.text
    wait_for(lambda: set(temporary.glob("envgen-export-*")) <= before, "the end of the files", seconds=15)


def test_policies_are_listed_and_served_without_paths(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"no network")
    with serve(folder, "--port", "0", "--policies", str(tmp_path)) as own:
        (mine,) = [entry for entry in own.get("/api/policies").json() if entry["name"] == "mine"]
        assert mine["error"]
        assert str(tmp_path) not in json.dumps(own.get("/api/policies").json())
        assert own.get("/api/policies/mine.onnx").content == b"no network"
        problem(own.get("/api/policies/yours.onnx"), 404, "yours")
        for name in ("..%2f..%2fetc%2fpasswd.onnx", "../../pyproject.onnx", "%2e%2e/mine.onnx"):
            assert own.get(f"/api/policies/{name}").status_code == 404


def test_bad_requests(served: Served) -> None:
    problem(served.get("/nothing"), 404)
    problem(served.get("/../../etc/passwd"), 404)
    problem(served.get("/%2e%2e/%2e%2e/etc/passwd"), 404)
    problem(served.post("/api/packs", {}), 405)
    url = f"http://127.0.0.1:{served.port}/api/interpret"
    answer = httpx.post(url, content="{", headers={"Content-Type": "application/json"})
    problem(answer, 422, "the request must be JSON")
    assert "Reload" not in answer.json()["remedy"]  # who sends that is no page
    answer = served.post("/api/interpret", {"prompt": "ants", "more": 1})
    problem(answer, 422, "more")
    assert "/api/openapi.json" in answer.json()["remedy"]
    problem(httpx.post(url, content='{"prompt": "ants"}'), 400)
    problem(httpx.post(url, content='{"prompt": "ants"}', headers={"Content-Type": "text/plain"}), 400)
    for depth in (400, 900, 5000):
        deep = '{"prompt": "steeper", "base": ' + '{"a": ' * depth + "1" + "}" * depth + "}"
        answer = httpx.post(url, content=deep, headers={"Content-Type": "application/json"})
        problem(answer, 400)
        assert answer.json()["remedy"] != "Send something else."


@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies(served: Served, chunked: bool) -> None:
    body = json.dumps({"prompt": "a" * 3_000_000}).encode()
    content: Any = (body[at : at + 65536] for at in range(0, len(body), 65536)) if chunked else body
    url = f"http://127.0.0.1:{served.port}/api/interpret"
    answer = httpx.post(url, content=content, headers={"Content-Type": "application/json"})
    problem(answer, 413, "over 1 MB")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "[", ""])
def test_other_names_of_this_machine(served: Served, host: str) -> None:
    problem(served.get("/api/packs", headers={"Host": host}), 403)


def test_other_sites(served: Served) -> None:
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{served.port}.evil.example"):
        problem(served.get("/api/packs", headers={"Origin": origin}), 403, "may not talk")
    own = f"http://127.0.0.1:{served.port}"
    assert served.get("/api/packs", headers={"Origin": own}).status_code == 200


def test_openapi_is_true(served: Served) -> None:
    document = served.get("/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/about",
        "/api/registries",
        "/api/packs",
        "/api/interpret",
        "/api/policies",
        "/api/policies/{name}.onnx",
        "/api/export",
    }
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status in ("400", "403", "404", "413", "422", "500"):
                content = operation["responses"][status]["content"]["application/json"]["schema"]
                assert content == {"$ref": "#/components/schemas/Problem"}, (path, method, status)
    for path in ("/api/about", "/api/registries", "/api/packs", "/api/policies"):
        schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        _holds(served.get(path).json(), schema, schemas)


def _holds(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """As much of JSON Schema as these answers use."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        assert any(value is None if s.get("type") == "null" else value is not None for s in schema["anyOf"])
        return
    kinds: dict[str, Any] = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    if "type" in schema:
        assert isinstance(value, kinds[schema["type"]])
    if isinstance(value, list):
        for part in value:
            _holds(part, schema["items"], schemas)
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", ())) <= set(value)
        for key, part in value.items():
            if key in schema["properties"]:
                _holds(part, schema["properties"][key], schemas)


def test_the_page_where_there_is_none(tmp_path: Path, folder: Path) -> None:
    with serve(folder, "--port", "0", ENVGEN_PAGE=str(tmp_path)) as own:
        answer = own.get("/")
    assert answer.status_code == 503
    assert "<h1>The page is not built</h1>" in answer.text
    assert "Node" in answer.text


def test_the_page_where_there_is_one(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "index.html").write_text("<title>envgen</title>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "mujoco.wasm").write_bytes(b"\0asm")
    (tmp_path / "assets" / "a.js").write_text("1")
    with serve(folder, "--port", "0", ENVGEN_PAGE=str(tmp_path)) as own:
        assert own.get("/").text == "<title>envgen</title>"
        assert own.get("/assets/mujoco.wasm").headers["content-type"] == "application/wasm"
        assert "javascript" in own.get("/assets/a.js").headers["content-type"]
        assert own.get("/assets/../../pack.json").status_code == 404
        began = time.monotonic()
        assert own.get("/api/packs").status_code == 200
        assert time.monotonic() - began < 10
