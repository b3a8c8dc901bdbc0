"""Limits, other ways to keep them, and weak numbers a verdict hangs on, in plain words."""

from __future__ import annotations

from advisor.catalog import Catalog
from advisor.decide.limits import Alternative, Limit
from advisor.decide.records import HangsOn, Recommendation
from advisor.share.report import words


def limit(item: Limit, catalog: Catalog) -> str:
    """Describe a limit with both numbers: what is needed, what there is, for which strategies, on which model."""
    who = ", ".join(words.strategy(name, catalog) for name in item.strategies)
    on = f" on {item.model}" if item.model else ""
    return f"{item.what.capitalize()}: {item.needed} needed, {item.available} ({who}{on})"


def missed(recommendation: Recommendation) -> list[Limit]:
    """List the limits that what is recommended, or what to start with, misses."""
    named = {recommendation.recommended, recommendation.start_with.strategy}
    return [item for item in recommendation.limits if item.state == "missed" and named & set(item.strategies)]


def alternative(item: Alternative) -> str:
    """Describe what another way takes, with its own time and running cost where they are known."""
    facts = []
    if item.p50_ms is not None and item.p95_ms is not None:
        facts.append(f"median {item.p50_ms:,.0f} ms, 95 % within {item.p95_ms:,.0f} ms")
    if item.usd_per_month is not None:
        facts.append(f"about {item.usd_per_month:,.0f} USD a month")
    if item.keeps:
        facts.append(f"keeps: {', '.join(item.keeps)}")
    return f"{item.because} ({'; '.join(facts)})" if facts else item.because


def hangs(item: HangsOn, catalog: Catalog) -> str:
    """Describe at which end of a weak number the verdict is which, and how weak its ground is."""
    ends = ((item.low, item.at_low), (item.high, item.at_high))
    told = [
        f"at {value:,.10g} {words.strategy(end.recommended, catalog)}, {words.VERDICTS[end.verdict].lower()}"
        for value, end in ends
    ]
    unit = "" if item.unit in ("factor", "share") else f" {item.unit.replace('_', ' ')}"
    return f"{item.value:,.10g}{unit} assumed ({item.ground}); {'; '.join(told)}"
