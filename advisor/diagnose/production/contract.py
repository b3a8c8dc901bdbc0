"""What the shape of an export is: how it is told from others, and how one of its rows becomes samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from advisor.diagnose.production.said import Turn

Kind = Literal["call", "step"]
"""``call``: a model was asked; ``step``: a chain, a trace or a tool around such calls."""
Value = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One answer of production, whatever tool wrote it down."""

    asked: list[Turn]
    """The turns before the answer, the system prompt first where there is one."""
    answered: list[Turn]
    """The answer; empty where the call failed."""
    kind: Kind = "call"
    id: str | None = None
    when: Any = None
    """When it was asked, as the export writes it."""
    model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Temperature, longest answer and the like."""
    label: str | None = None
    """What somebody said about the answer."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    """All other short fields."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One shape of export."""

    id: str
    title: str
    schema: str
    """Where its schema is published."""
    fits: Callable[[Value], bool]
    """Whether a row is of this shape, by its fields."""
    read: Callable[[Value], Iterator[Sample]]
    """The samples of a row; none where no model was asked."""
