"""What one backend adds to a plan, and what it reads of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.train.records import Recipient
from advisor.train.row_shapes import Carries

TRAIN_FILE = "data/train.jsonl"
EVAL_FILE = "data/eval.jsonl"


@dataclass(frozen=True, slots=True)
class PlanParts:
    """What one backend adds to a plan."""

    config: str = ""
    """The main configuration, as text."""
    config_path: str = ""
    """Path in the bundle."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further text files by path; a path ending in `.sh` is made executable."""
    commands: tuple[str, ...] = ()
    """What a person types in the bundle."""
    requirements: tuple[str, ...] = ()
    """Python packages with exact versions."""
    recipients: tuple[Recipient, ...] = ()
    """Who receives the data."""
    shape: str = "messages"
    """The row shape the backend reads."""
    preference_shape: str = "preference"
    """The same for preference pairs."""
    carries: Carries = field(default_factory=Carries)
    """What of a row the backend reads."""
    weighed_by_shape: bool = False
    """Whether the shape itself says which turns are learned."""
    warnings: tuple[str, ...] = ()
    """What the reader should know first."""
    eval_file: str = EVAL_FILE
    """Where the backend looks for held-out rows."""
    sent_shape: str | None = None
    """The shape of copies that are sent in place of the files above; they are beside them as `sent-…`."""


def local_recipient(where: str) -> Recipient:
    """State that the data stays with whoever runs the bundle."""
    return Recipient(name="whoever runs the bundle", receives="all training and evaluation rows", where=where)
