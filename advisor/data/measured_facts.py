"""Numbers measured on the data that can answer questions of an assessment, under the names of an answers file."""

from __future__ import annotations

from advisor.data.dataset import Dataset
from advisor.data.records import MeasuredNumber
from advisor.data.rows.templates import load_template
from advisor.data.usable import usable_rows

MIXED = 0.6


def facts_of(data: Dataset, spoiled: int) -> dict[str, MeasuredNumber]:
    """Measure what an assessment would otherwise have to ask; ``spoiled`` rows teach something wrong."""
    usable = usable_rows(data)
    if not usable.any():
        return {"labelled_examples": MeasuredNumber(value=0, by="no usable row in the file")}
    tokens, trainable = (
        data.column("tokens").astype(float)[usable],
        data.column("trainable").astype(float)[usable],
    )
    how = f"audit of {data.label.name if data.label else 'the data'} with {load_template(data.options.model).name}"
    return {
        "labelled_examples": MeasuredNumber(
            value=int(usable.sum()), by=f"usable rows, repeats counted once; {how}"
        ),
        "tokens_per_example": MeasuredNumber(
            value=round(float(tokens.mean())), by=f"mean over usable rows; {how}"
        ),
        "output_tokens": MeasuredNumber(
            value=round(float(trainable.mean())), by=f"mean trainable tokens per usable row; {how}"
        ),
        "example_quality": MeasuredNumber(
            value=quality_of(data, spoiled),
            by=f"share of rows free of findings that spoil a lesson; only people can call examples reviewed; {how}",
        ),
    }


def quality_of(data: Dataset, spoiled: int) -> str:
    """Return the quality by the share of rows without spoiling findings; "reviewed" is for people to say, never for an audit."""
    total = len(data) + len(data.column("broken"))
    clean = 1 - spoiled / max(total, 1)
    return "mixed" if clean >= MIXED else "unchecked"
