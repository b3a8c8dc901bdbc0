"""What each strategy, model and route needs, and what there is: met, missed or unknown."""

from __future__ import annotations

from advisor.limits.feasible import feasible

__all__ = ["feasible"]
