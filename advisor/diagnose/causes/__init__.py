"""The explicit table of causes; a cause that is not listed here does not exist."""

from __future__ import annotations

from advisor.diagnose.causes import system_prompt_differs
from advisor.diagnose.contract import Cause

CAUSES: tuple[Cause, ...] = (system_prompt_differs.CAUSE,)
BY_ID = {cause.id: cause for cause in CAUSES}

__all__ = ["BY_ID", "CAUSES", "Cause"]
