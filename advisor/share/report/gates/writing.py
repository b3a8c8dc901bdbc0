"""A gate's report in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from advisor.errors import AdvisorError, did_you_mean
from advisor.share.report.gates.finding import GateReport
from advisor.share.report.gates.junit import junit
from advisor.share.report.gates.sarif import sarif
from advisor.share.report.gates.workflow_commands import workflow_commands

FORMS: Final[Mapping[str, Callable[[GateReport], str]]] = {
    "sarif": sarif,
    "junit": junit,
    "github": workflow_commands,
}


def gate_text(report: GateReport, form: str) -> str:
    """Write a gate's report in one of the forms; the same report gives the same bytes.

    Raises:
        AdvisorError: There is no such form.
    """
    if form not in FORMS:
        raise AdvisorError(f"there is no format '{form}'", place="--format", remedy=did_you_mean(form, FORMS))
    return FORMS[form](report)
