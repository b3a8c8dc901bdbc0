"""What a gate found: findings at places, and which of them make it fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from advisor.catalog import Record
from advisor.errors import AdvisorError, did_you_mean


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
    """The worst first."""


def _sarif(report: GateReport) -> str:
    from advisor.report.gates.sarif import sarif

    return sarif(report)


def _junit(report: GateReport) -> str:
    from advisor.report.gates.junit import junit

    return junit(report)


def _github(report: GateReport) -> str:
    from advisor.report.gates.workflow_commands import workflow_commands

    return workflow_commands(report)


FORMS: Final[Mapping[str, Callable[[GateReport], str]]] = {
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
}


def gate_text(report: GateReport, form: str) -> str:
    """Write a gate's report in one of the forms; the same report gives the same bytes.

    Raises:
        AdvisorError: There is no such form.
    """
    if form not in FORMS:
        raise AdvisorError(f"there is no format '{form}'", place="--format", remedy=did_you_mean(form, FORMS))
    return FORMS[form](report)
