"""A document as an architecture decision record, in the shape that most collections of them use."""

from __future__ import annotations

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.share.report import words
from advisor.share.report.document import Block, Document, Section
from advisor.share.report.markdown import block, escape
from advisor.wording import say


def render(document: Document, advice: Advice, catalog: Catalog) -> str:
    """Write the record: context, drivers, options, decision, consequences, confirmation, evidence."""
    found = advice.recommendation
    parts = {part.id: part for part in document.sections}
    chosen = words.headline(found, catalog)
    text = [
        f"# {escape(document.title)}: {escape(chosen)}",
        _made(document),
        _heading(say("report_decision_record.context"), parts.get("inputs")),
        _drivers(advice),
        _options(advice, catalog),
        _decision(chosen, advice, catalog),
        _heading(say("report_decision_record.consequences"), parts.get("risks")),
        _heading(say("report_decision_record.costs"), parts.get("costs")),
        _heading(say("report_decision_record.confirmation"), parts.get("roadmap")),
        _heading(say("report_decision_record.measured"), parts.get("measured")),
        _heading(say("report_decision_record.measure_next"), parts.get("measure-next")),
        _heading(say("report_decision_record.questions"), parts.get("questions")),
        _heading(say("report_decision_record.reasons"), *map(parts.get, ("reasons", "against", "idle"))),
        _heading(say("report_decision_record.decide_again"), parts.get("changes")),
        _heading(say("report_decision_record.sources"), parts.get("sources")),
    ]
    return "\n\n".join(part for part in text if part) + "\n"


def _made(document: Document) -> str:
    told = (
        say("report_decision_record.status"),
        say("report_decision_record.date", day=document.day),
        say("report_decision_record.decided_with", rulebook=escape(document.footer)),
    )
    return "\n".join(f"- {line}" for line in told)


def _decision(chosen: str, advice: Advice, catalog: Catalog) -> str:
    found = advice.recommendation
    verdict = escape(words.verdict(found).lower())
    said = (words.points_to(found, catalog), words.lead(found, catalog), words.certainty(found, catalog))
    title = say("report_decision_record.decision")
    return f"## {title}\n\n**{escape(chosen)}** ({verdict}). {' '.join(map(escape, said))}"


def _heading(title: str, *parts: Section | None) -> str:
    blocks: list[Block] = [item for part in parts if part for item in part.blocks]
    return f"## {title}\n\n" + "\n\n".join(block(item) for item in blocks) if blocks else ""


def _drivers(advice: Advice) -> str:
    lines = [
        f"- {escape(reason.title)}"
        for reason in advice.recommendation.reasons
        if reason.bits_for_recommended > 0
    ]
    return f"## {say('report_decision_record.drivers')}\n\n" + "\n".join(lines) if lines else ""


def _options(advice: Advice, catalog: Catalog) -> str:
    found = advice.recommendation
    told = words.percents(found.probabilities)
    lines = [
        say(
            "report_decision_record.probable",
            strategy=escape(words.strategy(name, catalog)),
            share=escape(told[name]),
        )
        for name in (found.recommended, *found.then)
    ]
    lines += [
        say(
            "report_decision_record.ruled_out",
            strategy=escape(words.strategy(out.strategy, catalog)),
            because=escape(out.because),
        )
        for out in found.ruled_out
    ]
    return f"## {say('report_decision_record.options')}\n\n" + "\n".join(f"- {line}" for line in lines)
