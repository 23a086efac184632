"""Reading XML of others: no entities, no network, bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lxml import etree

MAX_BYTES = 32_000_000
MAX_DEPTH = 150
MAX_INCLUDES = 200
FILE_ATTRIBUTES = ("file", "fileup", "filedown", "fileleft", "fileright", "filefront", "fileback")
_FOLDERS = ("meshdir", "texturedir", "assetdir")


class UnsafeXml(Exception):
    """XML that is malformed or that is refused for safety."""


def parse(text: bytes) -> etree._Element:
    """Parse XML of unknown origin.

    Raises:
        UnsafeXml: It is malformed, too large, or has a document type (entities are bombs or read files).
    """
    if len(text) > MAX_BYTES:
        raise UnsafeXml(f"{len(text):,} bytes are over the bound of {MAX_BYTES:,}")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnsafeXml("it has a document type or entities, which MJCF never needs")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnsafeXml(f"it is not well-formed: {error}") from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise UnsafeXml("it has a document type, which MJCF never needs")
    return root


_TOO_DEEP = etree.XPath(f"boolean(//*[count(ancestor::*) >= {MAX_DEPTH}])")


def inspect(text: bytes) -> None:
    """Parse, and see that nothing is nested too deeply.

    Raises:
        UnsafeXml: As in `parse`, or elements are nested too deeply.
    """
    if _TOO_DEEP(parse(text)):
        raise UnsafeXml(f"elements are nested more than {MAX_DEPTH} deep")


def named_files(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Each file that an MJCF names, as (tag, path relative to the MJCF's folder)."""
    compiler = root.find("compiler")
    folders: dict[str, str] = {}
    if compiler is not None:
        folders = {str(key): str(value) for key, value in compiler.attrib.items()}
    shared = folders.get("assetdir", "")
    for element in root.iter(etree.Element):
        for attribute in FILE_ATTRIBUTES:
            name = element.get(attribute)
            if name:
                folder = {
                    "mesh": folders.get("meshdir", shared),
                    "texture": folders.get("texturedir", shared),
                    "hfield": shared,
                }.get(str(element.tag), "")
                yield str(element.tag), str(PurePosixPath(str(folder)) / name)


def all_files(text: bytes, folder: Path) -> Iterator[tuple[str, str]]:
    """Each file that an MJCF and the MJCFs that it includes name; included ones are read if inside.

    Raises:
        UnsafeXml: One of them is not safe to read, or there are too many.
    """
    waiting, seen = [text], set[str]()
    while waiting:
        for tag, name in named_files(parse(waiting.pop())):
            yield tag, name
            if tag in ("include", "model") and name not in seen and not escapes(name, folder):
                seen.add(name)
                if len(seen) > MAX_INCLUDES:
                    raise UnsafeXml(f"it includes more than {MAX_INCLUDES} files")
                if (folder / name).is_file():
                    waiting.append((folder / name).read_bytes()[: MAX_BYTES + 1])


def escapes(path: str, folder: Path) -> bool:
    """Whether a path leads out of its folder."""
    if path.startswith(("/", "\\")) or ":" in path:
        return True
    base = folder.resolve()
    return not (base / path).resolve().is_relative_to(base)
