"""The first page of a report, for whoever has to act on it: decision, how sure, money, limits, next step, what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.share.report import limit_words, summary, words
from advisor.share.report.document import Block, Paragraph, Section, Table, Terms
from advisor.wording import say

MANY = 3


def first_page(advice: Advice, catalog: Catalog) -> Section:
    """Write the page; everything on it is told at length further on."""
    found = advice.recommendation
    terms = [
        (say("report_first_page.how_sure"), summary.how_sure(found, catalog)),
        (say("report_first_page.limits"), _limits(advice, catalog)),
        (say("report_first_page.next_step"), _next_step(advice)),
        (say("report_first_page.would_change"), _changes(advice, catalog)),
    ]
    blocks: list[Block] = [
        Paragraph(summary.in_one_sentence(found, catalog), strong=True),
        Terms(tuple(pair for pair in terms if pair[1])),
        *_money(advice, catalog),
    ]
    return Section("in-brief", say("report_first_page.in_brief"), tuple(blocks))


def _money(advice: Advice, catalog: Catalog) -> Iterator[Table]:
    rows = tuple(
        (
            say("report_first_page.role", strategy=words.strategy(row.strategy, catalog), role=row.role),
            row.per_month,
            row.people_per_month,
            row.once,
            row.people_once,
        )
        for row in summary.moneys(advice)
    )
    if rows:
        head = (
            say("report_first_page.strategy"),
            say("report_first_page.a_month"),
            say("report_first_page.people_a_month"),
            say("report_first_page.once"),
            say("report_first_page.people_once"),
        )
        yield Table(say("report_first_page.costs"), head, rows, frozenset({1, 2, 3, 4}))


def _limits(advice: Advice, catalog: Catalog) -> str:
    missed = limit_words.missed(advice.recommendation)
    if missed:
        told = ". ".join(limit_words.limit(item, catalog) for item in missed[:MANY])
        return say("report_first_page.missed", limits=told)
    return say("report_first_page.none_missed") if advice.recommendation.limits else ""


def _next_step(advice: Advice) -> str:
    way, _ = words.way(advice.recommendation)
    return say("report_first_page.step_until", step=way[0].title, until=way[0].until) if way else ""


def _changes(advice: Advice, catalog: Catalog) -> str:
    told = []
    for change in advice.recommendation.flips[:MANY]:
        asked, how, becomes = words.flip(change, catalog)
        told.append(f"{asked} {how[:1].upper()}{how[1:]}: {becomes}.")
    return " ".join(told) or say("report_first_page.no_flips")
