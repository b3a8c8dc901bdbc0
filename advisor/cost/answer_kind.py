"""Ticked behaviours in, what an answer looks like out: how long it is, and whether it is used only when whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
from typing import Any, Final

import polars as pl

OTHERWISE: Final = "cost.output_tokens"
LENGTHS: Final = {
    # longest first: the first behaviour that is ticked names the length of the answer
    "reasoning": "cost.output_tokens_reasoning",
    "tone": "cost.output_tokens_text",
    "rewriting": "cost.output_tokens_text",
    "writing": "cost.output_tokens_text",
    "code_style": "cost.output_tokens_text",
    "answering": OTHERWISE,
    "extraction": "cost.output_tokens_fields",
    "output_format": "cost.output_tokens_fields",
    "tool_use": "cost.output_tokens_fields",
    "taxonomy": "cost.output_tokens_label",
    "relevance": "cost.output_tokens_label",
}
WHOLE: Final = ("extraction", "output_format", "tool_use", "taxonomy", "relevance")
"""Behaviours whose answers a program reads: half of a label is useless."""


def length_parameter(facts: Mapping[str, Any]) -> str:
    """Return the number that stands for the length of an answer of this kind of task."""
    return next((name for word, name in LENGTHS.items() if _ticked(facts, word)), OTHERWISE)


def _ticked(facts: Mapping[str, Any], word: str) -> bool:
    return word in (facts.get("behaviors") or ()) or facts.get(f"behaviors.{word}") is True


def length_columns(columns: Collection[str]) -> list[tuple[pl.Expr, str]]:
    """Return, longest first, when each length holds and the name of its number; none holds: ``OTHERWISE``."""
    return [
        (pl.col(f"behaviors.{word}").cast(pl.Boolean).fill_null(value=False), name)
        for word, name in LENGTHS.items()
        if f"behaviors.{word}" in columns
    ]


def used_whole(columns: Collection[str]) -> pl.Expr:
    """Return whether an answer is used only when it is whole; null where nobody has said what kind of task it is."""
    held = {
        word: pl.col(f"behaviors.{word}").cast(pl.Boolean)
        for word in LENGTHS
        if f"behaviors.{word}" in columns
    }
    whole = [expression for word, expression in held.items() if word in WHOLE]
    read = [expression for word, expression in held.items() if word not in WHOLE]
    if not whole:
        return pl.lit(None, dtype=pl.Boolean)
    # Null everywhere means that behaviours were not answered; unticked ones are false, not null.
    return reduce(or_, whole) & ~reduce(or_, read) if read else reduce(or_, whole)
