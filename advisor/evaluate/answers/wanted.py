"""Held-out rows with their wanted answers, from a file of rows or of training examples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from advisor.data.rows.formats import shape_of, to_conversation
from advisor.errors import AdvisorError
from advisor.evaluate.answers.arm import WANTED, check_ids, listed, text
from advisor.evaluate.answers.rows import first, identity, objects

REFERENCES = (
    "reference", "references", "expected", "expected_output", "target", "gold", "ideal", "label", "answer", "answers",
    "output", "completion", "response",
)  # fmt: skip
INPUTS = ("input", "prompt", "question", "query", "instruction", "request", "user", "text")
PASSAGES = ("passages", "passage", "passage_id", "context_ids", "source_id")


def read_wanted(path: Path, *, cluster: str | None = None) -> pl.DataFrame:
    """Read held-out rows; with ``cluster``, rows with the same value in that field count as one group.

    Raises:
        AdvisorError: A row cannot be read, has no field with a wanted answer, or lacks the cluster's field.
    """
    rows = [_wanted(row, number, place, cluster) for number, (place, row) in enumerate(objects(path), 1)]
    frame = pl.DataFrame(rows, schema=dict(WANTED))
    check_ids(frame, path, ["example"])
    return frame


def refuse_empty(wanted: pl.DataFrame, place: str) -> None:
    """Refuse rows without a wanted answer."""
    empty = wanted.filter(pl.col("references").list.len().fill_null(0) == 0)["example"].to_list()
    if empty:
        raise AdvisorError(
            f"{len(empty)} of {len(wanted)} references are empty: {listed(empty)}",
            place=place,
            remedy="Fill them in, take these rows out of all files, or name a scorer that needs no reference.",
        )


def _wanted(row: Mapping[str, Any], number: int, place: str, cluster: str | None) -> dict[str, Any]:
    if cluster is not None and cluster not in row:
        raise AdvisorError(
            f"the row has no field '{cluster}'",
            place=place,
            remedy="Name a field that every row has with --cluster.",
        )
    references, asked = (
        _conversation(row, number) if shape_of(row) in {"chat", "sharegpt", "vertex"} else _flat(row, place)
    )
    passages = first(row, PASSAGES)
    return {
        "example": identity(row),
        "references": [one for one in references if one.strip()],
        "input": asked,
        "group": None if cluster is None else text(row[cluster]),
        "passages": [str(one) for one in passages]
        if isinstance(passages, list)
        else [str(passages)]
        if passages
        else [],
    }


def _conversation(row: Mapping[str, Any], number: int) -> tuple[list[str], str | None]:
    one = to_conversation(number, dict(row))
    return [one.answer], one.prompt


def _flat(row: Mapping[str, Any], place: str) -> tuple[list[str], str | None]:
    if not any(name in row for name in REFERENCES):
        raise AdvisorError(
            f"no field holds the wanted answer; there are {', '.join(list(row)[:8]) or 'none'}",
            place=place,
            remedy="Call it 'reference'; several that will do are a list.",
        )
    value = first(row, REFERENCES)
    every = value if isinstance(value, list) else [] if value is None else [value]
    return [text(one) or "" for one in every], text(first(row, INPUTS))
