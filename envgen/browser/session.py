"""One page of envgen in a headless browser, with a server behind it."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from envgen.browser.chrome import browser
from envgen.core.errors import WorkError
from envgen.server.messages import CfgSource, PackSource, PromptSource
from envgen.server.running import serving
from envgen.server.settings import Source

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

START_TIMEOUT = 60.0
"""Seconds that a page may take to start."""
POLL = 0.05
"""Seconds between two polls of a page."""
NO_PAGE = (
    "the page is not built",
    "In a checkout run `scripts/setup` with Node 20 or newer; else install envgen again.",
)


class Session:
    """A page that is driven through `window.envgen` (`web/src/run/automation.ts`).

    Args:
        page: Playwright's page, with envgen loaded.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.crashed = False
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("crash", lambda _: self._crash())

    def _crash(self) -> None:
        self.crashed = True

    def call(self, expression: str, argument: Any = None) -> Any:
        """Evaluate a JavaScript expression, or call a function with an argument, and return the result.

        Raises:
            WorkError: The page threw, or is gone.
        """
        from playwright.sync_api import Error

        try:
            return self.page.evaluate(expression, argument)
        except Error as error:
            if self.crashed or self.page.is_closed():
                raise WorkError(
                    "the tab crashed, most likely for want of memory", "Run fewer environments (--count)."
                ) from None
            first, *rest = str(error).removeprefix("Page.evaluate: ").removeprefix("Error: ").splitlines()
            raise WorkError(first, next(iter(rest), "See the console of the page.")) from None

    def start(self, source: Source, count: int | None, seed: int) -> None:
        """Make the page run other environments."""
        recipe: dict[str, Any] = {"count": count, "seed": str(seed)}
        if isinstance(source, PromptSource):
            recipe["prompt"] = source.prompt
        elif isinstance(source, CfgSource):
            recipe["cfg"] = source.cfg
        else:
            assert isinstance(source, PackSource)
            recipe["pack"] = source.pack
        self.call("recipe => window.envgen.start(recipe)", recipe)

    def job(self) -> dict[str, Any]:
        """Return the state of the job: `store.Job` of the page."""
        job: dict[str, Any] = self.call("window.envgen.stats().job")
        return job

    def stats(self) -> dict[str, Any]:
        """Return sums over the pool: `RunStats` of the page."""
        stats: dict[str, Any] = self.call("window.envgen.stats()")
        return stats

    def wait(
        self, count: int | None = None, look: Callable[[dict[str, Any]], bool] | None = None
    ) -> dict[str, Any]:
        """Wait until all environments of the job run, or `count` of them.

        Args:
            count: Number of environments; by default all of the job.
            look: Called repeatedly with the stats; True ends the waiting.

        Returns:
            The last stats.

        Raises:
            WorkError: The job failed.
        """
        while True:
            stats = self.stats()
            job, running = stats["job"], stats["environments"] - stats["loading"]
            if job["state"] == "failed":
                cause, remedy = self.problem()
                raise WorkError(cause, remedy)
            over = job["state"] in ("done", "cancelled")
            wanted = job["made"] if over else job["count"] or 1
            if (over or job["state"] == "streaming") and running >= min(count or wanted, wanted) > 0:
                return stats
            # a job can be done before the page has taken in the frames that came with its end
            if over and not stats["loading"] and not stats["waiting"]:
                return stats
            if look and look(stats):
                return stats
            self.sleep(POLL)

    def problem(self) -> tuple[str, str]:
        """Return cause and remedy of the error that the page shows."""
        found = self.call("window.envgen.problems()")
        for problem in (found["blocked"], found["prompt"], *found["toasts"]):
            if problem:
                return str(problem.get("cause", problem)), str(problem.get("remedy", ""))
        return "the page gave no reason", "See its console."

    def mode(self, kind: str, speed: float = 1.0) -> None:
        """Set the mode: `paused`, `realtime` (times `speed`) or `flat` (as fast as possible)."""
        self.call("mode => window.envgen.mode(mode)", {"kind": kind, "speed": speed})

    def policies(self) -> list[dict[str, Any]]:
        """Return the policies that the page lists."""
        rows: list[dict[str, Any]] = self.call("window.envgen.policies()")
        return rows

    def set_policy(self, key: str, to: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give a policy to a selection of agents; return how many took and how many refused it."""
        result: dict[str, Any] = self.call(
            "([key, to]) => window.envgen.setPolicy(key, to)", [key, dict(to or {})]
        )
        return result

    def add_onnx(self, path: Path) -> str:
        """Load an ONNX policy from a file and return its key.

        Raises:
            WorkError: The page refuses it.
        """
        content = base64.b64encode(path.read_bytes()).decode()
        key = self.call("([name, text]) => window.envgen.addOnnx(name, text)", [path.name, content])
        if key is None:
            raise WorkError(*self.problem())
        return str(key)

    def agents(self) -> list[dict[str, Any]]:
        """Return every running agent with its counters."""
        agents: list[dict[str, Any]] = self.call("window.envgen.agents()")
        return agents

    def record(
        self,
        steps: int,
        slots: Sequence[int] | None = None,
        look: Callable[[float], bool] = lambda _: False,
    ) -> bytes:
        """Return a recording of so many control steps, as Parquet.

        Args:
            steps: Control steps of each agent.
            slots: Slots of the worlds; by default all.
            look: Called repeatedly with the share done; True ends the recording early.

        Raises:
            WorkError: The page could record nothing.
        """
        self.call(
            "([steps, slots]) => { window.recording = window.envgen.record(steps, slots ?? undefined) }",
            [steps, slots],
        )
        while (share := self.call("window.envgen.recorded()")) is not None:
            if look(share):
                self.call("window.envgen.stopRecording()")
            self.sleep(POLL)
        text = self.call("window.recording")
        if text is None:
            raise WorkError(*self.problem())
        return base64.b64decode(text)

    def sleep(self, seconds: float) -> None:
        """Wait while the page goes on."""
        # not time.sleep: Playwright handles events of the page only while it waits itself
        self.page.wait_for_timeout(1000 * seconds)


@contextmanager
def session(
    root: Path,
    *,
    workers: int | None = None,
    draw: bool = False,
    gpu: bool = False,
    size: tuple[int, int] = (1280, 800),
    running: Browser | None = None,
    **settings: Any,
) -> Iterator[Session]:
    """Run a server, a headless browser and a page until the block ends.

    Args:
        root: Folder below which packs may be named.
        workers: Web Workers of the pool; by default what the page chooses.
        draw: Whether the page draws.
        gpu: Whether it draws on the graphics card.
        size: Size of the window, in pixels.
        running: A browser to use; by default a new one.
        settings: Further fields of `envgen.server.settings.ServerSettings`.

    Raises:
        WorkError: No browser, no page, or it does not start.
    """
    flags = {"draw": int(draw), **({"workers": workers} if workers else {})}
    with serving(root, **settings) as server:
        if server.page is None:
            raise WorkError(*NO_PAGE)
        url = f"{server.url}{'&' if '?' in server.url else '?'}{urlencode(flags)}"
        if running is not None:
            with _page(running, url, size) as found:
                yield found
        else:
            with browser(gpu=gpu) as own, _page(own, url, size) as found:
                yield found


@contextmanager
def _page(running: Browser, url: str, size: tuple[int, int]) -> Iterator[Session]:
    context = running.new_context(viewport={"width": size[0], "height": size[1]})
    try:
        page = context.new_page()
        found = Session(page)
        page.goto(url)
        until = time.monotonic() + START_TIMEOUT
        while not found.call("Boolean(window.envgen)"):
            blocked = page.locator("[data-blocked]").all_inner_texts()
            if blocked or found.errors or time.monotonic() > until:
                reason = next(iter([*blocked, *found.errors]), "it did not start in time")
                raise WorkError(f"the page can't run here: {reason}", "See `envgen doctor`.")
            found.sleep(POLL)
        found.call("window.envgen.ready()")
        yield found
    finally:
        context.close()
