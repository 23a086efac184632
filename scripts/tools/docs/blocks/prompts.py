"""Prompts and the EnvCfgs that they give, for docs/prompting.md."""

from __future__ import annotations

import json

from tools.docs.markdown import table

PROMPTS = (
    "rough terrain for ants",
    "two humanoids racing up stairs",
    "a quadruped on stepping stones with a few boxes",
    "200 variants of six-legged ants on icy hills",
    "three against three ants on flat ground",
    "hoppers jumping a 40 cm gap on Mars",
    "gentle waves 20 cm high in a 30 x 10 m arena",
    "easy boulders for a quadruped, strong wind, no boxes",
    "a humanoid standing on a slippery floor at half gravity",
    "rolling hills or stepping stones, 12 logs and 3 balls",
    "a purple dragon on rough ground",
    "moguls for a robot dog, half gravity, no crates, 200 of them",
    "two, no, three ants on hills",
    "stairs then gravel then a gap for a quadruped",
    "one quadruped chases two ants through a maze",
    "four quadrupeds: two red, two blue, sumo",
    "70% rough, 30% stairs, biped, 30 % less gravity",
    "anything but flat, for a hexapod",
    "wind in a vacuum, a drone, from easy to brutal",
    "steps 12 cm high and 30 cm deep, from 5 to 9 boxes, humanoid at 1.5 m/s",
    "zwei Ameisen auf hügeligem Gelände, ohne Kisten",
    "四足机器人上楼梯",
)


def block_prompts() -> str:
    from envgen.prompting.base import interpret

    rows = []
    for prompt in PROMPTS:
        meaning = interpret(prompt)
        understood = [f"`{u.path} = {json.dumps(u.value)}` ← {u.text}" for u in meaning.understood]
        assumed = [f"`{a.path} = {json.dumps(a.value)}`: {a.why}" for a in meaning.assumed]
        rows.append((prompt, "\n".join(understood), "\n".join(assumed), ", ".join(meaning.unmapped)))
    return table(("prompt", "understood", "assumed", "unmapped"), rows)
