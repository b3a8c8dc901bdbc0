"""A recommendation and a decision map as terminal text."""

from __future__ import annotations

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from advisor.catalog import Catalog
from advisor.decide import DecisionMap, Reason, Recommendation
from advisor.palette import STRATEGIES, STRATEGY_COLOURS_DARK
from advisor.share.report import limit_words, words

_BAR = 30


def show_recommendation(recommendation: Recommendation, catalog: Catalog, console: Console) -> None:
    """Print verdict, shares, reasons, what would change it, and what to do."""
    console.print(Panel(_headline(recommendation, catalog), border_style="dim", expand=False))
    _show_reasons(recommendation, catalog, console)
    _show_flips(recommendation, catalog, console)
    for item in recommendation.hangs_on:
        told = f"{item.title}: {limit_words.hangs(item, catalog)}"
        console.print(f"[bold]Hangs on[/] {escape(told)}")
    _show_roadmap(recommendation, catalog, console)
    for warning in recommendation.warnings:
        console.print(f"[yellow]![/] {escape(warning)}")
    for asked in recommendation.questions:
        console.print(f"[bold]Worth asking[/] {escape(asked.question)} [dim]({words.worth(asked)})[/]")
    for one in recommendation.measure_next:
        console.print(f"[bold]Worth measuring[/] {escape(one.title)} [dim]({words.worth_measuring(one)})[/]")
    console.print(
        f"[dim]Rulebook {recommendation.rulebook['version']} ({recommendation.rulebook['sha256'][:12]}), "
        f"as of {recommendation.as_of}[/]"
    )


def _headline(recommendation: Recommendation, catalog: Catalog) -> Group:
    early = recommendation.verdict == "too_early"
    colour = "" if early else STRATEGY_COLOURS_DARK[recommendation.start_with.strategy]
    lines = [
        Text.assemble(
            (words.points_to(recommendation, catalog), f"bold {colour}".strip()),
            "" if early else f" {words.verdict(recommendation)}.",
        )
    ]
    if recommendation.start_with.stop_when and not early:
        lines.append(Text(f"{recommendation.start_with.because} {recommendation.start_with.stop_when}"))
    if not early:
        lines.append(Text(f"Shortlist: {words.any_of(recommendation.shortlist, catalog)}"))
    if recommendation.title:
        lines.insert(0, Text(recommendation.title, style="bold"))
    lines.append(Text(words.certainty(recommendation, catalog), style="dim"))
    told = words.percents(recommendation.probabilities)
    for name in sorted(STRATEGIES, key=lambda item: -recommendation.probabilities[item]):
        share = recommendation.probabilities[name]
        bar = "█" * round(share * _BAR)
        lines.append(
            Text.assemble(
                f"{words.strategy(name, catalog):<28}",
                (f"{bar:<{_BAR}}", STRATEGY_COLOURS_DARK[name]),
                f" {told[name]:>6}",
            )
        )
    lines += [
        Text(f"Limit missed: {limit_words.limit(item, catalog)}", style="yellow")
        for item in limit_words.missed(recommendation)
    ]
    if limit_words.missed(recommendation):
        lines += [
            Text(f"Instead {place}: {item.title}. {limit_words.alternative(item)}")
            for place, item in enumerate(recommendation.alternatives, 1)
        ]
    lines += [
        Text(f"Ruled out: {words.strategy(out.strategy, catalog)} — {out.because}")
        for out in recommendation.ruled_out
    ]
    return Group(*lines)


def _show_reasons(recommendation: Recommendation, catalog: Catalog, console: Console) -> None:
    for heading, chosen in (
        ("Reasons", words.sides(recommendation.reasons)[0]),
        ("Against it", words.sides(recommendation.reasons)[1]),
    ):
        if chosen:
            console.print(f"\n[bold]{heading}[/]")
        for reason in chosen:
            _show_reason(reason, catalog, console)


def _show_reason(reason: Reason, catalog: Catalog, console: Console) -> None:
    facts = "; ".join(
        f"{used.fact}: {words.answer(used.value, catalog.facts.get(used.fact))}" for used in reason.facts
    )
    console.print(
        f"• {escape(reason.title)} [dim]({escape(words.effects(reason.effect, reason.rules_out, catalog))})[/]"
    )
    console.print(f"  [dim]{escape(facts)} · {reason.rule} · {_evidence(reason)}[/]")


def _evidence(reason: Reason) -> str:
    return ", ".join(f"{item.source} ({item.supports})" for item in reason.evidence)


def _show_flips(recommendation: Recommendation, catalog: Catalog, console: Console) -> None:
    if not recommendation.flips:
        return
    heading = words.changes(recommendation)
    table = Table(
        "Answer",
        "now",
        "if it were",
        "recommended then",
        title=heading,
        title_justify="left",
        box=None,
    )
    for flip in recommendation.flips:
        fact = catalog.facts.get(flip.fact)
        table.add_row(
            escape(flip.fact),
            escape(words.answer(flip.from_, fact)),
            escape(words.answer(flip.to, fact)),
            words.strategy(flip.becomes, catalog),
        )
    console.print()
    console.print(table)


def _show_roadmap(recommendation: Recommendation, catalog: Catalog, console: Console) -> None:
    steps, failing = words.way(recommendation)
    console.print("\n[bold]What to do[/]")
    for number, step in enumerate(steps, 1):
        console.print(f"{number}. {escape(step.title)} [dim]({words.strategy(step.strategy, catalog)})[/]")
        console.print(f"   [dim]until: {escape(step.until)}[/]")
    for step in failing:
        console.print(f"[bold]If that fails[/] {escape(step.title)}\n   [dim]when: {escape(step.until)}[/]")
    if recommendation.techniques:
        names = ", ".join(technique.title for technique in recommendation.techniques)
        console.print(f"[bold]Goes with it[/] {escape(names)}")


def show_map(drawn: DecisionMap, catalog: Catalog, console: Console) -> None:
    """Print a decision map: one letter per cell, with the legend under it."""
    letters = {"prompting": "P", "few_shot": "S", "rag": "R", "fine_tuning": "F", "hybrid": "H"}
    fact_x, fact_y = catalog.facts[drawn.x], catalog.facts[drawn.y]
    console.print(f"[bold]{escape(fact_y.question)}[/] (down) × [bold]{escape(fact_x.question)}[/] (across)")
    for value, row in zip(drawn.y_values, drawn.first, strict=True):
        cells = Text.assemble(f"{words.answer(value, fact_y)[:22]:<24}", no_wrap=True)
        for name in row:
            cells.append(f"{letters[name]} ", style=f"bold {STRATEGY_COLOURS_DARK[name]}")
        console.print(cells)
    marks = (drawn.x_values[0], drawn.x_values[len(drawn.x_values) // 2], drawn.x_values[-1])
    console.print(f"{'':<24}" + " … ".join(words.answer(mark, fact_x) for mark in marks))
    console.print(
        "[dim]" + ", ".join(f"{letters[n]} {words.strategy(n, catalog)}" for n in STRATEGIES) + "[/]"
    )
