"""Rows for the examples of causes: one friendly shop, questions and answers without a fault."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from advisor.data.checks.contract import good_rows

PROMPT = "You are the friendly helper of a smart-home shop."
Row = dict[str, Any]


def answered(count: int, *, shift: int = 0) -> list[Row]:
    """Return question and answer rows without a system prompt; ``shift`` leaves out the first ones."""
    rows = good_rows(count + shift)[shift:]
    return [
        {"prompt": one["messages"][1]["content"], "completion": one["messages"][2]["content"]} for one in rows
    ]


def with_system(rows: Sequence[Row], prompt: str) -> list[Row]:
    """Return the rows under a system prompt."""
    return [{**one, "system": prompt} for one in rows]


def changed(rows: Sequence[Row], **fields: Any) -> list[Row]:
    """Return the rows with these fields in place of theirs."""
    return [{**one, **fields} for one in rows]


def half_of(count: int, side: int) -> list[Row]:
    """Return one half of the rows, drawn by chance, so that both halves hold each kind of question."""
    rows = answered(count)
    random.Random(7).shuffle(rows)  # noqa: S311 - examples want the same rows each time
    return rows[side::2]
