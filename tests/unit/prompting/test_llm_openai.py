"""What the OpenAI backend asks of a model, and what it makes of answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from support.openai_server import GOOD, KEY, PROMPT, Endpoint, good, says, serving, wrong

from envgen.core.errors import WorkError
from envgen.core.families import OBSTACLES, ROBOTS, TASKS, TERRAINS
from envgen.prompting.backends.openai_ import read
from envgen.prompting.llm import instructions
from envgen.prompting.llm.answer_schema import kinds, schema
from envgen.prompting.llm.settings import from_environment

pytestmark = pytest.mark.slow

# --- what is asked ------------------------------------------------------------------------------------


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    yield from serving()


def test_a_good_answer_becomes_an_interpretation(endpoint: Endpoint) -> None:
    endpoint.turns = [says(good(count=7, unmapped=["unicorn", "never said"]))]
    meaning = read(PROMPT, None, endpoint.settings())
    assert meaning.backend == "openai"
    assert [t.kind for t in meaning.cfg.terrain.sub_terrains] == ["hills"]
    assert [r.model for r in meaning.cfg.robots] == ["quadruped"]
    assert meaning.count == 7
    assert meaning.unmapped == ("unicorn",), "what the prompt doesn't hold was made up"
    assert ("hills", "terrain.sub_terrains[0].kind", "hills") in [
        (u.text, u.path, u.value) for u in meaning.understood
    ]
    assert meaning.cfg.prompt == PROMPT
    assert meaning.usage == {"requests": 1, "prompt_tokens": 100, "completion_tokens": 20}
    assert meaning.to_json()["usage"] == meaning.usage


def test_the_request_is_strict_streamed_and_repeatable(endpoint: Endpoint) -> None:
    endpoint.turns = [says(good())]
    read(PROMPT, None, endpoint.settings())
    (asked,) = endpoint.asked
    assert (asked["temperature"], asked["seed"], asked["stream"]) == (0, 0, True)
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert asked["response_format"]["json_schema"]["schema"] == schema()
    assert [m["role"] for m in asked["messages"]] == ["system", "user"]
    assert asked["messages"][1]["content"] == PROMPT
    assert endpoint.keys == [f"Bearer {KEY}"]


def test_every_registered_kind_is_in_the_instructions_and_the_schema() -> None:
    text, form = instructions.system_message(0), json.dumps(schema())
    for registry in (TERRAINS, OBSTACLES, ROBOTS, TASKS):
        for name, _ in kinds(registry):
            assert f"\n{name}: " in text, name
            assert f'["{name}"]' in form, name
    assert "heightmap" not in form, "a model names no files"


@pytest.mark.parametrize("short", [False, True])
def test_the_schema_keeps_to_the_limits_of_strict_mode(short: bool) -> None:
    properties = 0

    def walk(node: Any, depth: int) -> int:
        nonlocal properties
        deepest = depth
        if isinstance(node, dict):
            assert not {"oneOf", "allOf", "not", "default", "patternProperties"} & node.keys()
            if node.get("type") == "object" and "properties" in node:
                assert node["additionalProperties"] is False
                assert node["required"] == list(node["properties"])
                properties += len(node["properties"])
                depth += 1
            deepest = max([depth, *(walk(child, depth) for child in node.values())])
        elif isinstance(node, list):
            deepest = max([depth, *(walk(child, depth) for child in node)])
        return deepest

    assert walk(schema(short=short), 0) <= 10
    assert properties <= 5000
    jsonschema.Draft202012Validator.check_schema(schema(short=short))


def test_a_short_schema_names_every_kind_and_no_parameter() -> None:
    form = json.dumps(schema(short=True))
    for registry in (TERRAINS, OBSTACLES, ROBOTS, TASKS):
        assert all(f'"{name}"' in form for name, _ in kinds(registry))
    assert "step_height" not in form
    assert len(form) < len(json.dumps(schema())) / 10


def test_short_answers_are_asked_for_by_the_environment() -> None:
    reach = {"ENVGEN_MODEL": "m", "OPENAI_BASE_URL": "http://localhost:1/v1"}
    for value, short in (("", False), ("0", False), ("1", True), ("true", True)):
        settings = from_environment({**reach, "ENVGEN_SHORT": value})
        assert settings is not None
        assert settings.short is short


def test_the_examples_are_valid_answers() -> None:
    assert len(instructions.examples_with_answers()) == 2
    for prompt, answer in instructions.examples_with_answers():
        jsonschema.validate(json.loads(answer), schema())
        assert prompt in instructions.system_message(2)


# --- wrong answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("I'd rather talk about the weather.", "no JSON object"),
        ('{"cfg": {"terrain": ', "no JSON object"),
        ('{"cfg": 3}', "'cfg' must be an object"),
        (json.dumps(wrong(gravity=3)), "gravity"),
        (json.dumps(wrong(difficulty=7)), "difficulty"),
        (json.dumps(wrong(robots=[{"model": "dragon"}])), "robots[0].model is 'dragon'. Known: ant"),
        (json.dumps(wrong(robots=[{"model": "/etc/passwd"}])), "robots[0].model is '/etc/passwd'"),
        (json.dumps(wrong(robots=[{"model": "gymnasium:ant"}])), "robots[0].model is 'gymnasium:ant'"),
        (
            json.dumps(wrong(terrain={"sub_terrains": [{"kind": "heightmap", "file": "/etc/x.png"}]})),
            "terrain.sub_terrains[0].kind is 'heightmap'",
        ),
        (json.dumps(wrong(obstacles=["box"])), "obstacles[0].kind is 'None'"),
        (json.dumps({**GOOD, "count": 10**9}), "count is 1000000000"),
        ("[" * 50_000, "no JSON object"),
        ('{"cfg": ' * 3000, "no JSON object"),
    ],
)
def test_a_wrong_answer_goes_back_with_what_is_wrong(endpoint: Endpoint, answer: str, told: str) -> None:
    endpoint.turns = [says(answer), says(good())]
    meaning = read(PROMPT, None, endpoint.settings())
    assert meaning.usage is not None
    assert meaning.usage["requests"] == 2
    sent = endpoint.asked[1]["messages"]
    assert [m["role"] for m in sent] == ["system", "user", "assistant", "user"]
    assert told in sent[-1]["content"]


@pytest.mark.parametrize(
    "text",
    [
        f"Sure! Here it is:\n```json\n{good()}\n```\nHave fun with {{it}}.",
        f"{{not json}} {good()}",
        json.dumps(GOOD["cfg"]),
        f"<think>hm, {{}} </think>{good()}",
    ],
)
def test_json_is_found_in_prose(endpoint: Endpoint, text: str) -> None:
    endpoint.turns = [says(text)]
    assert read(PROMPT, None, endpoint.settings()).cfg.robots[0].model == "quadruped"


def test_after_three_repairs_it_is_over(endpoint: Endpoint) -> None:
    endpoint.always = says("no")
    with pytest.raises(WorkError, match="nothing usable in 4 turns"):
        read(PROMPT, None, endpoint.settings())
    assert len(endpoint.asked) == 4


def test_an_answer_cut_at_the_bound_of_tokens_is_a_wrong_one(endpoint: Endpoint) -> None:
    endpoint.turns = [says(good()[:50], finish="length"), says(good())]
    assert read(PROMPT, None, endpoint.settings()).usage == {
        "requests": 2,
        "prompt_tokens": 200,
        "completion_tokens": 40,
    }
