"""The part of a report that is about money: totals, components with their formulas, break-even, assumptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.cost import CostProjection, Crossing, Range, StrategyCost
from advisor.cost.rounding import money, worth
from advisor.share.report import words
from advisor.share.report.document import Bar, Bars, Block, Paragraph, Section, Table, Terms

KINDS: Final = {"per_request": "per request", "monthly": "monthly", "one_time": "once"}


def cost_section(advice: Advice, catalog: Catalog, number: Callable[[str], int]) -> Section:
    """Write the costs, or why there are none; ``number`` numbers a source."""
    if advice.cost is None:
        reason = advice.cost_unknown_because or "Costs were not requested."
        return Section("costs", "Costs", (Paragraph(f"Not computed. {reason}"),))
    cost = advice.cost
    blocks: list[Block] = [
        _basis(cost),
        _chart(cost, catalog),
        _totals(cost, catalog),
        _people(cost, catalog),
    ]
    blocks += _unknown(cost, catalog)
    blocks += _traffic(cost)
    blocks += _crossings(cost, catalog)
    blocks += [_components(name, priced, catalog) for name, priced in cost.strategies.items()]
    blocks += _assumptions(cost, number)
    if cost.warnings:
        blocks += [Paragraph("Beware:", strong=True), *(Paragraph(warning) for warning in cost.warnings)]
    return Section("costs", "Costs", tuple(blocks))


def span(found: Range, currency: str = "") -> str:
    """Write an expected figure with its interval."""
    if found.expected is None:
        return "unknown"
    if found.low is None or found.high is None or found.low == found.high:
        return money(found.expected, currency)
    expected = money(found.expected, currency, low=found.low, high=found.high)
    return f"{expected} ({worth(found.low)} to {worth(found.high)})"


def _basis(cost: CostProjection) -> Terms:
    pairs = (
        ("Model", cost.model),
        ("Requests a month", f"{cost.requests_per_month:,.0f}"),
        ("Reckoned over", f"{cost.horizon_months:g} months"),
        ("Token prices", cost.price_origin),
        ("Tuning", cost.tuning_route),
        ("Prices of", str(cost.as_of)),
        ("Currency", _currency(cost)),
    )
    return Terms(tuple(pair for pair in pairs if pair[1]))


def _currency(cost: CostProjection) -> str:
    if cost.currency == "USD":
        return "USD"
    return f"{cost.currency}, at {cost.currency_rate:g} for one USD; components are in USD"


def _chart(cost: CostProjection, catalog: Catalog) -> Bars:
    bars = tuple(
        Bar(
            words.strategy(name, catalog),
            # A bar without a length stands beside the word "unknown"; it is not a price of nothing.
            priced.per_month.expected or 0.0,
            span(priced.per_month, cost.currency),
            name,
            priced.per_month.low,
            priced.per_month.high,
        )
        for name, priced in cost.strategies.items()
    )
    listed = "; ".join(f"{bar.label} {bar.shown}" for bar in bars)
    return Bars("Running cost per month", bars, f"Bar chart with ranges. {listed}.")


def _totals(cost: CostProjection, catalog: Catalog) -> Table:
    head = (
        "Strategy",
        "Per month",
        "Once",
        "Per 1,000 requests",
        f"Over {cost.horizon_months:g} months",
        "Answer takes (p50 / p95)",
    )
    rows = tuple(_total_row(name, priced, catalog) for name, priced in cost.strategies.items())
    return Table(f"What each strategy costs, in {cost.currency}", head, rows, frozenset({1, 2, 3, 4, 5}))


def _total_row(name: str, priced: StrategyCost, catalog: Catalog) -> tuple[str, ...]:
    until = f", until {priced.ends_on}" if priced.ends_on else ""
    return (
        words.strategy(name, catalog),
        span(priced.per_month),
        money(priced.one_time),
        money(priced.per_1k_requests),
        span(priced.total) + until,
        f"{priced.latency_ms.p50:,.0f} / {priced.latency_ms.p95:,.0f} ms",
    )


def _people(cost: CostProjection, catalog: Catalog) -> Table:
    rate = next(iter(cost.strategies.values())).people.usd_per_hour
    rows = tuple(
        (
            words.strategy(name, catalog),
            span(priced.people.per_month),
            span(priced.people.one_time),
            span(priced.total_with_people) + (f", until {priced.ends_on}" if priced.ends_on else ""),
        )
        for name, priced in cost.strategies.items()
    )
    caption = f"People's hours at {rate:,.0f} USD each, not in the figures above, in {cost.currency}"
    head = (
        "Strategy",
        "Care per month",
        "Until in use, once",
        f"Total over {cost.horizon_months:g} months",
    )
    return Table(caption, head, rows, frozenset({1, 2, 3}))


def _unknown(cost: CostProjection, catalog: Catalog) -> Iterator[Paragraph]:
    for name, priced in cost.strategies.items():
        if priced.unknown_because:
            yield Paragraph(f"{words.strategy(name, catalog)}: unknown. {priced.unknown_because}")


def _traffic(cost: CostProjection) -> Iterator[Paragraph]:
    for crossing in cost.traffic.crossings:
        yield Paragraph(crossing.sentence)


def _crossings(cost: CostProjection, catalog: Catalog) -> Iterator[Table]:
    rows = tuple(_crossing_row(crossing, catalog) for crossing in cost.break_even)
    if rows:
        yield Table(
            "When one strategy becomes cheaper in total than another",
            ("Overtakes", "Overtaken", "When"),
            rows,
        )


def _crossing_row(crossing: Crossing, catalog: Catalog) -> tuple[str, ...]:
    when = f"Never: {crossing.never_because}" if crossing.months is None else _when(crossing)
    return words.strategy(crossing.to, catalog), words.strategy(crossing.from_, catalog), when


def _when(crossing: Crossing) -> str:
    requests = f", {worth(crossing.requests)} requests" if crossing.requests is not None else ""
    if crossing.months is not None and crossing.months < 0.05:
        return "at once"
    return f"after {crossing.months:.1f} months{requests} ({crossing.day})"


def _components(name: str, priced: StrategyCost, catalog: Catalog) -> Table:
    rows = tuple(
        (
            part.name,
            KINDS[part.kind],
            money(part.usd_once if part.kind == "one_time" else part.usd_per_month, "USD"),
            part.formula,
        )
        for part in priced.components
    )
    caption = f"{words.strategy(name, catalog)}: components and their formulas"
    return Table(caption, ("Component", "Due", "Amount", "Formula"), rows, frozenset({2}))


def _assumptions(cost: CostProjection, number: Callable[[str], int]) -> Iterator[Table]:
    rows = tuple(
        (
            item.title,
            _plain(item.value),
            f"{_plain(item.low)} to {_plain(item.high)}",
            " ".join(f"[{number(source)}]" for source in item.sources),
        )
        for item in cost.assumed
    )
    if rows:
        yield Table(
            "Assumed, because nobody answered",
            ("Number", "Value", "Range", "Source"),
            rows,
            frozenset({1, 2}),
        )


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
