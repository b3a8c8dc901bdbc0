"""``advisor prices``: the price sheet, one model in full, differences from public price tables, what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advisor.doors.cli.options import (
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    stderr,
    stdout,
)
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.catalog import Catalog
    from advisor.cost.price_checks import PriceDifference
    from advisor.cost.price_sheets import PriceRow

prices = typer.Typer(
    help="List prices, show one model's prices, compare them with public price tables, and list overdue reviews."
)


def listing(console: Console, title: str, lines: list[str]) -> None:
    """Print a heading with lines under it; no heading without lines."""
    if lines:
        console.print(f"\n[bold]{title}[/]")
    for line in lines:
        console.print(f"  {escape(line)}")


@prices.command("list")
def list_(
    provider: Annotated[str | None, typer.Option(help="List this provider's models only.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Include retired models and models that are not on the shortlist.")
    ] = False,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """List models with their prices on a day."""
    from advisor.cost.price_sheets import price_rows

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
    model: Annotated[str, typer.Argument(help="Model; provider:name if the name is ambiguous.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Show one model: price tiers, batch prices, announced changes, cache, ways to tune it, sources."""
    from advisor.cost.price_sheets import price_sheet

    day = day_of(as_of)
    sheet = price_sheet(model, catalog_of(rules), day)
    if as_json:
        print_json({"as_of": day.isoformat(), **sheet.model_dump(mode="json")})
        return
    console = stdout()
    console.print(_price_table([sheet.price], day))
    listing(console, "By length of the prompt", [_tier_text(tier) for tier in sheet.tiers])
    listing(console, "In batches", [_tier_text(tier) for tier in sheet.batch_tiers])
    listing(
        console, "Later", [f"from {when}: {_tier_text(tiers[0])}" for when, tiers in sheet.changes.items()]
    )
    listing(
        console,
        "Prompt cache",
        [
            f"{key}: {value}"
            for key, value in sheet.cache.items()
            if key in {"minimum_tokens", "automatic", "note"}
        ],
    )
    listing(console, "Tuning", [f"{row.label} ({row.status}): {_tuning_text(row)}" for row in sheet.tuning])
    listing(console, "Beware", [sheet.note] if sheet.note else [])


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
    months: Annotated[float, typer.Option(min=0, max=120, help="Months ahead to look for end dates.")] = 12,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Compare every price, context window and end date with genai-prices and, if it is installed, LiteLLM's table.

    Prints the differences, the models and tuning routes that end within --months, and overdue reviews. Exit code 3 if the
    rulebook does not account for a difference. Nothing is fetched.
    """
    from advisor.cost.price_checks import endings, explained, price_differences
    from advisor.cost.price_checks import overdue as overdue_entries
    from advisor.cost.price_tables import day_after

    catalog, day = catalog_of(rules), day_of(as_of)
    second, tables = _second(catalog, day)
    found = explained([*price_differences(catalog, day), *second], catalog.market)
    moved, known = [item for item in found if not item.because], [item for item in found if item.because]
    ends, late = endings(catalog, day, day_after(day, months * 365 / 12)), overdue_entries(catalog, day)
    if as_json:
        groups: dict[str, Sequence[BaseModel]] = {
            "differences": found,
            "moved": moved,
            "explained": known,
            "ends": ends,
            "overdue": late,
        }
        listed = {name: [item.model_dump(mode="json") for item in items] for name, items in groups.items()}
        print_json({"as_of": day.isoformat(), "tables": tables, **listed})
    else:
        listing(
            stdout(),
            f"Unexplained differences from {' and '.join(tables)} on {day}",
            [_said(item) for item in moved] or ["nothing"],
        )
        listing(stdout(), "Explained differences", [f"{_said(item)}. {item.because}" for item in known])
        listing(
            stdout(),
            f"Ends within {months:g} months",
            [f"{item.on} {item.entry}: {item.what}" for item in ends],
        )
        listing(
            stdout(), "Overdue for review", [f"{item.entry}: review by {item.review_by}" for item in late]
        )
    if moved:
        raise typer.Exit(3)


def _second(catalog: Catalog, day: date) -> tuple[list[PriceDifference], list[str]]:
    from advisor.cost.second_table import table_differences, table_version

    first = f"genai-prices {version('genai-prices')}"
    try:
        return table_differences(catalog, day), [first, f"LiteLLM {table_version()}"]
    except AdvisorError as error:
        stderr().print(escape(f"{error.problem}: compared with genai-prices only. {error.remedy}"))
        return [], [first]


def _said(item: PriceDifference) -> str:
    if item.days is not None:
        ours, theirs = (str(day or "no end") for day in item.days)
    else:
        ours, theirs = _figure(item.ours), _figure(item.library)
    return f"{item.entry}, {item.what}: ours {ours}, {item.table} {theirs}"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"


@prices.command("overdue")
def overdue(as_json: JsonOption = False, rules: RulesOption = None, as_of: AsOfOption = None) -> None:
    """List prices and other market data that are overdue for review."""
    from advisor.cost.price_checks import overdue as overdue_entries

    day = day_of(as_of)
    found = overdue_entries(catalog_of(rules), day)
    if as_json:
        print_json({"as_of": day.isoformat(), "overdue": [item.model_dump(mode="json") for item in found]})
        return
    lines = [f"{item.entry}: review by {item.review_by}, last checked {item.checked}" for item in found]
    listing(stdout(), f"Overdue for review on {day}", lines or ["nothing"])
