"""What a gate found: findings at places, and which of them make it fail."""

from __future__ import annotations

from typing import Literal

from advisor.catalog import Record


class GateFinding(Record):
    """One finding at one place."""

    check: str
    """Id of what found it."""
    severity: Literal["error", "warning", "note"]
    """How bad it is."""
    fails: bool
    """Whether it makes the gate fail."""
    message: str
    """What was found, with the remedy where there is one."""
    path: str
    """The file, relative to the working directory where it lies below it; empty where there is none."""
    line: int | None = None
    """From 1; null where the format has no lines or the line is not known."""


class GateReport(Record):
    """What a gate found in one run."""

    command: str
    """The command, such as audit."""
    titles: dict[str, str]
    """Title of each check that the findings name."""
    helps: dict[str, str]
    """Why each matters, where that is known."""
    findings: tuple[GateFinding, ...]
    """Findings, the worst first."""
