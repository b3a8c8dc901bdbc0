"""``advisor cost``: what a workload costs with each strategy, or with each model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advisor.cost.rounding import money
from advisor.doors.cli.options import (
    AnswersArgument,
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    situation_of,
    stdout,
)
from advisor.doors.cli.prices import listing, prices
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.cost import CostProjection, ModelRow, Range

NAMES = {
    "prompting": "Prompting",
    "few_shot": "Few-shot",
    "rag": "RAG",
    "fine_tuning": "Fine-tuning",
    "hybrid": "RAG + fine-tuning",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("cost")(cost)
    app.add_typer(prices, name="prices", no_args_is_help=True)


def cost(
    file: AnswersArgument,
    model: Annotated[
        str | None, typer.Option(help="Model (default: the file's); provider:name if the name is ambiguous.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Cost the same workload on every shortlisted model.")
    ] = False,
    strategy: Annotated[
        str, typer.Option(help="With --compare: strategy to cost with each model.")
    ] = "prompting",
    cache_hit: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share of requests that the prompt cache serves, 0 to 1 (default: modelled)."
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=1, max=200_000, help="Monte Carlo draws behind the intervals.")
    ] = 1000,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Show what each strategy costs, when one becomes cheaper than another, and with what confidence."""
    from advisor.cost import compare_models, project

    catalog, day = catalog_of(rules), day_of(as_of)
    answers = situation_of(file, catalog).answers
    if model is not None:
        answers = {**answers, "model": model}
    if compare:
        if cache_hit is not None:
            answers = {**answers, "cache_hit": cache_hit}
        rows = compare_models(answers, catalog, as_of=day, strategy=strategy)
        _give_comparison(rows, day, strategy, as_json=as_json)
        return
    projection = project(answers, catalog, as_of=day, cache_hit=cache_hit, draws=draws)
    if as_json:
        print_json(projection)
    else:
        show_projection(projection, stdout())


def _give_comparison(rows: list[ModelRow], day: date, strategy: str, *, as_json: bool) -> None:
    if as_json:
        listed = [row.model_dump(mode="json") for row in rows]
        print_json({"as_of": day.isoformat(), "strategy": strategy, "models": listed})
        return
    stdout().print(comparison_table(rows, strategy))


def show_projection(projection: CostProjection, console: Console) -> None:
    """Print a projection for people: the five strategies, what makes them up, break-even, warnings."""
    console.print(_strategy_table(projection))
    console.print(_people_table(projection))
    listing(console, "Unknown", _unknown(projection))
    listing(
        console,
        "Traffic at which the order changes",
        [item.sentence for item in projection.traffic.crossings],
    )
    console.print("\n[bold]Break-even at this traffic[/]")
    for crossing in projection.break_even:
        console.print(f"  {NAMES[crossing.from_]} → {NAMES[crossing.to]}: {_when(crossing)}")
    listing(
        console,
        "Assumed, because nobody answered",
        [f"{a.fact} = {a.value:g} ({a.low:g} to {a.high:g})" for a in projection.assumed],
    )
    listing(console, "Beware", list(projection.warnings))


def _unknown(projection: CostProjection) -> list[str]:
    found: dict[str, list[str]] = {}
    for name, item in projection.strategies.items():
        found.setdefault(item.unknown_because, []).append(NAMES[name])
    return [f"{', '.join(names)}: {because}" for because, names in found.items() if because]


def _people_table(projection: CostProjection) -> Table:
    rate = next(iter(projection.strategies.values())).people.usd_per_hour
    table = _narrow_table(
        f"People's hours at {rate:,.0f} USD, not in the figures above",
        ("", "per month", "once", "total"),
    )
    for name in STRATEGIES:
        item = projection.strategies[name]
        table.add_row(
            NAMES[name],
            _range(item.people.per_month),
            _range(item.people.one_time),
            _range(item.total_with_people) + ("*" if item.ends_on else ""),
        )
    return table


def _range(found: Range) -> str:
    return money(found.expected, low=found.low, high=found.high)


def _when(crossing: Any) -> str:
    if crossing.months is None:
        return f"never — {escape(crossing.never_because)}"
    return f"after {crossing.months:,.2f} months ({crossing.requests:,.0f} requests), on {crossing.day}"


def _strategy_table(projection: CostProjection) -> Table:
    table = _narrow_table(
        f"{projection.model}, prices of {projection.as_of}, {projection.currency}",
        ("", "per month", "90%", "per 1,000", "once", f"{projection.horizon_months:g} months", "p95 ms"),
    )
    ends = sorted({str(item.ends_on) for item in projection.strategies.values() if item.ends_on})
    until = f" * Until the model ends on {' or '.join(ends)}, not longer." if ends else ""
    tuned = projection.tuning_route or "none is open"
    table.caption = f"Tuned model: {tuned}. Intervals: 90% of {projection.draws} draws.{until}"
    for name in STRATEGIES:
        item = projection.strategies[name]
        table.add_row(
            NAMES[name],
            _range(item.per_month),
            _interval(item.per_month),
            money(item.per_1k_requests),
            money(item.one_time),
            _range(item.total) + ("*" if item.ends_on else ""),
            f"{item.latency_ms.p95:,.0f}",
        )
    return table


def _narrow_table(title: str, headings: Sequence[str]) -> Table:
    """Make a table whose figures are whole in a terminal of eighty columns."""
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False)
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _interval(found: Range) -> str:
    if found.expected is None:
        return "unknown"
    return f"{money(found.low, low=0, high=1e9)}–{money(found.high, low=0, high=1e9)}"


def comparison_table(rows: list[ModelRow], strategy: str) -> Table:
    """Lay out the models' comparison for the terminal."""
    table = _narrow_table(
        f"{NAMES.get(strategy, strategy)}, cheapest first; ◆ = no other is both cheaper and faster",
        ("model", "month", "per 1,000", "p95 ms", "context", "tunable", "retires"),
    )
    for row in rows:
        context = "?" if row.context_tokens is None else f"{row.context_tokens / 1000:,.0f}k"
        table.add_row(
            f"{'◆ ' if row.on_front else '  '}{row.model}",
            money(row.usd_per_month),
            money(row.usd_per_1k_requests),
            f"{row.p95_ms:,.0f}",
            context if row.fits_context is not False else f"{context}: too small",
            "yes" if row.tunable_by_new_customer else "no",
            str(row.retires_on or ""),
        )
    return table
