"""The elements of an MJCF and of the files that it includes, each with its file and first line.

expat gives the line on which a start tag begins, which people look for; lxml gives that on which it ends.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

from envgen.robots.xml import MAX_BYTES, MAX_INCLUDES, UnsafeXml, check_xml, escapes

LINE = re.compile(r"line (\d+)")
"""MuJoCo's form of a line, in messages and in the `info` of an element."""


@dataclass(frozen=True)
class Location:
    """The location of an element.

    Attributes:
        element: For people, such as `geom "foot"`.
        file: Relative to the folder of the MJCF; empty for the MJCF itself.
        line: From 1; None if it is not known.
    """

    element: str = ""
    file: str = ""
    line: int | None = None


@dataclass(eq=False)
class Node:
    """An element."""

    tag: str
    attrib: dict[str, str]
    line: int
    file: str
    parent: Node | None
    children: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the element, empty if it has none."""
        return self.attrib.get("name", "")

    @property
    def location(self) -> Location:
        """Location of the element."""
        return Location(self.label, self.file, self.line)

    @property
    def label(self) -> str:
        """Label for people: its tag with its name, its body, or an attribute that identifies it."""
        if self.name:
            return f'{self.tag} "{self.name}"'
        body = next((up for up in self.ancestors() if up.tag == "body" and up.name), None)
        if body:
            return f'{self.tag} of body "{body.name}"'
        for key in ("class", "file", "joint", "site", "body1", "plugin"):
            if self.attrib.get(key):
                return f'{self.tag} {key}="{self.attrib[key]}"'
        return self.tag

    def ancestors(self) -> Iterator[Node]:
        """Yield the ancestors from its parent to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def under(self, *tags: str) -> bool:
        """Return whether one of its ancestors has one of these tags."""
        return any(node.tag in tags for node in self.ancestors())


@dataclass(frozen=True, eq=False)
class Source:
    """All elements of the MJCF and of the files that it includes, in the order of the text."""

    nodes: tuple[Node, ...]

    @classmethod
    def read(cls, text: bytes, folder: Path | None) -> Source:
        """Parse a text and the files that it includes from inside the folder; unsafe ones are skipped."""
        nodes: list[Node] = []
        waiting, seen, size = [(text, "")], {""}, 0
        while waiting and len(seen) <= MAX_INCLUDES and size <= MAX_BYTES:
            content, name = waiting.pop(0)
            size += len(content)
            if name and content == text:  # it includes itself: not a fault of names that are given twice
                continue
            found = _parse(content, name)
            nodes += found
            for node in found:
                path = _included(node, name, folder)
                if path and path not in seen and folder is not None:
                    seen.add(path)
                    with open(folder / path, "rb") as file:
                        waiting.append((file.read(MAX_BYTES + 1), path))
        return cls(tuple(nodes))

    @cached_property
    def _by_name(self) -> dict[str, list[Node]]:
        table: dict[str, list[Node]] = {}
        for node in self.nodes:
            if node.name and not node.under("default"):
                table.setdefault(node.name, []).append(node)
        return table

    @cached_property
    def _by_line(self) -> dict[int, list[Node]]:
        table: dict[int, list[Node]] = {}
        for node in self.nodes:
            table.setdefault(node.line, []).append(node)
        return table

    def tagged(self, *tags: str) -> Iterator[Node]:
        """Yield the elements with one of these tags, except those in defaults."""
        for node in self.nodes:
            if node.tag in tags and not node.under("default"):
                yield node

    def node_of(self, element: Any, *tags: str, section: str = "") -> Node | None:
        """Return the node of an element of an `MjSpec`, or None if it is not found.

        Args:
            element: Has `name`, and `info` in which MuJoCo wrote the line.
            tags: Tags that the node may have.
            section: Or the tag of its parent, such as `actuator`.
        """

        def fits(node: Node) -> bool:
            return node.tag in tags or (node.parent is not None and node.parent.tag == section)

        found = LINE.search(element.info or "")
        line = int(found[1]) if found else 0
        named = [n for n in self._by_name.get(element.name, ()) if fits(n)]
        if named:
            return next((n for n in named if n.line == line), named[0])
        if element.name:  # attached from another file under a prefix: its line is of that file
            return None
        there = [n for n in self._by_line.get(line, ()) if fits(n) and _same_body(n, element)]
        return next((n for n in there if _same_target(n, element)), next(iter(there), None))

    def at_line(self, line: int, quoted: Container[str] = ()) -> Node | None:
        """Return the element on a line of the MJCF itself: the first with a quoted value, else the first."""
        there = [n for n in self._by_line.get(line, ()) if not n.file]
        quoting = (n for n in there if any(v in quoted for v in n.attrib.values()))
        return next(quoting, next(iter(there), None))


def _same_body(node: Node, element: Any) -> bool:
    """Return whether an unnamed element can be this node: in the same body, or in a copy of it."""
    body = getattr(getattr(element, "parent", None), "name", None)
    if body is None or node.parent is None:
        return True
    above = next((up for up in node.ancestors() if up.tag in ("body", "worldbody")), None)
    return above is None or above.tag == "worldbody" or str(body).startswith(above.name)


def _same_target(node: Node, element: Any) -> bool:
    """Return whether node and element have the same target: several actuators or sensors may share a line."""
    target = str(getattr(element, "target", "") or getattr(element, "objname", ""))
    return bool(target) and target in node.attrib.values()


def _included(node: Node, name: str, folder: Path | None) -> str:
    """Return the file that an `<include>` reads if it is inside the folder, else an empty string."""
    file = node.attrib.get("file", "").replace("\\", "/")
    if folder is None or node.tag != "include" or not file:
        return ""
    for path in (file, str(PurePosixPath(name).parent / file)):
        if not escapes(path, folder) and (folder / path).is_file():
            return path
    return ""


def _parse(text: bytes, file: str) -> list[Node]:
    try:
        check_xml(text)
    except UnsafeXml:
        return []
    nodes: list[Node] = []
    open_: list[Node] = []
    parser = expat.ParserCreate()

    def start(tag: str, attrib: dict[str, str]) -> None:
        parent = open_[-1] if open_ else None
        node = Node(tag, attrib, parser.CurrentLineNumber, file, parent)
        if parent:
            parent.children.append(node)
        nodes.append(node)
        open_.append(node)

    def end(_: str) -> None:
        open_.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text, True)
    except expat.ExpatError:  # an encoding that lxml reads and expat doesn't
        return []
    return nodes
