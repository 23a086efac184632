"""Budgets of processor time: what is over them is marked `slow`, and `scripts/test quick` leaves it out.

A pytest plugin. Processor time is measured, of a test and of the processes that it waited for, as that hardly
depends on what else runs. The budgets are about twice what modules without the marker take on a slow machine.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from support import ROOT

SLOW_FOLDERS = ("browser", "cli", "docs", "learn", "newest", "parity", "server")
"""Folders of tests/ whose tests start browsers, servers, Node and other processes: all of them are slow."""
PER_TEST = 4.0
"""Seconds that a test without the marker may take."""
PER_MODULE = 12.0
"""Seconds that the tests of a module without the marker may take together."""


def used() -> float:
    """Processor time of this process and of those it has waited for, in s."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] in SLOW_FOLDERS:
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    before = used()
    try:
        yield
    finally:
        item.user_properties.append(("cpu", used() - before))


class Budget:
    """What tests without the marker took, as the process that reports sees it."""

    def __init__(self) -> None:
        self.tests: dict[str, float] = {}
        self.modules: Counter[str] = Counter()

    def over(self) -> list[str]:
        """What is over its budget."""
        return [
            f"{name}: {seconds:.1f} s of processor time, over {most:.0f} s"
            for took, most in ((self.tests, PER_TEST), (self.modules, PER_MODULE))
            for name, seconds in took.items()
            if seconds > most
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and "slow" not in report.keywords:
            took = float(dict(report.user_properties).get("cpu", 0.0))
            self.tests[report.nodeid] = took
            self.modules[report.nodeid.split("::")[0]] += took

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.over() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if over := self.over():
            terminalreporter.section("too slow for tests without the marker `slow`")
            for line in over:
                terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # not in the processes of pytest-xdist
        config.pluginmanager.register(Budget(), "budget")
