"""A diagnosis as a document, and in every format of a report; a decision record has none, as nothing is decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from advisor.diagnose.mend.patch import Patch, sentences
from advisor.diagnose.records import Diagnosis, SampleVerdict, Suspicion
from advisor.share.report.document import Block, Document, Paragraph, Section, Table, Terms
from advisor.share.report.rendering import FORMATS, Format
from advisor.wording import Words, say

DIAGNOSIS_FORMATS: Final[tuple[Format, ...]] = tuple(name for name in FORMATS if name != "adr")
STATES: Final = Words(lambda state: say(f"report_diagnosis.state_{state}"))
ROWS_NAMED: Final = 40


def render_diagnosis(diagnosis: Diagnosis, patch: Patch, fmt: Format, *, day: date) -> bytes:
    """Write a diagnosis with its patch in one format; the same diagnosis gives the same bytes."""
    document = compose_diagnosis(diagnosis, patch, day=day)
    match fmt:
        case "json":
            content = diagnosis.model_copy(update={"patch": patch.model_dump(mode="json")}).model_dump(
                mode="json"
            )
            return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
        case "html":
            from advisor.share.report.html import render as html

            return html(document).encode()
        case "pdf":
            from advisor.share.report.pdf import render as pdf

            return pdf(document)
        case _:
            from advisor.share.report.markdown import render as markdown

            return markdown(document).encode()


def compose_diagnosis(diagnosis: Diagnosis, patch: Patch, *, day: date) -> Document:
    """Lay a diagnosis out as sections."""
    sections = [*_causes(diagnosis), _covered(diagnosis), _mending(patch), _others(diagnosis)]
    return Document(
        title=say("report_diagnosis.title"),
        subtitle=headline(diagnosis),
        day=day.isoformat(),
        footer=say("report_diagnosis.footer"),
        first="fine_tuning",
        sections=tuple(one for one in sections if one),
    )


def headline(diagnosis: Diagnosis) -> str:
    """Describe what was found in one sentence."""
    found = diagnosis.found
    if not found:
        return say("report_diagnosis.no_cause")
    first = found[0]
    state, cause = STATES[first.state], f"{first.title[:1].lower()}{first.title[1:]}"
    if len(found) == 1:
        return say("report_diagnosis.found", state=state, cause=cause)
    return say("report_diagnosis.found_more", state=state, cause=cause, count=len(found) - 1)


def _causes(diagnosis: Diagnosis) -> Iterator[Section]:
    for at, one in enumerate(diagnosis.found, 1):
        yield Section(
            f"cause-{at}",
            f"{at}. {one.title}",
            (Paragraph(STATES[one.state], strong=True), Terms(tuple(_terms(one)))),
        )


def _terms(one: Suspicion) -> Iterator[tuple[str, str]]:
    yield say("report_diagnosis.evidence"), one.evidence
    if one.rows:
        yield say("report_diagnosis.rows_of", file=one.rows_of), named_rows(one.rows)
    yield say("report_diagnosis.would"), one.would
    tested = one.trial.because if one.trial else say("report_diagnosis.not_yet", how=one.test.how)
    yield say("report_diagnosis.tested"), tested
    yield say("report_diagnosis.remedy"), one.remedy


def named_rows(rows: tuple[int, ...]) -> str:
    """Name rows, the first of many only."""
    named, more = ", ".join(map(str, rows[:ROWS_NAMED])), len(rows) - ROWS_NAMED
    return say("report_diagnosis.rows_more", rows=named, count=more) if more > 0 else named


def _covered(diagnosis: Diagnosis) -> Section | None:
    if not diagnosis.samples:
        return None
    rows = tuple((str(one.row), one.label, covered(one), one.advice) for one in diagnosis.samples)
    head = (
        say("report_diagnosis.sample"),
        say("report_diagnosis.complaint"),
        say("report_diagnosis.covered"),
        say("report_diagnosis.what_to_do"),
    )
    table = Table(say("report_diagnosis.each_sample"), head, rows)
    return Section("covered", say("report_diagnosis.coverage"), (table,))


def covered(one: SampleVerdict) -> str:
    """Return whether training rows ask for the like, with the nearest of them."""
    if one.covered is None:
        return say("report_diagnosis.cannot_tell")
    nearest = ", ".join(str(near.row) for near in one.nearest[:3])
    if one.covered and nearest:
        return say("report_diagnosis.covered_by", rows=nearest)
    return say("report_diagnosis.covered_yes") if one.covered else say("report_diagnosis.covered_no")


def _mending(patch: Patch) -> Section | None:
    told: list[Block] = [Paragraph(one) for one in sentences(patch)]
    if not told:
        return None
    if patch.must_improve:
        rows = tuple(
            (
                one.cause,
                one.measured,
                say("report_diagnosis.unknown") if one.now is None else f"{100 * one.now:.0f}",
                one.wanted,
            )
            for one in patch.must_improve
        )
        head = (
            say("report_diagnosis.cause"),
            say("report_diagnosis.measured"),
            say("report_diagnosis.now"),
            say("report_diagnosis.wanted"),
        )
        told.append(Table(say("report_diagnosis.must_show"), head, rows, frozenset({2})))
    return Section("mend", say("report_diagnosis.mend"), tuple(told))


def _others(diagnosis: Diagnosis) -> Section | None:
    rest = [one for one in diagnosis.causes if one.state in {"cannot_tell", "ruled_out"}]
    blocks: list[Block] = [Paragraph(one) for one in diagnosis.notes]
    if rest:
        rows = tuple((one.title, STATES[one.state], one.evidence) for one in rest)
        head = (say("report_diagnosis.cause"), say("report_diagnosis.state"), say("report_diagnosis.why"))
        blocks.append(Table(say("report_diagnosis.causes_checked"), head, rows))
    return Section("others", say("report_diagnosis.others"), tuple(blocks)) if blocks else None
