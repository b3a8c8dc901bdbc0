"""``advisor prices``: the price sheet, one model in full, differences from the price library, what is overdue."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advisor.cli.options import AsOfOption, JsonOption, RulesOption, catalog_of, day_of, print_json, stdout

if TYPE_CHECKING:
    from advisor.cost.price_sheets import PriceRow

prices = typer.Typer(
    help="The price sheet: list, show one model, compare with the price library, what is overdue."
)


def listing(console: Console, title: str, lines: list[str]) -> None:
    """Print a heading with lines under it; no heading without lines."""
    if lines:
        console.print(f"\n[bold]{title}[/]")
    for line in lines:
        console.print(f"  {escape(line)}")


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
    model: Annotated[str, typer.Argument(help="A model, provider:name where the name is ambiguous.")],
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Show one model: tiers, batch, changes to come, cache, ways to tune it, sources."""
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
        listing(stdout(), f"Differences from genai-prices on {day}", lines or ["none"])
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
    listing(stdout(), f"Overdue on {day}", lines or ["nothing"])
