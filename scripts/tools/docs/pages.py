"""Process a page from top to bottom: run its code blocks and rewrite outputs and generated blocks."""

from __future__ import annotations

import math
import re
import tempfile
from pathlib import Path

from tools.docs.blocks import block
from tools.docs.errors import DocError
from tools.docs.sandbox import ROOT, Sandbox

FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)
EXPECTED_STATUS = re.compile(r"# exit (\d+)$")
RATES = re.compile(r"\d+(\.\d+)? (s|min) \([\d,]+/s\)")
MEASURED = re.compile(r"^([✓✗] +\w+ +)([-\d.e+]+)", re.MULTILINE)


def pages() -> list[Path]:
    """Return the pages that are checked."""
    return [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]


def renew(page: Path) -> str:
    """Return the text of a page with fresh outputs and generated blocks.

    Raises:
        DocError: A code block fails or has another exit status than the page states.
    """
    written = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        walk = _Walk(page, written, Sandbox(Path(folder)))
        text = FENCE.sub(walk.fence, written)
    return GENERATED.sub(lambda match: f"{match[1]}\n{block(match[2]).strip()}\n\n{match[3]}", text)


def same(one: str, other: str) -> bool:
    """Compare two outputs, ignoring rates and rounding differences of measured values."""
    masked = [re.sub(" +", " ", MEASURED.sub(r"\1", RATES.sub("", text))) for text in (one, other)]
    numbers = [[float(found[1]) for found in MEASURED.findall(text)] for text in (one, other)]
    return masked[0] == masked[1] and all(
        math.isclose(a, b, rel_tol=0.02, abs_tol=1e-4) for a, b in zip(*numbers)
    )


class _Walk:
    """Runs the code blocks of one page in order."""

    def __init__(self, page: Path, text: str, sandbox: Sandbox) -> None:
        self.page = page
        self.text = text
        self.sandbox = sandbox

    def fence(self, match: re.Match[str]) -> str:
        """Run one code block; return it with fresh output."""
        language, info, body = match[1], match[2].strip(), match[3]
        if info.startswith("file="):
            self.sandbox.write(info.removeprefix("file="), body)
        elif language == "python":
            try:
                self.sandbox.python(body)
            except DocError as error:
                raise self._error(match.start(), "the Python block fails", error) from None
        elif language == "console":
            shown = self._console(match)
            if not same(shown, body):
                return f"```{match[1]}{match[2]}\n{shown}```"
        return match[0]

    def _console(self, match: re.Match[str]) -> str:
        """Run the commands of a block; return them with their output."""
        shown, gap = "", ""
        for found in COMMAND.finditer(match[3]):
            command, at = found[1], match.start(3) + found.start()
            try:
                printed, status = self.sandbox.shell(command)
            except DocError as error:
                raise self._error(at, f"$ {command}", error) from None
            marked = EXPECTED_STATUS.search(command)
            expected = int(marked[1]) if marked else 0
            if status != expected:
                what = f"$ {command}\nends with {status}, expected {expected}"
                hint = "" if marked else f" (mark an intended failure: `$ … # exit {status}`)"
                raise self._error(at, what + hint, printed)
            shown += f"{gap}$ {command}\n{printed}"
            gap = "\n" if printed else ""
        return shown

    def _error(self, at: int, what: str, output: object) -> DocError:
        line = self.text.count("\n", 0, at) + 1
        name = self.page.relative_to(ROOT) if self.page.is_relative_to(ROOT) else self.page
        return DocError(f"{name}:{line}: {what}\n{output}".rstrip())
