"""How fast a service may be asked."""

from __future__ import annotations

import asyncio
from typing import Final

CALLS_PER_MINUTE: Final = 300
"""What a service elsewhere gets where nobody says more: our judgement, five calls a second."""


def calls_per_minute(local: bool, stated: int | None) -> float:
    """Return the limit on calls a minute: the stated one, else 300, and none for a service on this machine."""
    if stated is not None:
        return stated
    return float("inf") if local else CALLS_PER_MINUTE


class Pace:
    """Lets calls begin one after another, so many a minute."""

    def __init__(self, per_minute: float) -> None:
        self._gap_seconds = 60.0 / per_minute
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next call may begin."""
        now = asyncio.get_running_loop().time()
        wait = max(0.0, self._next - now)
        self._next = max(now, self._next) + self._gap_seconds
        await asyncio.sleep(wait)
