"""The files of the MJCF exist inside its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from envgen.robots.xml import FILE_ATTRIBUTES, UnsafeXml, all_files, escapes
from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.source import Node
from envgen.validate.stages import Stage
from envgen.validate.xml_remedies import remedy_for


@register
class Files(Check):
    """Number of files named by the MJCF that are missing or outside its folder."""

    kind: ClassVar[str] = "files"
    title: ClassVar[str] = "files exist inside the folder of the MJCF"
    why: ClassVar[str] = "A model that needs files from elsewhere doesn't load on another machine."
    stage: ClassVar[Stage] = Stage.FILE
    remedy: ClassVar[str] = "Move the files beside the MJCF and name them by relative paths without '..'."

    def applies(self, subject: Subject) -> bool:
        return subject.folder is not None

    def run(self, subject: Subject) -> Finding:
        bad = list(self._faults(subject))
        return self.at_most(len(bad), 0, "; ".join(says for says, _ in bad[:3]))

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """Return a finding for each faulty file of an external MJCF, with the element that names it."""
        bad = list(self._faults(subject)) if subject.foreign else []
        found = []
        for says, name in bad[:50]:
            remedy = remedy_for(says) if not name else ""
            finding = self.finding(1, 0, ok=False, detail=says, remedy=remedy)
            node = next((n for n in subject.source.nodes if name and _names(n, name)), None)
            found.append(self.with_location(node.location, finding) if node else finding)
        return tuple(found) or (self.run(subject),)

    def _faults(self, subject: Subject) -> Iterator[tuple[str, str]]:
        """Yield each fault, and the name of the file that it is about."""
        folder = subject.folder
        assert folder is not None
        try:
            for tag, path in all_files(subject.text, folder):
                if escapes(path, folder):
                    yield f"<{tag} file={path!r}> is outside the folder", PurePosixPath(path).name
                elif not (folder / path).is_file():
                    yield f"<{tag} file={path!r}> is missing", PurePosixPath(path).name
        except UnsafeXml as error:
            yield f"an included file: {error}", ""


def _names(node: Node, name: str) -> bool:
    """Return whether an element names a file, in any folder."""
    given = (node.attrib.get(key, "").replace("\\", "/") for key in FILE_ATTRIBUTES)
    return any(PurePosixPath(file).name == name for file in given if file)
