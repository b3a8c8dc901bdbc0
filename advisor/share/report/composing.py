"""Advice in, a document out: what a report says and in which order, the same for every format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.decide.records import Flip, Reason
from advisor.share.report import limit_words, summary, words
from advisor.share.report.costs import cost_section
from advisor.share.report.document import (
    Argument,
    Bar,
    Bars,
    Block,
    Document,
    Paragraph,
    Reference,
    References,
    Said,
    Section,
    Steps,
    Table,
    Terms,
)
from advisor.share.report.first_page import first_page
from advisor.share.report.measured import measured_sections
from advisor.share.report.text import tame

UNTITLED: Final = "Untitled assessment"


class _Citations:
    """Numbers for sources, in the order in which they are first named."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.numbers: dict[str, int] = {}

    def number(self, source: str) -> int:
        return self.numbers.setdefault(source, len(self.numbers) + 1)

    def references(self) -> References:
        return References(tuple(self._reference(source, number) for source, number in self.numbers.items()))

    def _reference(self, source: str, number: int) -> Reference:
        record = self.catalog.sources.get(source)
        return Reference(number, words.citation(record) if record else source, record.url if record else "")


def compose(advice: Advice, catalog: Catalog) -> Document:
    """Write the report as plain-text blocks."""
    found = advice.recommendation
    cited = _Citations(catalog)
    sections = [
        first_page(advice, catalog),
        _recommendation(advice, catalog),
        *_limits(advice, catalog),
        *measured_sections(advice, catalog),
        *_worth_asking(advice),
        _roadmap(advice, catalog),
        *_arguments(advice, catalog, cited),
        *_changes(advice, catalog),
        *_hangs(advice, catalog),
        cost_section(advice, catalog, cited.number),
        *_risks(advice, catalog),
        *_techniques(advice),
        _inputs(advice, catalog),
    ]
    if cited.numbers:
        sections.append(Section("sources", "Sources", (cited.references(),)))
    sections.append(_basis(advice, catalog))
    return Document(
        title=tame(advice.situation.title) or UNTITLED,
        subtitle=words.points_to(found, catalog),
        day=str(found.as_of),
        footer=f"Rulebook {found.rulebook['version']} ({found.rulebook['sha256'][:12]}), numbers and prices of {found.as_of}",
        first=found.recommended,
        sections=tuple(sections),
    )


def _recommendation(advice: Advice, catalog: Catalog) -> Section:
    found = advice.recommendation
    out = {item.strategy for item in found.ruled_out}
    order = [found.recommended, *found.then, *(item.strategy for item in found.ruled_out)]
    bars = tuple(
        Bar(
            words.strategy(name, catalog),
            0.0 if name in out else found.probabilities[name],
            _share(name, found.probabilities, out),
            name,
        )
        for name in order
    )
    alt = "; ".join(f"{bar.label} {bar.shown}" for bar in bars)
    blocks: tuple[Block, ...] = (
        Paragraph(
            f"{words.points_to(found, catalog)} Verdict: {words.verdict(found).lower()}.",
            strong=True,
        ),
        Paragraph(f"{words.lead(found, catalog)} {words.certainty(found, catalog)}"),
        Bars("Probability of each strategy", bars, f"Bar chart. {alt}."),
        *_excluded(advice, catalog),
    )
    return Section("recommendation", "Recommendation", blocks)


def _worth_asking(advice: Advice) -> Iterator[Section]:
    pairs = tuple(
        (item.question, _capital(words.worth(item)) + ".") for item in advice.recommendation.questions
    )
    if pairs:
        yield Section("questions", "Questions worth asking", (Terms(pairs),))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _share(name: str, shares: dict[str, float], out: set[str]) -> str:
    return "ruled out" if name in out else words.percent(shares[name])


def _excluded(advice: Advice, catalog: Catalog) -> Iterator[Terms]:
    pairs = tuple(
        (words.strategy(item.strategy, catalog), item.because) for item in advice.recommendation.ruled_out
    )
    if pairs:
        yield Terms(tuple((f"Ruled out: {name}", because) for name, because in pairs))


def _limits(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    found = advice.recommendation
    rows = tuple(
        (
            item.what.capitalize(),
            item.needed,
            item.available,
            item.state,
            words.any_of(item.strategies, catalog),
        )
        for item in summary.limits_in_order(found.limits, found)
    )
    head = ("Limit", "Needed", "Available", "State", "For")
    blocks: list[Block] = [Table("What is needed and what there is", head, rows)] if rows else []
    if rows and limit_words.missed(found):
        told = tuple((item.title, limit_words.alternative(item)) for item in found.alternatives)
        blocks.append(Terms(told))
    if blocks:
        yield Section("limits", "Limits", tuple(blocks))


def _hangs(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    pairs = tuple((item.title, limit_words.hangs(item, catalog)) for item in advice.recommendation.hangs_on)
    if pairs:
        yield Section("hangs-on", "Weak numbers that the verdict depends on", (Terms(pairs),))


def _roadmap(advice: Advice, catalog: Catalog) -> Section:
    found = advice.recommendation
    steps, otherwise = words.way(found)
    blocks: list[Block] = [Paragraph(why)] if (why := words.before_the_way(found)) else []
    number = 1
    for name, group in summary.phases(steps):
        told = tuple((step.strategy, step.title, step.until) for step in group)
        blocks.append(Steps(told, words.strategy(name, catalog), number))
        number += len(group)
    failing = tuple(("If that fails", f"{step.title} when this happens: {step.until}") for step in otherwise)
    if failing:
        blocks.append(Terms(failing))
    return Section("roadmap", "What to do, and when to stop", tuple(blocks))


def _arguments(advice: Advice, catalog: Catalog, cited: _Citations) -> Iterator[Section]:
    found = advice.recommendation.reasons
    carrying, against = words.sides(found)
    for key, title, side in (
        ("reasons", "Reasons", carrying),
        ("against", "Arguments against", against),
        ("idle", "Reasons that apply but change nothing here", words.idle(found)),
    ):
        if side:
            yield Section(key, title, tuple(_argument(reason, catalog, cited) for reason in side))


def _argument(reason: Reason, catalog: Catalog, cited: _Citations) -> Argument:
    behind = "; ".join(_fact_used(used, catalog) for used in reason.facts)
    days = f"{reason.age_days} day{'' if reason.age_days == 1 else 's'}"
    age = f"reviewed {days} before this decision" + (", overdue" if reason.overdue else "")
    titles = {name: rule.title for name, rule in catalog.rules.items()}
    counted = words.why_idle(reason, titles) if words.idle([reason]) else ""
    pairs = (
        ("Why", reason.because),
        ("Unless", reason.unless),
        ("Rests on", behind),
        ("Means", words.effects(reason.effect, reason.rules_out, catalog)),
        ("Counts", counted),
        ("Rule", f"{reason.rule} ({age})"),
    )
    said = tuple(
        Said(item.says, words.SUPPORT[item.supports], cited.number(item.source)) for item in reason.evidence
    )
    return Argument(reason.title, tuple(pair for pair in pairs if pair[1]), said)


def _fact_used(used: Any, catalog: Catalog) -> str:
    told = words.answer(used.value, catalog.facts.get(used.fact))
    return f"{words.question(used.fact, catalog)} {told} ({words.ORIGINS.get(used.origin, used.origin)})"


def _changes(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    found = advice.recommendation
    block: Block = Paragraph("No single answer changes the recommendation.")
    if found.flips:
        rows = tuple(_flip_row(change, catalog) for change in found.flips)
        head = ("Question", "Now", "If instead", "Then recommended")
        block = Table("Answers that would change it", head, rows)
    yield Section("changes", words.changes(found), (block,))


def _flip_row(change: Flip, catalog: Catalog) -> tuple[str, ...]:
    fact = catalog.facts.get(change.fact)
    before, after = words.answer(change.from_, fact), words.answer(change.to, fact)
    return change.question, before, after, words.strategy(change.becomes, catalog)


def _risks(advice: Advice, catalog: Catalog) -> Iterator[Section]:
    found = advice.recommendation
    blocks = [Paragraph(warning) for warning in found.warnings]
    pairs = tuple(
        (reason.title, reason.unless)
        for reason in found.reasons
        if reason.unless and reason.bits_for_recommended > 0
    )
    if pairs:
        blocks.append(
            Paragraph(
                "The advice rests on rules that have exceptions. Check that none of these is your case:"
            )
        )
    close = tuple((item.title, _missing(item.missing, catalog)) for item in found.nearly if item.open)[:6]
    terms = [Terms(pairs[:8])] if pairs else []
    if close:
        terms.append(Terms(close))
    if blocks or terms:
        yield Section("risks", "Risks and open points", (*blocks, *terms))


def _missing(facts: tuple[str, ...], catalog: Catalog) -> str:
    asked = " and ".join(f"“{words.question(name, catalog)}”" for name in facts)
    return f"The answer to {asked} decides whether this applies."


def _techniques(advice: Advice) -> Iterator[Section]:
    found = advice.recommendation.techniques
    if found:
        pairs = tuple((item.title, f"{item.summary} {item.how}") for item in found)
        yield Section("techniques", "Techniques to add", (Terms(pairs),))


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
    blocks: tuple[Any, ...] = (
        Table("Answers and where they came from", ("Question", "Answer", "Origin"), rows),
    )
    if not rows:
        blocks = (Paragraph("No question was answered; this is what holds before anything is known."),)
    if situation.notes:
        blocks = (*blocks, Paragraph(situation.notes))
    return Section("inputs", "What the decision is based on", blocks)


def _basis(advice: Advice, catalog: Catalog) -> Section:
    found = advice.recommendation
    pairs = (
        ("Rulebook", f"{found.rulebook['version']}, sha256 {found.rulebook['sha256']}"),
        ("Numbers and prices of", str(found.as_of)),
        ("Answers given", str(found.answered)),
        ("Stated and measured", words.stated_and_measured(advice.situation, catalog)),
        (
            "Robustness",
            f"{words.percent(found.robustness)} of sampled ways to answer the open questions keep the recommendation",
        ),
    )
    return Section("basis", "Basis", (Terms(pairs),))
