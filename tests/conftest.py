"""What every test may use: the day of the tests and the rulebook."""

from __future__ import annotations

import os
import sys
from datetime import date

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
