"""Limits, other ways to keep them, and weak numbers a verdict hangs on, in plain words."""

from __future__ import annotations

from advisor.catalog import Catalog
from advisor.decide.limits import Alternative, Limit
from advisor.decide.records import HangsOn, Recommendation
from advisor.share.report import words
from advisor.wording import say


def limit(item: Limit, catalog: Catalog) -> str:
    """Describe a limit with both numbers: what is needed, what there is, for which strategies, on which model."""
    who = ", ".join(words.strategy(name, catalog) for name in item.strategies)
    told = {
        "what": item.what.capitalize(),
        "needed": item.needed,
        "available": item.available,
        "strategies": who,
    }
    if item.model:
        return say("report_limit_words.needed_on_model", model=item.model, **told)
    return say("report_limit_words.needed", **told)


def missed(recommendation: Recommendation) -> list[Limit]:
    """List the limits that what is recommended, or what to start with, misses."""
    named = {recommendation.recommended, recommendation.start_with.strategy}
    return [item for item in recommendation.limits if item.state == "missed" and named & set(item.strategies)]


def alternative(item: Alternative) -> str:
    """Describe what another way takes, with its own time and running cost where they are known."""
    facts = []
    if item.p50_ms is not None and item.p95_ms is not None:
        facts.append(say("report_limit_words.within", p50=item.p50_ms, p95=item.p95_ms))
    if item.usd_per_month is not None:
        facts.append(say("report_limit_words.usd_a_month", usd=item.usd_per_month))
    if item.keeps:
        facts.append(say("report_limit_words.keeps", limits=", ".join(item.keeps)))
    return f"{item.because} ({'; '.join(facts)})" if facts else item.because


def hangs(item: HangsOn, catalog: Catalog) -> str:
    """Describe at which end of a weak number the verdict is which, and how weak its ground is."""
    ends = ((item.low, item.at_low), (item.high, item.at_high))
    told = [
        say(
            "report_limit_words.at_end",
            value=value,
            strategy=words.strategy(end.recommended, catalog),
            verdict=words.VERDICTS[end.verdict].lower(),
        )
        for value, end in ends
    ]
    unit = "" if item.unit in ("factor", "share") else f" {item.unit.replace('_', ' ')}"
    number = f"{item.value:,.10g}{unit}"
    return say("report_limit_words.assumed", number=number, ground=item.ground, ends="; ".join(told))
