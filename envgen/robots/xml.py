"""Safe reading of third-party XML: no entities, no network, bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lxml import etree

MAX_BYTES = 32_000_000
MAX_DEPTH = 150
MAX_ELEMENTS = 20_000
"""Most elements, copies included: thousands of bodies take MuJoCo minutes to compile."""
MAX_INCLUDES = 200
MAX_FOLDERS = 8
FILE_ATTRIBUTES = ("file", "fileup", "filedown", "fileleft", "fileright", "filefront", "fileback")
MJCF_TAGS = ("include", "model")
"""Elements whose file is itself MJCF, with a path relative to the file that names it."""


_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


class UnsafeXml(Exception):
    """XML that is malformed or refused for safety."""


def parse(text: bytes) -> etree._Element:
    """Parse XML of unknown origin.

    Raises:
        UnsafeXml: It is malformed, too large, or has a document type (entities may expand or read files).
    """
    if len(text) > MAX_BYTES:
        raise UnsafeXml(f"{len(text):,} bytes are over the bound of {MAX_BYTES:,}")
    if text.startswith(_UTF16):  # MuJoCo can't parse it and doesn't say why
        raise UnsafeXml("it is written in UTF-16: MuJoCo reads UTF-8")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnsafeXml("it has a document type or entities, which MJCF never needs")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in error.msg:
            raise UnsafeXml(f"elements are nested more than {MAX_DEPTH} deep") from None
        raise UnsafeXml(f"it is not well-formed: {' '.join(error.msg.split())}") from None
    except ValueError as error:
        raise UnsafeXml(f"it is not well-formed: {error}") from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise UnsafeXml("it has a document type, which MJCF never needs")
    if root.tag == "robot":  # MuJoCo compiles it, but resolves its file names by other rules
        raise UnsafeXml("it is URDF, not MJCF")
    return root


_TOO_DEEP = etree.XPath(f"boolean(//*[count(ancestor::*) >= {MAX_DEPTH}])")


def check_xml(text: bytes) -> None:
    """Check XML of unknown origin, including its depth and number of elements.

    Raises:
        UnsafeXml: As in `parse`, or elements are nested too deeply, or there are too many of them.
    """
    root = parse(text)
    if _TOO_DEEP(root):
        raise UnsafeXml(f"elements are nested more than {MAX_DEPTH} deep")
    _check_count(_count_elements(root))


def _check_count(elements: int) -> None:
    """Refuse too many elements."""
    if elements > MAX_ELEMENTS:
        many = f"{elements:,}" if elements < 10**12 else "over 10^12"
        raise UnsafeXml(f"it has {many} elements, copies included, over the bound of {MAX_ELEMENTS:,}")


_COPYING = etree.XPath("boolean(//replicate | //composite | //flexcomp)")
_COUNTS = {"replicate": "1", "composite": "1", "flexcomp": "10 10 10"}
"""Elements that make copies, with their default count."""


def _count_elements(root: etree._Element) -> int:
    """Return the number of elements, including copies by <replicate>, <composite> and <flexcomp>."""
    if not _COPYING(root):
        return sum(1 for _ in root.iter(etree.Element))
    total, waiting = 0, [(root, 1)]
    while waiting:
        element, times = waiting.pop()
        total += times
        if element.tag in _COUNTS:
            times *= _product(element.get("count", _COUNTS[str(element.tag)]))
            total += times if element.tag != "replicate" else 0
        waiting += [(child, times) for child in element.iterchildren(etree.Element)]
    return total


def _product(counts: str) -> int:
    """Return the product of the numbers of a `count`, ignoring anything else, which MuJoCo refuses."""
    product = 1
    for word in counts.split()[:3]:
        try:
            product *= max(1, int(min(float(word), 1e9)))
        except ValueError:
            continue
    return product


def named_files(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield each file that an MJCF may open, as (tag, path relative to the MJCF's folder).

    Yields a path for each folder that a `<compiler>` names, as a later one overrides an earlier one.
    """
    folders = _folders(root)
    for tag, name in _names(root):
        yield from ((tag, path) for path in _in_asset_folders(tag, name, folders))


def all_files(text: bytes, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each file that an MJCF and its includes name, as (tag, path relative to `folder`).

    MuJoCo searches the folders of the main MJCF and of the one that names the file, joined with those of
    every `<compiler>`. Of the candidates, a path that leaves `folder` is yielded first, then one that
    exists. Includes inside `folder` are read.

    Raises:
        UnsafeXml: An included file is not safe to read, or there are too many.
    """
    named: list[tuple[str, str, str]] = []  # tag, name, folder of the MJCF that names it
    folders: set[tuple[str, str]] = set()
    waiting, seen, size, elements = [(text, "")], set[str](), 0, 0
    while waiting:
        content, base = waiting.pop()
        size += len(content)
        if size > MAX_BYTES:
            raise UnsafeXml(f"it includes more than {MAX_BYTES:,} bytes")
        root = parse(content)
        elements += _count_elements(root)
        _check_count(elements)
        folders |= _folders(root)
        if len(folders) > MAX_FOLDERS:
            raise UnsafeXml(f"its compilers name more than {MAX_FOLDERS} folders")
        for tag, name in _names(root):
            named.append((tag, name, base))
            for path in _candidates(base, name) if tag in MJCF_TAGS else ():
                if path in seen or escapes(path, folder) or not (folder / path).is_file():
                    continue
                seen.add(path)
                if len(seen) > MAX_INCLUDES:
                    raise UnsafeXml(f"it includes more than {MAX_INCLUDES} files")
                with open(folder / path, "rb") as file:
                    waiting.append((file.read(MAX_BYTES + 1), str(PurePosixPath(path).parent)))
    for tag, name, base in named:
        below = [below for path in _candidates(base, name) for below in _in_asset_folders(tag, path, folders)]
        beside = [
            path for below in _in_asset_folders(tag, name, folders) for path in _candidates(base, below)
        ]
        paths = list(dict.fromkeys(below + beside))
        outside = [path for path in paths if escapes(path, folder)]
        there = [path for path in paths if not outside and (folder / path).is_file()]
        yield tag, (outside or there or paths)[0]


def _names(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield each (tag, file) as written, with backslashes as slashes, as MuJoCo reads them."""
    for element in root.iter(etree.Element):
        for attribute in FILE_ATTRIBUTES:
            name = element.get(attribute)
            if name:
                yield str(element.tag), name.replace("\\", "/")


def _folders(root: etree._Element) -> set[tuple[str, str]]:
    """Return each (attribute, folder) of all `<compiler>` elements."""
    return {
        (key, str(compiler.get(key)).replace("\\", "/"))
        for compiler in root.iter("compiler")
        for key in ("meshdir", "texturedir", "assetdir")
        if compiler.get(key)
    }


def _in_asset_folders(tag: str, name: str, folders: set[tuple[str, str]]) -> list[str]:
    """Return a file's path in each folder for assets of a tag; unchanged if there is no such folder."""
    own = "" if tag in MJCF_TAGS else "texturedir" if tag == "texture" else "meshdir"
    found = sorted({folder for key, folder in folders if own and key in (own, "assetdir")})
    return [str(PurePosixPath(folder) / name) for folder in found] or [name]


def _candidates(base: str, name: str) -> list[str]:
    """Return a file's path relative to the main MJCF and to the one in folder `base`."""
    return list(dict.fromkeys([name, str(PurePosixPath(base) / name)]))


def escapes(path: str, folder: Path) -> bool:
    """Return whether a path leads out of a folder, other than to the assets of its pack."""
    if path.startswith(("/", "\\")) or ":" in path:
        return True
    base = folder.resolve()
    target = (base / path).resolve()
    return not (target.is_relative_to(base) or _is_pack_asset(target, base))


def _is_pack_asset(target: Path, base: Path) -> bool:
    """Return whether `base` is a variant's folder and a file is among the assets of its pack."""
    pack = base.parent.parent
    is_variant = base.parent.name == "variants" and (pack / "pack.json").is_file()
    return is_variant and target.is_relative_to(pack / "assets")
