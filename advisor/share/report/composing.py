"""Advice in, a document out: what a report says and in which order, the same for every format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.decide.records import Flip
from advisor.share.report import limit_words, summary, words
from advisor.share.report.arguments import Citations, argument_sections
from advisor.share.report.costs import cost_section
from advisor.share.report.document import (
    Bar,
    Bars,
    Block,
    Document,
    Paragraph,
    Section,
    Steps,
    Table,
    Terms,
)
from advisor.share.report.first_page import first_page
from advisor.share.report.measured import measured_sections
from advisor.share.report.text import tame
from advisor.wording import say


def compose(advice: Advice, catalog: Catalog) -> Document:
    """Write the report as plain-text blocks."""
    found = advice.recommendation
    cited = Citations(catalog)
    sections = [
        first_page(advice, catalog),
        _recommendation(advice, catalog),
        *_limits(advice, catalog),
        *measured_sections(advice, catalog),
        *_worth_asking(advice),
        _roadmap(advice, catalog),
        *argument_sections(advice, catalog, cited),
        *_changes(advice, catalog),
        *_hangs(advice, catalog),
        cost_section(advice, catalog, cited.number),
        *_risks(advice, catalog),
        *_techniques(advice),
        _inputs(advice, catalog),
    ]
    if cited.numbers:
        sections.append(Section("sources", say("report_composing.sources"), (cited.references(),)))
    sections.append(_basis(advice, catalog))
    return Document(
        title=tame(advice.situation.title) or say("report_composing.untitled"),
        subtitle=words.points_to(found, catalog),
        day=str(found.as_of),
        footer=say(
            "report_composing.footer",
            version=found.rulebook["version"],
            sha256=found.rulebook["sha256"][:12],
            day=found.as_of,
        ),
        first=found.recommended,
        sections=tuple(sections),
    )


def _recommendation(advice: Advice, catalog: Catalog) -> Section:
    found = advice.recommendation
    out = {item.strategy for item in found.ruled_out}
    told = words.percents(found.probabilities)
    order = [found.recommended, *found.then, *(item.strategy for item in found.ruled_out)]
    bars = tuple(
        Bar(
            words.strategy(name, catalog),
            0.0 if name in out else found.probabilities[name],
            say("report_composing.ruled_out") if name in out else told[name],
            name,
        )
        for name in order
    )
    alt = "; ".join(f"{bar.label} {bar.shown}" for bar in bars)
    blocks: tuple[Block, ...] = (
        Paragraph(
            say(
                "report_composing.verdict",
                points_to=words.points_to(found, catalog),
                verdict=words.verdict(found).lower(),
            ),
            strong=True,
        ),
        Paragraph(f"{words.lead(found, catalog)} {words.certainty(found, catalog)}"),
        Bars(say("report_composing.probabilities"), bars, say("report_composing.bar_chart", bars=alt)),
        *_excluded(advice, catalog),
    )
    return Section("recommendation", say("report_composing.recommendation"), blocks)


def _worth_asking(advice: Advice) -> Iterator[Section]:
    pairs = tuple(
        (item.question, _capital(words.worth(item)) + ".") for item in advice.recommendation.questions
    )
    if pairs:
        yield Section("questions", say("report_composing.worth_asking"), (Terms(pairs),))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _excluded(advice: Advice, catalog: Catalog) -> Iterator[Terms]:
    pairs = tuple(
        (words.strategy(item.strategy, catalog), item.because) for item in advice.recommendation.ruled_out
    )
    if pairs:
        yield Terms(
            tuple(
                (say("report_composing.ruled_out_strategy", strategy=name), because)
                for name, because in pairs
            )
        )


def _limits(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    found = advice.recommendation
    rows = tuple(
        (
            item.what.capitalize(),
            item.needed,
            item.available,
            say(f"report_limit_words.state_{item.state}"),
            words.any_of(item.strategies, catalog),
        )
        for item in summary.limits_in_order(found.limits, found)
    )
    head = (
        say("report_composing.limit"),
        say("report_composing.needed"),
        say("report_composing.available"),
        say("report_composing.state"),
        say("report_composing.for_strategies"),
    )
    blocks: list[Block] = [Table(say("report_composing.needed_and_there"), head, rows)] if rows else []
    if rows and limit_words.missed(found):
        told = tuple((item.title, limit_words.alternative(item)) for item in found.alternatives)
        blocks.append(Terms(told))
    if blocks:
        yield Section("limits", say("report_composing.limits"), tuple(blocks))


def _hangs(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    pairs = tuple((item.title, limit_words.hangs(item, catalog)) for item in advice.recommendation.hangs_on)
    if pairs:
        yield Section("hangs-on", say("report_composing.hangs_on"), (Terms(pairs),))


def _roadmap(advice: Advice, catalog: Catalog) -> Section:
    found = advice.recommendation
    steps, otherwise = words.way(found)
    blocks: list[Block] = [Paragraph(why)] if (why := words.before_the_way(found)) else []
    number = 1
    for name, group in summary.phases(steps):
        told = tuple(
            (step.strategy, step.title, say("report_composing.until", until=step.until)) for step in group
        )
        blocks.append(Steps(told, words.strategy(name, catalog), number))
        number += len(group)
    failing = tuple(
        (
            say("report_composing.if_that_fails"),
            say("report_composing.turn_when", step=step.title, until=step.until),
        )
        for step in otherwise
    )
    if failing:
        blocks.append(Terms(failing))
    return Section("roadmap", say("report_composing.roadmap"), tuple(blocks))


def _changes(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    found = advice.recommendation
    block: Block = Paragraph(say("report_composing.no_flips"))
    if found.flips:
        rows = tuple(_flip_row(change, catalog) for change in found.flips)
        head = (
            say("report_composing.question"),
            say("report_composing.now"),
            say("report_composing.if_instead"),
            say("report_composing.then_recommended"),
        )
        block = Table(say("report_composing.flips"), head, rows)
    yield Section("changes", words.changes(found), (block,))


def _flip_row(change: Flip, catalog: Catalog) -> tuple[str, ...]:
    fact = catalog.facts.get(change.fact)
    before, after = words.answer(change.from_, fact), words.answer(change.to, fact)
    return change.question, before, after, words.strategy(change.becomes, catalog)


def _risks(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    found = advice.recommendation
    blocks = [Paragraph(warning) for warning in found.warnings]
    pairs = tuple(
        (reason.title, say("report_composing.exception", unless=reason.unless))
        for reason in found.reasons
        if reason.unless and reason.bits_for_recommended > 0
    )
    if pairs:
        blocks.append(Paragraph(say("report_composing.exceptions")))
    close = tuple((item.title, _missing(item.missing, catalog)) for item in found.nearly if item.open)[:6]
    terms = [Terms(pairs[:8])] if pairs else []
    if close:
        terms.append(Terms(close))
    if blocks or terms:
        yield Section("risks", say("report_composing.risks"), (*blocks, *terms))


def _missing(facts: tuple[str, ...], catalog: Catalog) -> str:
    asked = say("report_composing.and").join(f"“{words.question(name, catalog)}”" for name in facts)
    return say("report_composing.missing", questions=asked)


def _techniques(advice: Advice) -> Iterator[Section]:
    found = advice.recommendation.techniques
    if found:
        pairs = tuple((item.title, f"{item.summary} {item.how}") for item in found)
        yield Section("techniques", say("report_composing.techniques"), (Terms(pairs),))


def _inputs(advice: Advice, catalog: Catalog) -> Section:
    situation = advice.situation
    # In the order of the questionnaire, whatever the order of the file.
    order = {name: index for index, name in enumerate(catalog.facts)}
    rows = tuple(
        (
            words.question(name, catalog),
            words.answer(value, catalog.facts.get(name)),
            words.ORIGINS[situation.origin(name)],
        )
        for name, value in sorted(situation.answers.items(), key=lambda item: order.get(item[0], len(order)))
    )
    head = (
        say("report_composing.question"),
        say("report_composing.answer"),
        say("report_composing.origin"),
    )
    blocks: tuple[Any, ...] = (Table(say("report_composing.answers"), head, rows),)
    if not rows:
        blocks = (Paragraph(say("report_composing.no_answers")),)
    if situation.notes:
        blocks = (*blocks, Paragraph(situation.notes))
    return Section("inputs", say("report_composing.inputs"), blocks)


def _basis(advice: Advice, catalog: Catalog) -> Section:
    found = advice.recommendation
    pairs = (
        (say("report_composing.rulebook"), say("report_composing.rulebook_version", **found.rulebook)),
        (say("report_composing.prices_of"), str(found.as_of)),
        (say("report_composing.answers_given"), str(found.answered)),
        (
            say("report_composing.stated_and_measured"),
            words.stated_and_measured(advice.situation, catalog),
        ),
        (
            say("report_composing.robustness"),
            say("report_composing.robustness_share", share=words.percent(found.robustness)),
        ),
    )
    return Section("basis", say("report_composing.basis"), (Terms(pairs),))
