"""A language model is told of every key of `randomize`, with its unit."""

from __future__ import annotations

from envgen.core.cfg import RandomizeCfg
from envgen.prompting.llm.answer_schema import schema
from envgen.prompting.llm.instructions import system_message

UNITS = {
    "friction_scale": "factor",
    "mass_scale": "factor",
    "gear_scale": "factor",
    "motor_scale": "factor",
    "push": "m/s",
    "push_interval": "s between",
    "latency": "control steps",
    "start_noise": "rad/s or m/s",
    "observation_noise": "in its unit",
}


def test_every_key_of_randomize_is_in_the_schema_and_the_instructions_with_its_unit() -> None:
    keys = schema()["properties"]["cfg"]["properties"]["randomize"]
    assert keys["required"] == [*keys["properties"]] == [*RandomizeCfg.model_fields]
    assert UNITS.keys() == RandomizeCfg.model_fields.keys()
    text = system_message(0)
    for key, unit in UNITS.items():
        assert unit in keys["properties"][key]["description"]
        assert f"{key}: {keys['properties'][key]['description']}" in text
