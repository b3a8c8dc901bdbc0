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

DIAGNOSIS_FORMATS: Final[tuple[Format, ...]] = tuple(name for name in FORMATS if name != "adr")
STATES: Final = {
    "shown": "Shown",
    "likely": "Likely",
    "ruled_out": "Ruled out",
    "cannot_tell": "Cannot tell from this",
}
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
        title="Diagnosis of a tuned model",
        subtitle=headline(diagnosis),
        day=day.isoformat(),
        footer="“Likely” means that the files suggest it. “Shown” means that an intervention proved it. Row numbers count from 1.",
        first="fine_tuning",
        sections=tuple(one for one in sections if one),
    )


def headline(diagnosis: Diagnosis) -> str:
    """Describe what was found in one sentence."""
    found = diagnosis.found
    if not found:
        return "No cause was found in these files"
    first = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{STATES[first.state]}: {first.title[:1].lower()}{first.title[1:]}{more}"


def _causes(diagnosis: Diagnosis) -> Iterator[Section]:
    for at, one in enumerate(diagnosis.found, 1):
        yield Section(
            f"cause-{at}",
            f"{at}. {one.title}",
            (Paragraph(STATES[one.state], strong=True), Terms(tuple(_terms(one)))),
        )


def _terms(one: Suspicion) -> Iterator[tuple[str, str]]:
    yield "Evidence", one.evidence
    if one.rows:
        yield f"Rows of the {one.rows_of} file", named_rows(one.rows)
    yield "If this is the cause", one.would
    yield "Tested", one.trial.because if one.trial else f"Not yet. {one.test.how}"
    yield "Remedy", one.remedy


def named_rows(rows: tuple[int, ...]) -> str:
    """Name rows, the first of many only."""
    return ", ".join(map(str, rows[:ROWS_NAMED])) + (
        f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    )


def _covered(diagnosis: Diagnosis) -> Section | None:
    if not diagnosis.samples:
        return None
    rows = tuple((str(one.row), one.label, covered(one), one.advice) for one in diagnosis.samples)
    table = Table(
        "Each labelled sample against the training rows",
        ("Sample", "Complaint", "Covered", "What to do"),
        rows,
    )
    return Section("covered", "Coverage by the training rows", (table,))


def covered(one: SampleVerdict) -> str:
    """Return whether training rows ask for the like, with the nearest of them."""
    if one.covered is None:
        return "cannot tell"
    nearest = ", ".join(str(near.row) for near in one.nearest[:3])
    return f"yes, by rows {nearest}" if one.covered and nearest else "yes" if one.covered else "no"


def _mending(patch: Patch) -> Section | None:
    told: list[Block] = [Paragraph(one) for one in sentences(patch)]
    if not told:
        return None
    if patch.must_improve:
        rows = tuple(
            (one.cause, one.measured, "unknown" if one.now is None else f"{100 * one.now:.0f}", one.wanted)
            for one in patch.must_improve
        )
        told.append(
            Table(
                "What the next training must show",
                ("Cause", "Measured", "Now, of 100", "Wanted"),
                rows,
                frozenset({2}),
            )
        )
    return Section("mend", "What to change", tuple(told))


def _others(diagnosis: Diagnosis) -> Section | None:
    rest = [one for one in diagnosis.causes if one.state in {"cannot_tell", "ruled_out"}]
    blocks: list[Block] = [Paragraph(one) for one in diagnosis.notes]
    if rest:
        rows = tuple((one.title, STATES[one.state], one.evidence) for one in rest)
        blocks.append(Table("Causes checked", ("Cause", "State", "Why"), rows))
    return Section("others", "Looked for, too", tuple(blocks)) if blocks else None
