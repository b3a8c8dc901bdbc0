"""From an audit, a check of the rules or a recheck to what a gate found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from advisor.data.records import Audit, Finding
from advisor.decide.lint import LintFinding
from advisor.share.report.gates.finding import GateFinding, GateReport

ROWS_SHOWN: Final = 10
"""Rows of one finding that get an annotation of their own; the message counts them all."""
_PLACE: Final = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::\d+)?$")


def gate_of_audit(audit: Audit, counted: Sequence[Finding], failing: Collection[str]) -> GateReport:
    """Report the findings of an audit that count, each on the lines of its first rows.

    Args:
        audit: The audit.
        counted: Its findings, or with a baseline those that are worse.
        failing: Severities that make the gate fail.
    """
    from advisor.data.checks import CHECKS

    known = {check.id: check for check in CHECKS}
    named = sorted({one.check for one in counted})
    # Rows of JSON lines are counted with the empty ones, so they are the file's lines; other formats have none.
    by_line = audit.format.container == "jsonl"
    return GateReport(
        command="audit",
        titles={name: known[name].title for name in named},
        helps={name: f"{known[name].matters} {known[name].remedy}" for name in named},
        findings=tuple(place for one in counted for place in _places(one, audit.file, by_line, failing)),
    )


def _places(one: Finding, file: str, by_line: bool, failing: Collection[str]) -> Iterator[GateFinding]:
    rows: Sequence[int | None] = one.rows[:ROWS_SHOWN] if by_line else ()
    for line in rows or (None,):
        yield GateFinding(
            check=one.check,
            severity=one.severity,
            fails=one.severity in failing,
            message=f"{one.message}. {one.remedy}",
            path=_relative(file),
            line=line,
        )


def gate_of_rules(findings: Iterable[LintFinding]) -> GateReport:
    """Report a check of the rulebook; errors make it fail."""
    listed = tuple(_linted(one) for one in findings)
    return GateReport(
        command="rules",
        titles={one.check: one.check.replace("-", " ").replace("_", " ") for one in listed},
        helps={},
        findings=listed,
    )


def _linted(one: LintFinding) -> GateFinding:
    found = _PLACE.match(one.place)
    return GateFinding(
        check=one.check,
        severity=one.severity,
        fails=one.severity == "error",
        message=one.message,
        path=found["path"] if found else "",
        line=int(found["line"]) if found else None,
    )


_MOVED: Final = {
    "verdict-changed": "The verdict of a saved decision has changed",
    "something-moved": "Something behind a saved decision has moved",
    "not-readable": "A saved decision cannot be read",
}


def gate_of_recheck(results: Iterable[Mapping[str, Any]], said: Mapping[str, str]) -> GateReport:
    """Report a recheck: a changed verdict makes it fail, what only moved is a warning, what held is not listed.

    Args:
        results: One for each saved decision, as ``recheck --json`` prints them.
        said: What moved, in words, by id.
    """
    listed = tuple(found for result in results if (found := _moved(result, said)))
    return GateReport(
        command="recheck",
        titles={one.check: _MOVED[one.check] for one in listed},
        helps={},
        findings=listed,
    )


def _moved(result: Mapping[str, Any], said: Mapping[str, str]) -> GateFinding | None:
    name = str(result["id"])
    path = _relative(name) if name.endswith(".json") else ""
    title = f"{result['title'] or name}: "
    if error := result.get("error"):
        text = f"{error['problem']}. {error['remedy']}"
        return GateFinding(
            check="not-readable", severity="error", fails=True, message=title + text, path=path
        )
    if not result.get("anything_changed") and not result["verdict_changed"]:
        return None
    changed = bool(result["verdict_changed"])
    return GateFinding(
        check="verdict-changed" if changed else "something-moved",
        severity="error" if changed else "warning",
        fails=changed,
        message=title + said.get(name, ""),
        path=path,
    )


def _relative(file: str) -> str:
    """Return a path as code hosts want it: from the working directory, with forward slashes."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_uri() if path.is_absolute() else path.as_posix()
