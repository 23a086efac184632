"""Encoding variants as frames, after validation or from a pack."""

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
from envgen.core.robot_names import robot_name
from envgen.packs.randomize_settings import randomize_settings
from envgen.packs.recipe import task_params
from envgen.packs.rejection import Accepted
from envgen.packs.variant import PackVariant
from envgen.packs.wire.frames import Content, pack
from envgen.packs.wire.geometry import Visuals, robot_visuals, world_geometry
from envgen.packs.wire.pack_world import PackWorldReader
from envgen.packs.wire.world import Observations, Plain, WorldInfo, world_header
from envgen.validate.report import Report
from envgen.worlds.compiler import save_binary

Form = Literal["mjb", "xml"]
_FILE = re.compile(r'\bfile="([^"]*)"')


@dataclass(frozen=True, eq=False)
class Encoded:
    """An encoded variant.

    Attributes:
        frame: Frame of the variant.
        meshes: Frames of the meshes that it refers to, by id; each must be sent once, before it.
    """

    frame: bytes
    meshes: Mapping[str, bytes]


@dataclass(eq=False)
class Encoder:
    """Encodes variants of one recipe or pack, and caches what they share.

    Attributes:
        task: The task as data.
        seed: Seed of the pack.
        form: `mjb`, or `xml` for a page with another version of MuJoCo.
    """

    task: Mapping[str, Any]
    seed: int
    form: Form = "mjb"
    _observations: Observations = field(init=False)
    _reader: PackWorldReader = field(default_factory=PackWorldReader)
    _settings: OrderedDict[int, tuple[EnvCfg, Plain]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._observations = Observations(self.task)

    def encode_accepted(self, accepted: Accepted) -> Encoded:
        """Encode a variant that passed validation, with the model that was validated."""
        variant, drawn = accepted.variant, accepted.drawn
        cfg, agents = variant.cfg, variant.draw.agents
        info = WorldInfo(
            accepted.world,
            accepted.teams,
            {agent.id: robot_name(agent.robot.name) for agent in agents},
            {agent.id: agent.robot.size for agent in agents},
            task_params(drawn),
            self.task,
            randomize_settings(self._randomize(cfg), task_params(drawn)),
            int(drawn.get("control.frame_skip", cfg.control.frame_skip)),
            float(drawn.get("control.episode", cfg.control.episode)),
            self.seed,
            accepted.stream,
        )
        about = {
            "index": variant.index,
            "difficulty": variant.draw.difficulty,
            "draws": accepted.draws,
            "drawn": drawn,
            "report": _findings(accepted.report),
            "notes": list(variant.notes),
        }
        visuals = {agent.id: robot_visuals(agent.robot) for agent in agents}
        rendered = variant.rendered
        sources = (rendered.physics_only or rendered.text, rendered.files) if self.form == "xml" else None
        return self._encode(info, about, visuals, sources)

    def encode_stored(self, variant: PackVariant) -> Encoded:
        """Encode a variant of a pack, compiled from its env.xml.

        Raises:
            InputError: Its files were changed since the pack was made.
            WorkError: MuJoCo refuses it.
        """
        pack_world = self._reader.read(variant)
        info = WorldInfo(
            pack_world.world,
            variant.teams,
            variant.robots,
            variant.sizes,
            variant.params,
            self.task,
            variant.randomize,
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
        return self._encode(
            info, about, pack_world.visuals, variant.sources() if self.form == "xml" else None
        )

    def _randomize(self, cfg: EnvCfg) -> Plain:
        """Return `randomize` as plain data, cached by EnvCfg: a recipe has few, which live as long as it."""
        known = self._settings.get(id(cfg))
        if known is None:
            known = self._settings[id(cfg)] = cfg, cfgio.dump(cfg)["randomize"]
            while len(self._settings) > 64:
                self._settings.popitem(last=False)
        return known[1]

    def _encode(
        self,
        info: WorldInfo,
        about: Plain,
        visuals: Mapping[str, Visuals | None],
        sources: tuple[str, Mapping[str, bytes]] | None,
    ) -> Encoded:
        rows, meshes = world_geometry(info.world, info.teams.agents, visuals)
        heights = np.ascontiguousarray(info.world.ground.field.heights, dtype="<f4")
        header = {
            "kind": "world",
            "format": self.form,
            **about,
            **world_header(info, self._observations),
            "meshes": [mesh.id for mesh in meshes],
        }
        files: dict[str, bytes] = {}
        if sources is None:
            model: Content = save_binary(info.world.model)
        else:
            text, files = flatten_files(*sources)
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


def flatten_files(text: str, files: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """Return an env.xml with plain file names, and their contents: no local path is sent.

    Args:
        text: The env.xml, which may name files by local paths.
        files: Contents of the other files, by the name in the text.
    """
    found: dict[str, bytes] = {}

    def rename(match: re.Match[str]) -> str:
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

    return _FILE.sub(rename, text), found
