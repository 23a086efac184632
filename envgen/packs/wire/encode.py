"""A variant as frames: fresh from validation, or read back from a pack."""

from __future__ import annotations

import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.packs.recipe import task_params
from envgen.packs.rejection import Accepted
from envgen.packs.variant import PackVariant
from envgen.packs.wire.frames import Content, pack
from envgen.packs.wire.geometry import Look, drawing, look_of
from envgen.packs.wire.stored import Stored
from envgen.packs.wire.world import Observations, Plain, Scene, described
from envgen.validate.report import Report
from envgen.worlds.compiler import save_binary

Form = Literal["mjb", "xml"]
_FILE = re.compile(r'\bfile="([^"]*)"')


@dataclass(frozen=True, eq=False)
class Encoded:
    """A variant as a page takes it.

    Attributes:
        frame: Of the variant.
        meshes: Frames of the meshes that it refers to, by id; to be sent before it, once.
    """

    frame: bytes
    meshes: Mapping[str, bytes]


@dataclass(eq=False)
class Encoder:
    """Encodes variants of one recipe or pack; what they have in common is worked out once.

    Attributes:
        task: As data.
        seed: Of the pack.
        form: `mjb`, or `xml` for a page with another version of MuJoCo.
    """

    task: Mapping[str, Any]
    seed: int
    form: Form = "mjb"
    _observations: Observations = field(init=False)
    _stored: Stored = field(default_factory=Stored)
    _settings: OrderedDict[int, tuple[EnvCfg, Plain]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._observations = Observations(self.task)

    def fresh(self, sound: Accepted) -> Encoded:
        """A variant that was just validated; the very model that was is sent."""
        variant, drawn = sound.variant, sound.drawn
        cfg, agents = variant.cfg, variant.draw.agents
        scene = Scene(
            sound.world,
            sound.teams,
            {agent.id: agent.robot.size for agent in agents},
            task_params(drawn),
            self.task,
            self._randomize(cfg),
            int(drawn.get("control.frame_skip", cfg.control.frame_skip)),
            float(drawn.get("control.episode", cfg.control.episode)),
            self.seed,
            sound.stream,
        )
        about = {
            "index": variant.index,
            "difficulty": variant.draw.difficulty,
            "draws": sound.draws,
            "drawn": drawn,
            "report": _findings(sound.report),
            "notes": list(variant.notes),
        }
        looks = {agent.id: look_of(agent.robot) for agent in agents}
        rendered = variant.rendered
        sources = (rendered.physics_only or rendered.text, rendered.files) if self.form == "xml" else None
        return self._encode(scene, about, looks, sources)

    def stored(self, variant: PackVariant) -> Encoded:
        """A variant of a pack, compiled from the env.xml that is there.

        Raises:
            InputError: Its files were changed since the pack was made.
            WorkError: MuJoCo refuses it.
        """
        kept = self._stored.read(variant)
        scene = Scene(
            kept.world,
            variant.teams,
            variant.sizes,
            variant.params,
            self.task,
            {key: variant.setting(f"randomize.{key}") for key in variant.manifest["cfg"]["randomize"]},
            int(variant.setting("control.frame_skip")),
            float(variant.setting("control.episode")),
            self.seed,
            variant.streams.index,
        )
        about = {
            "index": variant.index,
            "difficulty": variant.difficulty,
            "draws": int(variant.entry.get("draws", 1)),
            "drawn": dict(variant.drawn),
            "report": _findings(variant.report),
            "notes": list(variant.entry.get("notes", [])),
        }
        return self._encode(scene, about, kept.looks, variant.sources() if self.form == "xml" else None)

    def _randomize(self, cfg: EnvCfg) -> Plain:
        """`randomize` as plain data; a recipe has few EnvCfgs, and they live as long as it."""
        known = self._settings.get(id(cfg))
        if known is None:
            known = self._settings[id(cfg)] = cfg, cfgio.dump(cfg)["randomize"]
            while len(self._settings) > 64:
                self._settings.popitem(last=False)
        return known[1]

    def _encode(
        self,
        scene: Scene,
        about: Plain,
        looks: Mapping[str, Look | None],
        sources: tuple[str, Mapping[str, bytes]] | None,
    ) -> Encoded:
        rows, meshes = drawing(scene.world, scene.teams.agents, looks)
        heights = np.ascontiguousarray(scene.world.ground.field.heights, dtype="<f4")
        header = {
            "kind": "world",
            "format": self.form,
            **about,
            **described(scene, self._observations),
            "meshes": [mesh.id for mesh in meshes],
        }
        files: dict[str, bytes] = {}
        if sources is None:
            model: Content = save_binary(scene.world.model)
        else:
            text, files = flat(*sources)
            model = text.encode()
        blobs: list[tuple[str, Content]] = [
            ("model", model),
            ("heights", heights.data.cast("B")),
            ("geoms", rows.tobytes()),
            *((f"file:{name}", content) for name, content in files.items()),
        ]
        return Encoded(pack(header, blobs), {mesh.id: mesh.frame for mesh in meshes})


def _findings(report: Report) -> list[Plain]:
    return [
        {
            "check": finding.check,
            "ok": finding.ok,
            "measured": plain["measured"],
            "bound": plain["bound"],
            "unit": finding.unit or None,
        }
        for finding in report.findings
        if (plain := finding.to_json())
    ]


def flat(text: str, files: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """An env.xml whose files have plain names, and their contents: no path of this machine is sent.

    Args:
        text: It may name files by their paths on this machine.
        files: Contents of the others, by the name in the text.
    """
    found: dict[str, bytes] = {}

    def renamed(match: re.Match[str]) -> str:
        path = match[1]
        base = re.sub(r"[^\w.-]", "_", os.path.basename(path))
        name = base if path == base else f"{hashlib.sha256(path.encode()).hexdigest()[:8]}-{base}"
        if name not in found:
            if path in files:
                found[name] = files[path]
            else:
                with open(path, "rb") as file:
                    found[name] = file.read()
        return f'file="{name}"'

    return _FILE.sub(renamed, text), found
