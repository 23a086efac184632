"""The text of a filter, made ready for Python's parser, and errors that point into it."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

from envgen.core.errors import InputError

MAX_LENGTH = 10_000
SYNTAX = (
    "Write comparisons (==, !=, <, <=, >, >=, in [...], not in [...]) of names, numbers and quoted texts, "
    "joined by and, or, not."
)


@dataclass(frozen=True, eq=False)
class Source:
    """A filter as it was written and as a syntax tree.

    Attributes:
        text: As written.
        tree: Its expression.
        exact: Names in backquotes, by the position of the opening one.
        line: The text that was parsed; characters stand where they stood.
        skipped: Blanks before it.
    """

    text: str
    tree: ast.expr
    exact: dict[int, str]
    line: str
    skipped: int

    def position(self, node: ast.expr) -> int:
        """Return where a node begins, as an index into the text."""
        # Python counts bytes of UTF-8
        before = self.line.encode()[: node.col_offset].decode(errors="ignore")
        return self.skipped + len(before)

    def error(self, node: ast.expr, problem: str, remedy: str = SYNTAX) -> InputError:
        """Return an error that points at a node."""
        return error_at(self.text, self.position(node), problem, remedy)


def error_at(text: str, position: int, problem: str, remedy: str = SYNTAX) -> InputError:
    """Return an error that points at a character."""
    start = max(0, position - 30)
    near = text[start : position + 30]
    shown = ("…" if start else "") + near + ("…" if position + 30 < len(text) else "")
    return InputError(f"filter {shown!r}, character {position + 1}: {problem}", remedy)


def read(text: str) -> Source:
    """Parse the text of a filter; nothing of it is ever run.

    Raises:
        InputError: The text can't be parsed as an expression.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(
            f"a filter must be a text, got {text!r}",
            "Write e.g. difficulty < 0.5 and terrain_kind == 'rough'.",
        )
    if len(text) > MAX_LENGTH:
        raise InputError(
            f"a filter of {len(text):,} characters is too long", f"Give at most {MAX_LENGTH:,} characters."
        )
    line, exact = _one_line(text)
    skipped = len(line) - len(line.lstrip(" "))
    line = line.strip(" ")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python doesn't know
            tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        if not error.offset:  # so says Python where the text ends too early
            raise error_at(text, len(text.rstrip()), "it ends where something is missing") from None
        at = min(skipped + error.offset - 1, len(text))
        assigned = text[at : at + 1] == "=" and text[at + 1 : at + 2] != "="
        raise error_at(text, at, str(error.msg), "Write == to compare." if assigned else SYNTAX) from None
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or "it is nested too deeply"
        raise error_at(text, 0, f"it can't be read: {reason}") from None
    return Source(text, tree, exact, line, skipped)


def _one_line(text: str) -> tuple[str, dict[int, str]]:
    """The text with names in backquotes replaced by plain ones of the same length, and these names."""
    out, exact, at = list(text), dict[int, str](), 0
    while at < len(text):
        char = text[at]
        if char in "'\"":
            at = _end_of_string(text, at)
        elif char == "`":
            end = text.find("`", at + 1)
            if end < 0:
                raise error_at(text, at, "the backquote is not closed", "Write e.g. `terrain.kind`.")
            exact[at] = text[at + 1 : end]
            out[at : end + 1] = re.sub(r"[^A-Za-z0-9_]", "_", f"_{exact[at]}_")
            at = end + 1
        elif char in "\n\r\t\f":
            out[at] = " "
            at += 1
        elif char in "#\\;":
            raise error_at(text, at, f"{char!r} is not allowed")
        else:
            at += 1
    return "".join(out), exact


def _end_of_string(text: str, start: int) -> int:
    """Return the index just after the closing quote of a quoted text."""
    quote, at = text[start], start + 1
    if text.startswith(quote * 3, start):
        raise error_at(text, start, "three quotes are not allowed", "Quote a text once.")
    while at < len(text) and text[at] not in "\n\r":
        if text[at] == "\\":
            at += 2
        elif text[at] == quote:
            return at + 1
        else:
            at += 1
    raise error_at(text, start, "the quote is not closed", "Close the text with the same quote.")
