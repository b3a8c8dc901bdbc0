"""The part of a report that is about money: totals, components with their formulas, break-even, assumptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.cost import CostProjection, Crossing, Range, StrategyCost
from advisor.cost.rounding import money, worth
from advisor.share.report import words
from advisor.share.report.document import Bar, Bars, Block, Paragraph, Section, Table, Terms
from advisor.wording import say


def cost_section(advice: Advice, catalog: Catalog, number: Callable[[str], int]) -> Section:
    """Write the costs, or why there are none; ``number`` numbers a source."""
    if advice.cost is None:
        reason = advice.cost_unknown_because or say("report_costs.not_requested")
        said = Paragraph(say("report_costs.not_computed", reason=reason))
        return Section("costs", say("report_costs.costs"), (said,))
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
        blocks += [
            Paragraph(say("report_costs.beware"), strong=True),
            *(Paragraph(warning) for warning in cost.warnings),
        ]
    return Section("costs", say("report_costs.costs"), tuple(blocks))


def span(found: Range, currency: str = "") -> str:
    """Write an expected figure with its interval."""
    if found.expected is None:
        return say("report_costs.unknown")
    if found.low is None or found.high is None or found.low == found.high:
        return money(found.expected, currency)
    expected = money(found.expected, currency, low=found.low, high=found.high)
    return say("report_costs.range", expected=expected, low=worth(found.low), high=worth(found.high))


def _basis(cost: CostProjection) -> Terms:
    pairs = (
        (say("report_costs.model"), cost.model),
        (say("report_costs.requests_a_month"), f"{cost.requests_per_month:,.0f}"),
        (say("report_costs.reckoned_over"), say("report_costs.months", months=cost.horizon_months)),
        (say("report_costs.token_prices"), cost.price_origin),
        (say("report_costs.tuning"), cost.tuning_route),
        (say("report_costs.prices_of"), str(cost.as_of)),
        (say("report_costs.currency"), _currency(cost)),
    )
    return Terms(tuple(pair for pair in pairs if pair[1]))


def _currency(cost: CostProjection) -> str:
    if cost.currency == "USD":
        return "USD"
    return say("report_costs.currency_rate", currency=cost.currency, rate=cost.currency_rate)


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
    return Bars(say("report_costs.running_cost"), bars, say("report_costs.bar_chart", bars=listed))


def _totals(cost: CostProjection, catalog: Catalog) -> Table:
    head = (
        say("report_costs.strategy"),
        say("report_costs.per_month"),
        say("report_costs.once"),
        say("report_costs.per_thousand"),
        say("report_costs.over_months", months=cost.horizon_months),
        say("report_costs.answer_takes"),
    )
    rows = tuple(_total_row(name, priced, catalog) for name, priced in cost.strategies.items())
    caption = say("report_costs.each_strategy", currency=cost.currency)
    return Table(caption, head, rows, frozenset({1, 2, 3, 4, 5}))


def _total_row(name: str, priced: StrategyCost, catalog: Catalog) -> tuple[str, ...]:
    return (
        words.strategy(name, catalog),
        span(priced.per_month),
        money(priced.one_time),
        money(priced.per_1k_requests),
        _total(priced.total, priced),
        say("report_costs.latency", p50=priced.latency_ms.p50, p95=priced.latency_ms.p95),
    )


def _total(total: Range, priced: StrategyCost) -> str:
    told = span(total)
    return say("report_costs.total_until", total=told, day=priced.ends_on) if priced.ends_on else told


def _people(cost: CostProjection, catalog: Catalog) -> Table:
    rate = next(iter(cost.strategies.values())).people.usd_per_hour
    rows = tuple(
        (
            words.strategy(name, catalog),
            span(priced.people.per_month),
            span(priced.people.one_time),
            _total(priced.total_with_people, priced),
        )
        for name, priced in cost.strategies.items()
    )
    caption = say("report_costs.people", rate=rate, currency=cost.currency)
    head = (
        say("report_costs.strategy"),
        say("report_costs.care"),
        say("report_costs.until_in_use"),
        say("report_costs.total_over_months", months=cost.horizon_months),
    )
    return Table(caption, head, rows, frozenset({1, 2, 3}))


def _unknown(cost: CostProjection, catalog: Catalog) -> Iterator[Paragraph]:
    for name, priced in cost.strategies.items():
        if priced.unknown_because:
            yield Paragraph(
                say(
                    "report_costs.strategy_unknown",
                    strategy=words.strategy(name, catalog),
                    reason=priced.unknown_because,
                )
            )


def _traffic(cost: CostProjection) -> Iterator[Paragraph]:
    for crossing in cost.traffic.crossings:
        yield Paragraph(crossing.sentence)


def _crossings(cost: CostProjection, catalog: Catalog) -> Iterator[Table]:
    rows = tuple(_crossing_row(crossing, catalog) for crossing in cost.break_even)
    if rows:
        head = (say("report_costs.overtakes"), say("report_costs.overtaken"), say("report_costs.when"))
        yield Table(say("report_costs.crossings"), head, rows)


def _crossing_row(crossing: Crossing, catalog: Catalog) -> tuple[str, ...]:
    return words.strategy(crossing.to, catalog), words.strategy(crossing.from_, catalog), _when(crossing)


def _when(crossing: Crossing) -> str:
    if crossing.months is None:
        return say("report_costs.never", reason=crossing.never_because)
    if crossing.months < 0.05:
        return say("report_costs.at_once")
    if crossing.requests is None:
        return say("report_costs.after_months", months=crossing.months, day=crossing.day)
    requests = worth(crossing.requests)
    return say("report_costs.after_requests", months=crossing.months, requests=requests, day=crossing.day)


def _components(name: str, priced: StrategyCost, catalog: Catalog) -> Table:
    rows = tuple(
        (
            part.name,
            say(f"report_costs.due_{part.kind}"),
            money(part.usd_once if part.kind == "one_time" else part.usd_per_month, "USD"),
            part.formula,
        )
        for part in priced.components
    )
    caption = say("report_costs.components", strategy=words.strategy(name, catalog))
    head = (
        say("report_costs.component"),
        say("report_costs.due"),
        say("report_costs.amount"),
        say("report_costs.formula"),
    )
    return Table(caption, head, rows, frozenset({2}))


def _assumptions(cost: CostProjection, number: Callable[[str], int]) -> Iterator[Table]:
    rows = tuple(
        (
            item.title,
            _plain(item.value),
            say("report_costs.low_to_high", low=_plain(item.low), high=_plain(item.high)),
            " ".join(f"[{number(source)}]" for source in item.sources),
        )
        for item in cost.assumed
    )
    if rows:
        head = (
            say("report_costs.number"),
            say("report_costs.value"),
            say("report_costs.between"),
            say("report_costs.source"),
        )
        yield Table(say("report_costs.assumed"), head, rows, frozenset({1, 2}))


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
