"""What every test may use: the day of the tests and the rulebook."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Tests never take rules, data or keys from the developer's own environment.
for name in list(os.environ):
    if name.startswith("ADVISOR_") and name != "ADVISOR_CHROMIUM":
        del os.environ[name]

settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


SLOW = Path(__file__).with_name("slow.txt")
"""Tests, or whole files, that `make quick` leaves out; renewed by ``pytest --write-slow`` over all tests."""
SLOW_CALL_SECONDS, SLOW_CASES_SECONDS, SLOW_SETUP_SECONDS = 0.2, 0.6, 0.5


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-slow", action="store_true", help="write what was slow to tests/slow.txt")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("write_slow") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SlowTests())


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    listed = set(SLOW.read_text(encoding="utf-8").split())
    for item in items:
        file, _, _ = item.nodeid.partition("::")
        if {file, item.nodeid.partition("[")[0]} & listed:
            item.add_marker(pytest.mark.slow)


class SlowTests:
    """Collects what was slow: a function by one case or by all together, a file by what it sets up for its tests."""

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup" and report.duration > SLOW_SETUP_SECONDS:
            self.slow.add(report.nodeid.partition("::")[0])
        function = report.nodeid.partition("[")[0]
        self.seconds[function] += report.duration
        longest = report.when == "call" and report.duration > SLOW_CALL_SECONDS
        if longest or self.seconds[function] > SLOW_CASES_SECONDS:
            self.slow.add(function)

    def pytest_sessionfinish(self) -> None:
        named = sorted(
            name for name in self.slow if name.partition("::")[0] not in self.slow or "::" not in name
        )
        SLOW.write_text("\n".join(named) + "\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def own_main_module():
    """Put ``__main__`` back: Streamlit's page tests leave their script there, and worker processes would run it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def day() -> date:
    return date(2026, 11, 22)


@pytest.fixture(scope="session")
def catalog():
    from advisor.catalog import load_catalog

    return load_catalog()
