"""Assets are used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import TextLint
from envgen.validate.report import Finding, Severity


@register
class UnusedAsset(TextLint):
    """Meshes, textures, materials and heightfields that nothing refers to."""

    kind: ClassVar[str] = "unused_asset"
    title: ClassVar[str] = "every mesh, texture, material and heightfield is used"
    why: ClassVar[str] = "Unused assets are loaded too and take memory, or a reference is missing."
    severity: ClassVar[Severity] = "info"
    remedy: ClassVar[str] = "Remove the asset, or refer to it."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        used = {
            (key, value)
            for node in subject.source.nodes
            for key, value in node.attrib.items()
            if key in _KINDS and not (node.tag == key and node.under("asset"))
        }
        for node in subject.source.tagged(*_KINDS):
            if not node.parent or node.parent.tag != "asset" or node.attrib.get("type") == "skybox":
                continue
            name = node.name or PurePosixPath(node.attrib.get("file", "").replace("\\", "/")).stem
            if name and (node.tag, name) not in used and node.attrib.get("type") != "skybox":
                yield self.issue(f"nothing uses the {node.tag} {name!r}", at=node)


_KINDS = ("mesh", "texture", "material", "hfield")
