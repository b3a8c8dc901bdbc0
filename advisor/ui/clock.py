"""The one place where the app asks what day it is; everything below takes the day as an argument."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


def today() -> date:
    """Give the day to decide on: ``ADVISOR_AS_OF`` where it is set, else today's."""
    fixed = os.environ.get("ADVISOR_AS_OF", "")
    return date.fromisoformat(fixed) if fixed else datetime.now(UTC).astimezone().date()
