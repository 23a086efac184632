"""Screenshots of the page for the README (docs/images) and for its example prompts (web/public).

They show the real page with real worlds; look at them before you commit them. Build the page first, and again
after new pictures of examples. `scripts/pictures screens wall versus` takes two of them.
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from envgen.browser.chrome import browser
from envgen.browser.session import Session
from envgen.server.running import serving

ROOT = Path(__file__).resolve().parents[3]
IMAGES, EXAMPLES = ROOT / "docs" / "images", ROOT / "web" / "public" / "examples"
EXAMPLE = re.compile(r'prompt: "(.+?)", picture: "(.+?)\.webp"')
FOCUSED = {"stones", "soccer", "sumo", "craters"}
"""Examples that show one world; the others show the wall."""


def run(page: Session, prompt: str, count: int, seconds: float = 2.5) -> None:
    """Run a prompt and simulate for some seconds."""
    page.call("envgen.drawing(false)")
    page.call("r => envgen.start(r)", {"prompt": prompt, "count": count})
    page.call("envgen.running()")
    page.mode("realtime")
    start = page.stats()["simulated"]
    while page.stats()["simulated"] < start + seconds * count * 0.9:
        page.sleep(0.2)


def settle(page: Session) -> None:
    """Pause, and draw until the camera no longer moves."""
    page.mode("paused")
    page.call("envgen.drawing(true)")
    frames = -1
    while (now := page.call("envgen.frames().frames")) != frames:
        frames = now
        page.sleep(1.5)


def save(shot: bytes, path: Path, size: tuple[int, int] | None = None) -> None:
    """Write a picture; if a size is given, crop it to this aspect ratio and scale it."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    if size:
        wide = min(picture.width, picture.height * size[0] // size[1])
        high = min(picture.height, picture.width * size[1] // size[0])
        left, top = (picture.width - wide) // 2, (picture.height - high) // 2
        picture = picture.crop((left, top, left + wide, top + high)).resize(size, Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=84, method=6)
    print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} KiB")


def wall(page: Session) -> None:
    run(page, "200 worlds of rough terrain for ants, a few boxes", 200)
    settle(page)


def mixed(page: Session) -> None:
    run(page, "a quadruped on hills, craters, stairs, waves, stepping stones or a maze", 60)
    page.call("document.querySelector('.legend button:nth-child(3)').click()")
    page.sleep(0.5)
    settle(page)


def focus(page: Session) -> None:
    run(page, "a quadruped on hills with boxes, logs and crates", 12, 1.5)
    page.call("envgen.focus(4)")
    page.sleep(3)
    settle(page)


def versus(page: Session) -> None:
    run(page, "48 variants of two ants in sumo", 48, 1.0)
    page.call("envgen.focus(17)")
    page.sleep(2)
    settle(page)


def error(page: Session) -> None:
    run(page, "a hexapod on stepping stones", 12)
    page.call("envgen.addOnnx('walk.onnx', btoa('this is no network'))")
    page.page.fill("#prompt", "flibber the wug")
    page.sleep(1)
    settle(page)


def empty(page: Session) -> None:
    page.sleep(1)


SCREENS: dict[str, Callable[[Session], None]] = {
    "wall": wall,
    "mixed": mixed,
    "focus": focus,
    "versus": versus,
    "error": error,
    "empty": empty,
}


def example(page: Session, prompt: str, name: str) -> bytes:
    """Return a screenshot of the wall of an example, or of one of its worlds."""
    run(page, prompt, 20 if name not in FOCUSED else 6, 1.2)
    if name in FOCUSED:
        page.call("envgen.focus(2)")
        page.sleep(2)
    page.call("document.querySelectorAll('.overlay').forEach(e => e.remove())")
    settle(page)
    return page.page.locator("main > canvas").screenshot(timeout=120_000)


def main(arguments: list[str]) -> int:
    """Take the screenshots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="by default all")
    parser.add_argument("--light", action="store_true", help="as on a system with light colours")
    parser.add_argument("--size", default="1440x900")
    given = parser.parse_args(arguments)
    width, height = map(int, given.size.split("x"))
    source = (ROOT / "web" / "src" / "ui" / "examples.ts").read_text(encoding="utf-8")
    examples = {name: prompt for prompt, name in EXAMPLE.findall(source)}
    wanted = given.names or [*examples, *SCREENS]
    with tempfile.TemporaryDirectory() as root, serving(Path(root)) as server, browser() as running:
        for name in wanted:
            context = running.new_context(
                viewport={"width": width, "height": height},
                color_scheme="light" if given.light else "dark",
                reduced_motion="reduce",
            )
            page = Session(context.new_page())
            page.page.set_default_timeout(120_000)
            page.page.goto(f"{server.url}?quality=high")
            page.page.wait_for_function("Boolean(window.envgen)")
            page.call("envgen.ready()")
            if name in examples:
                save(example(page, examples[name], name), EXAMPLES / f"{name}.webp", (640, 400))
            else:
                SCREENS[name](page)
                suffix = "-light" if given.light else ""
                save(page.page.screenshot(timeout=120_000), IMAGES / f"page-{name}{suffix}.webp")
            context.close()
    return 0
