"""What each strategy, model and route needs, and what there is: met, missed or unknown."""

from __future__ import annotations

from advisor.decide.limits.feasible import feasible
from advisor.decide.limits.judging import limits
from advisor.decide.limits.records import Alternative, Limit, Limits, Route
from advisor.decide.limits.situation import limits_of

__all__ = ["Alternative", "Limit", "Limits", "Route", "feasible", "limits", "limits_of"]
