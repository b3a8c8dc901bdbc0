"""The one place where the app asks what day it is and where its visitor's clock is; the rest takes the day as an argument."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from advisor.wording import say


def today() -> date:
    """Return the day to decide on: ``ADVISOR_AS_OF`` where it is set, else today's."""
    fixed = os.environ.get("ADVISOR_AS_OF", "")
    return date.fromisoformat(fixed) if fixed else datetime.now(UTC).astimezone().date()


def moment(at: datetime) -> str:
    """Write a moment in the visitor's own time zone, where the browser names one; else in UTC."""
    name = getattr(st.context, "timezone", None)
    try:
        zone = ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    at_home = aware.astimezone(zone)
    return say("clock.moment_utc" if zone is UTC else "clock.moment", at=at_home)
