"""Shapes that only the shell prints."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from advisor.catalog import Record


class RuleLine(Record):
    """One rule in the list."""

    id: str
    """Id of the rule."""
    title: str
    """The rule in one sentence."""
    consideration: str
    """What it argues about."""
    effect: dict[str, str]
    """What it says, by dial."""
    review_by: date
    """When it should be read again."""


class OverdueEntry(Record):
    """A rule or a number whose review is overdue."""

    kind: str
    """`rule` or `number`."""
    id: str
    """Id of the rule or number."""
    review_by: date
    """When it should have been read again."""


class Checked(BaseModel):
    """One saved decision, checked again; what differs is there only where something was decided and could be read."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    id: str
    """The assessment's id, or the report's file."""
    title: str
    """Title of the rule."""
    decided: bool
    """Whether anything had been decided."""
    verdict_changed: bool
    """Whether the recommended strategy or the verdict is another one now."""
    __pydantic_extra__: dict[str, Any]
