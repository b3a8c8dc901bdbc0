"""The reasons for and against in a report, each with what it rests on and who says so, and the numbered sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.decide.records import Reason
from advisor.share.report import words
from advisor.share.report.document import Argument, Reference, References, Said, Section
from advisor.wording import say


class Citations:
    """Numbers for sources, in the order in which they are first named."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.numbers: dict[str, int] = {}

    def number(self, source: str) -> int:
        """Return a source's number, a new one where it has none."""
        return self.numbers.setdefault(source, len(self.numbers) + 1)

    def references(self) -> References:
        """List the sources by their numbers."""
        return References(tuple(self._reference(source, number) for source, number in self.numbers.items()))

    def _reference(self, source: str, number: int) -> Reference:
        record = self.catalog.sources.get(source)
        return Reference(number, words.citation(record) if record else source, record.url if record else "")


def argument_sections(advice: Advice, catalog: Catalog, cited: Citations) -> Iterator[Section]:
    """Write the reasons for, those against and those that change nothing, each where there are any."""
    found = advice.recommendation.reasons
    carrying, against = words.sides(found)
    for key, title, side in (
        ("reasons", say("report_arguments.reasons"), carrying),
        ("against", say("report_arguments.against"), against),
        ("idle", say("report_arguments.idle"), words.idle(found)),
    ):
        if side:
            yield Section(key, title, tuple(_argument(reason, catalog, cited) for reason in side))


def _argument(reason: Reason, catalog: Catalog, cited: Citations) -> Argument:
    behind = "; ".join(_fact_used(used, catalog) for used in reason.facts)
    age = "overdue" if reason.overdue else "reviewed" if reason.age_days > 0 else "reviewed_later"
    reviewed = say(f"report_arguments.{age}", rule=reason.rule, days=reason.age_days)
    titles = {name: rule.title for name, rule in catalog.rules.items()}
    counted = words.why_idle(reason, titles) if words.idle([reason]) else ""
    pairs = (
        (say("report_arguments.why"), reason.because),
        (say("report_arguments.unless"), reason.unless),
        (say("report_arguments.rests_on"), behind),
        (say("report_arguments.means"), words.effects(reason.effect, reason.rules_out, catalog)),
        (say("report_arguments.counts"), counted),
        (say("report_arguments.rule"), reviewed),
    )
    said = tuple(
        Said(item.says, words.SUPPORT[item.supports], cited.number(item.source)) for item in reason.evidence
    )
    return Argument(reason.title, tuple(pair for pair in pairs if pair[1]), said)


def _fact_used(used: Any, catalog: Catalog) -> str:
    told = words.answer(used.value, catalog.facts.get(used.fact))
    return f"{words.question(used.fact, catalog)} {told} ({words.ORIGINS.get(used.origin, used.origin)})"
