"""The files that it names are there, and inside its folder."""

from __future__ import annotations

from typing import ClassVar

from envgen.robots.xml import UnsafeXml, all_files, escapes
from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding


@register
class Files(Check):
    """Every file that the MJCF names lies inside its folder and is there; measured is how many don't."""

    kind: ClassVar[str] = "files"
    title: ClassVar[str] = "files lie inside the folder of the MJCF"
    order: ClassVar[int] = 5
    remedy: ClassVar[str] = "Move the files beside the MJCF and name them by relative paths without '..'."

    def applies(self, subject: Subject) -> bool:
        return subject.folder is not None

    def run(self, subject: Subject) -> Finding:
        folder = subject.folder
        assert folder is not None
        bad = []
        try:
            for tag, path in all_files(subject.text, folder):
                if escapes(path, folder):
                    bad.append(f"<{tag} file={path!r}> is outside the folder")
                elif not (folder / path).is_file():
                    bad.append(f"<{tag} file={path!r}> is missing")
        except UnsafeXml as error:
            bad.append(f"an included file: {error}")
        return self.at_most(len(bad), 0, "; ".join(bad[:3]))
