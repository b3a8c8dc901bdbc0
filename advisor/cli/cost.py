"""``advisor cost`` and ``advisor prices``: what a workload costs, and the price sheet behind it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advisor.cli.options import (
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
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.cost import CostProjection, ModelRow
    from advisor.cost.price_checks import PriceRow

prices = typer.Typer(
    help="The price sheet: list, show one model, compare with the price library, what is overdue."
)
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
        str | None, typer.Option(help="Another model than the file's; provider:name where ambiguous.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="The same workload over the shortlist of models.")
    ] = False,
    strategy: Annotated[
        str, typer.Option(help="With --compare: what to cost with each model.")
    ] = "prompting",
    cache_hit: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share of requests that the prompt cache serves; modelled where not given."
        ),
    ] = None,
    draws: Annotated[int, typer.Option(min=1, max=200_000, help="Draws behind the intervals.")] = 1000,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Say what each strategy costs, when one overtakes another, and how sure that is."""
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
    console.print("\n[bold]Break-even[/]")
    for crossing in projection.break_even:
        console.print(f"  {NAMES[crossing.from_]} → {NAMES[crossing.to]}: {_when(crossing)}")
    _listing(
        console,
        "Assumed, because nobody answered",
        [f"{a.fact} = {a.value:g} ({a.low:g} to {a.high:g})" for a in projection.assumed],
    )
    _listing(console, "Beware", list(projection.warnings))


def _listing(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(f"\n[bold]{title}[/]")
    for line in lines:
        console.print(f"  {escape(line)}")


def _when(crossing: Any) -> str:
    if crossing.months is None:
        return f"never — {escape(crossing.never_because)}"
    return f"after {crossing.months:,.2f} months ({crossing.requests:,.0f} requests), on {crossing.day}"


def _strategy_table(projection: CostProjection) -> Table:
    title = f"{projection.model}, prices of {projection.as_of}, {projection.currency}"
    table = Table(
        title=title,
        caption=f"Tuned model: {projection.tuning_route}. Intervals: 90 % of {projection.draws} draws.",
    )
    for heading in (
        "",
        "per day",
        "per month",
        "90 %",
        "per 1,000",
        "once",
        f"{projection.horizon_months:g} months",
        "p95 ms",
    ):
        table.add_column(heading, justify="left" if not heading else "right")
    for name in STRATEGIES:
        item = projection.strategies[name]
        table.add_row(
            NAMES[name],
            _money(item.per_day),
            _money(item.per_month.expected),
            f"{_money(item.per_month.low)}–{_money(item.per_month.high)}",
            _money(item.per_1k_requests),
            _money(item.one_time),
            _money(item.total.expected) + ("*" if item.ends_on else ""),
            f"{item.latency_ms.p95:,.0f}",
        )
    return table


def _money(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"


def comparison_table(rows: list[ModelRow], strategy: str) -> Table:
    """Lay out the models' comparison for the terminal."""
    table = Table(
        title=f"{NAMES.get(strategy, strategy)}, cheapest first; ◆ = no other is both cheaper and faster"
    )
    for heading in (
        "model",
        "month",
        "per 1,000",
        "first token p95",
        "p95 ms",
        "context",
        "fits",
        "tunable",
        "retires",
    ):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for row in rows:
        table.add_row(
            f"{'◆ ' if row.on_front else '  '}{row.model}",
            _money(row.usd_per_month),
            _money(row.usd_per_1k_requests),
            f"{row.first_token_p95_ms:,.0f}",
            f"{row.p95_ms:,.0f}",
            "?" if row.context_tokens is None else f"{row.context_tokens:,}",
            {True: "yes", False: "NO", None: "?"}[row.fits_context],
            "yes" if row.tunable_by_new_customer else "no",
            str(row.retires_on or ""),
        )
    return table


@prices.command("list")
def list_(
    provider: Annotated[str | None, typer.Option(help="Only this provider's models.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also models off the shortlist, and retired ones.")
    ] = False,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """List models with their prices on a day."""
    from advisor.cost.price_checks import price_rows

    day = day_of(as_of)
    rows = price_rows(catalog_of(rules), day, provider=provider, everything=everything)
    if as_json:
        print_json(
            {
                "as_of": day.isoformat(),
                "unit": "USD per 1M tokens",
                "models": [r.model_dump(mode="json") for r in rows],
            }
        )
    else:
        stdout().print(_price_table(rows, day))


def _price_table(rows: list[PriceRow], day: date) -> Table:
    table = Table(title=f"USD per 1M tokens on {day}")
    for heading in ("model", "in", "cached", "write", "out", "batch", "context", "tunable", "retires"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for row in rows:
        figures = [row.input, row.cache_read, row.cache_write, row.output]
        table.add_row(
            row.model,
            *("unknown" if figure is None else f"{figure:g}" for figure in figures),
            "yes" if row.batch else "no",
            "?" if row.context_tokens is None else f"{row.context_tokens:,}",
            "yes" if row.tunable_by_new_customer else "no",
            f"{row.retires_on or ''}{' (gone)' if row.retired else ''}",
        )
    return table


@prices.command("show")
def show(
    model: Annotated[str, typer.Argument(help="A model, provider:name where the name is ambiguous.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Show one model: tiers, batch, changes to come, cache, ways to tune it, sources."""
    from advisor.cost.price_checks import price_sheet

    day = day_of(as_of)
    sheet = price_sheet(model, catalog_of(rules), day)
    if as_json:
        print_json({"as_of": day.isoformat(), **sheet.model_dump(mode="json")})
        return
    console = stdout()
    console.print(_price_table([sheet.price], day))
    _listing(console, "By length of the prompt", [_tier_text(tier) for tier in sheet.tiers])
    _listing(console, "In batches", [_tier_text(tier) for tier in sheet.batch_tiers])
    _listing(
        console, "Later", [f"from {when}: {_tier_text(tiers[0])}" for when, tiers in sheet.changes.items()]
    )
    _listing(
        console,
        "Prompt cache",
        [
            f"{key}: {value}"
            for key, value in sheet.cache.items()
            if key in {"minimum_tokens", "automatic", "note"}
        ],
    )
    _listing(console, "Tuning", [f"{row.label} ({row.status}): {_tuning_text(row)}" for row in sheet.tuning])
    _listing(console, "Beware", [sheet.note] if sheet.note else [])


def _tier_text(tier: dict[str, float]) -> str:
    above = f"above {tier['above_tokens']:,} tokens: " if tier["above_tokens"] else ""
    return f"{above}in {tier['input']:g}, cached {tier['cache_read']:g}, write {tier['cache_write']:g}, out {tier['output']:g}"


def _tuning_text(row: Any) -> str:
    rate = "unknown" if row.training_usd_per_mtok is None else f"{row.training_usd_per_mtok:.4g}"
    tuned = (
        f", tuned in {row.input:g}, out {row.output:g}"
        if row.input is not None
        else f", {row.serving.replace('_', ' ')}"
    )
    hosting = f", {row.hosting_usd_per_hour:g} USD an hour" if row.hosting_usd_per_hour else ""
    return f"training {rate} USD per 1M{tuned}{hosting}. {row.note}"


@prices.command("check")
def check(
    fail: Annotated[bool, typer.Option("--fail", help="Exit with 1 where there is a difference.")] = False,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Compare our own figures with genai-prices and name the differences."""
    from advisor.cost.price_checks import price_differences

    day = day_of(as_of)
    found = price_differences(catalog_of(rules), day)
    if as_json:
        print_json(
            {"as_of": day.isoformat(), "differences": [item.model_dump(mode="json") for item in found]}
        )
    else:
        lines = [
            f"{item.entry}, {item.what}: ours {_figure(item.ours)}, library {_figure(item.library)}"
            for item in found
        ]
        _listing(stdout(), f"Differences from genai-prices on {day}", lines or ["none"])
    if fail and found:
        raise typer.Exit(1)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"


@prices.command("overdue")
def overdue(as_json: JsonOption = False, rules: RulesOption = None, as_of: AsOfOption = None) -> None:
    """List market entries whose day of review has passed."""
    from advisor.cost.price_checks import overdue as overdue_entries

    day = day_of(as_of)
    found = overdue_entries(catalog_of(rules), day)
    if as_json:
        print_json({"as_of": day.isoformat(), "overdue": [item.model_dump(mode="json") for item in found]})
        return
    lines = [f"{item.entry}: review by {item.review_by}, last checked {item.checked}" for item in found]
    _listing(stdout(), f"Overdue on {day}", lines or ["nothing"])
