"""A document as an architecture decision record, in the shape that most collections of them use."""

from __future__ import annotations

from advisor.advice import Advice
from advisor.catalog import Catalog
from advisor.share.report import words
from advisor.share.report.document import Block, Document, Section
from advisor.share.report.markdown import block, escape


def render(document: Document, advice: Advice, catalog: Catalog) -> str:
    """Write the record: context, drivers, options, decision, consequences, confirmation, evidence."""
    found = advice.recommendation
    parts = {part.id: part for part in document.sections}
    chosen = words.headline(found, catalog)
    text = [
        f"# {escape(document.title)}: {escape(chosen)}",
        f"- Status: proposed\n- Date: {document.day}\n- Decided with: {escape(document.footer)}",
        _heading("Context and problem", parts.get("inputs")),
        _drivers(advice),
        _options(advice, catalog),
        _decision(chosen, advice, catalog),
        _heading("Consequences", parts.get("risks")),
        _heading("Costs", parts.get("costs")),
        _heading("Confirmation: steps and exit criteria", parts.get("roadmap")),
        _heading("What was measured", parts.get("measured")),
        _heading("What to measure next", parts.get("measure-next")),
        _heading("Questions worth asking", parts.get("questions")),
        _heading("Reasons and evidence", parts.get("reasons"), parts.get("against"), parts.get("idle")),
        _heading("When to decide again", parts.get("changes")),
        _heading("Sources", parts.get("sources")),
    ]
    return "\n\n".join(part for part in text if part) + "\n"


def _decision(chosen: str, advice: Advice, catalog: Catalog) -> str:
    found = advice.recommendation
    verdict = escape(words.verdict(found).lower())
    said = (words.points_to(found, catalog), words.lead(found, catalog), words.certainty(found, catalog))
    return f"## Decision\n\n**{escape(chosen)}** ({verdict}). {' '.join(map(escape, said))}"


def _heading(title: str, *parts: Section | None) -> str:
    blocks: list[Block] = [item for part in parts if part for item in part.blocks]
    return f"## {title}\n\n" + "\n\n".join(block(item) for item in blocks) if blocks else ""


def _drivers(advice: Advice) -> str:
    lines = [
        f"- {escape(reason.title)}"
        for reason in advice.recommendation.reasons
        if reason.bits_for_recommended > 0
    ]
    return "## Decision drivers\n\n" + "\n".join(lines) if lines else ""


def _options(advice: Advice, catalog: Catalog) -> str:
    found = advice.recommendation
    lines = [
        f"- {escape(words.strategy(name, catalog))}: {escape(words.percent(found.probabilities[name]))} probable"
        for name in (found.recommended, *found.then)
    ]
    lines += [
        f"- {escape(words.strategy(out.strategy, catalog))}: ruled out. {escape(out.because)}"
        for out in found.ruled_out
    ]
    return "## Considered options\n\n" + "\n".join(lines)
