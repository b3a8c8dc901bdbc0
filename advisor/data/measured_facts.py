"""Numbers measured on the data that can answer questions of an assessment, under the names of an answers file."""

from __future__ import annotations

import numpy as np

from advisor.data.dataset import Dataset
from advisor.data.records import Finding, MeasuredFact
from advisor.data.usable import usable_rows
from advisor.rows.templates import load_template

# Rows under such a finding teach something wrong; the share of rows free of them is the quality of the examples.
_SPOILS = {
    "empty-turn",
    "mojibake",
    "template-tokens",
    "cut-off-answer",
    "tool-calls",
    "weight",
    "secret",
    "personal-data",
    "conflicting-answers",
    "swapped-roles",
    "mismatched-answer",
    "output-format",
    "register-outlier",
    "answers-repeated",
    "repetition",
    "echo",
    "placeholder",
    "generation-leftover",
    "abusive-language",
    "wrong-label",
    "mixed-script",
    "foreign-identity",
    "short-answer",
    "schema",
    "role-order",
    "broken-line",
    "no-trainable-tokens",
}
MIXED = 0.6


def facts_of(data: Dataset, findings: list[Finding]) -> dict[str, MeasuredFact]:
    """Measure what an assessment would otherwise have to ask."""
    usable = usable_rows(data)
    if not usable.any():
        return {"labelled_examples": MeasuredFact(value=0, by="no usable row in the file")}
    tokens, trainable = (
        data.column("tokens").astype(float)[usable],
        data.column("trainable").astype(float)[usable],
    )
    how = f"audit of {data.label.name if data.label else 'the data'} with {load_template(data.options.model).name}"
    return {
        "labelled_examples": MeasuredFact(
            value=int(usable.sum()), by=f"usable rows, repeats counted once; {how}"
        ),
        "tokens_per_example": MeasuredFact(
            value=round(float(tokens.mean())), by=f"mean over usable rows; {how}"
        ),
        "output_tokens": MeasuredFact(
            value=round(float(trainable.mean())), by=f"mean trainable tokens per usable row; {how}"
        ),
        "example_quality": MeasuredFact(
            value=quality_of(data, findings),
            by=f"share of rows free of findings that spoil a lesson; only people can call examples reviewed; {how}",
        ),
    }


def quality_of(data: Dataset, findings: list[Finding]) -> str:
    """Name the quality by the share of rows without spoiling findings; "reviewed" is for people to say, never for an audit."""
    total = len(data) + len(data.column("broken"))
    spoiled: set[int] = set()
    for finding in findings:
        if finding.check in _SPOILS and finding.severity != "note":
            spoiled.update(finding.rows)
    clean = 1 - len(spoiled) / max(total, 1)
    return "mixed" if clean >= MIXED else "unchecked"


def clean_share(findings: list[Finding], total: int) -> float:
    """Give the share of rows that no finding but notes names."""
    named = {row for one in findings if one.severity != "note" for row in one.rows}
    return float(np.clip(1 - len(named) / max(total, 1), 0, 1))
