"""The first page of a report, for whoever has to act on it: decision, how sure, money, limits, next step, what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.share.report import limit_words, summary, words
from advisor.share.report.document import Block, Paragraph, Section, Table, Terms

MANY = 3


def first_page(advice: Advice, catalog: Catalog) -> Section:
    """Write the page; everything on it is told at length further on."""
    found = advice.recommendation
    terms = [
        ("How sure", summary.how_sure(found, catalog)),
        ("Limits", _limits(advice, catalog)),
        ("Next step", _next_step(advice)),
        ("What would change it", _changes(advice, catalog)),
    ]
    blocks: list[Block] = [
        Paragraph(summary.in_one_sentence(found, catalog), strong=True),
        Terms(tuple(pair for pair in terms if pair[1])),
        *_money(advice, catalog),
    ]
    return Section("in-brief", "In brief", tuple(blocks))


def _money(advice: Advice, catalog: Catalog) -> Iterator[Table]:
    rows = tuple(
        (
            f"{words.strategy(row.strategy, catalog)} ({row.role})",
            row.per_month,
            row.people_per_month,
            row.once,
            row.people_once,
        )
        for row in summary.moneys(advice)
    )
    if rows:
        head = ("Strategy", "A month", "People a month", "Once", "People once")
        yield Table("What it costs", head, rows, frozenset({1, 2, 3, 4}))


def _limits(advice: Advice, catalog: Catalog) -> str:
    missed = limit_words.missed(advice.recommendation)
    if missed:
        return "Missed. " + ". ".join(limit_words.limit(item, catalog) for item in missed[:MANY]) + "."
    return "None that was stated is missed." if advice.recommendation.limits else ""


def _next_step(advice: Advice) -> str:
    way, _ = words.way(advice.recommendation)
    return f"{way[0].title}, until {way[0].until}." if way else ""


def _changes(advice: Advice, catalog: Catalog) -> str:
    told = []
    for change in advice.recommendation.flips[:MANY]:
        asked, how, becomes = words.flip(change, catalog)
        told.append(f"{asked} {how[:1].upper()}{how[1:]}: {becomes}.")
    return " ".join(told) or "No single answer changes the recommendation."
