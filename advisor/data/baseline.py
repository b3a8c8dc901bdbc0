"""A baseline of known findings, so that a build fails only on what got worse."""

from __future__ import annotations

import json
from pathlib import Path

from advisor.catalog.strict_json import parse_json
from advisor.catalog.strict_yaml import read_bounded_text
from advisor.data.records import SEVERITY_ORDER, Audit, Finding, Severity
from advisor.errors import AdvisorError
from advisor.files import write_text

VERSION = 1


def write_baseline(path: Path, audit: Audit) -> None:
    """Write the number of affected rows by check and severity."""
    known = {_key(one): one.count for one in audit.findings}
    write_text(
        path,
        json.dumps(
            {"version": VERSION, "rows": audit.rows, "findings": dict(sorted(known.items()))}, indent=2
        )
        + "\n",
    )


def worse_than(path: Path, audit: Audit) -> list[Finding]:
    """Return the findings that are new since the baseline, or affect more rows.

    Raises:
        AdvisorError: The baseline cannot be read.
    """
    known = _read(path)
    return [one for one in audit.findings if one.count > known.get(_key(one), -1)]


def failing(findings: list[Finding], fail_on: Severity) -> list[Finding]:
    """Return the findings at or above a severity."""
    return [one for one in findings if SEVERITY_ORDER[one.severity] <= SEVERITY_ORDER[fail_on]]


def _key(finding: Finding) -> str:
    # One check may report several faults; their words before the numbers tell them apart across runs.
    fault = finding.message.split(")", 1)[-1].split(";")[0].split("(")[0]
    plain = " ".join("".join(one for one in fault if one.isalpha() or one == " ").split()[:8])
    return f"{finding.check}/{finding.severity}/{plain}"


def _read(path: Path) -> dict[str, int]:
    if not path.is_file():
        raise AdvisorError(
            "there is no such baseline",
            place=str(path),
            remedy="Write one with: advisor audit FILE --write-baseline PATH.",
        )
    value = parse_json(read_bounded_text(path), place=str(path)).value
    try:
        assert value["version"] == VERSION
        return {str(key): int(count) for key, count in value["findings"].items()}
    except (ValueError, KeyError, TypeError, AssertionError, AttributeError) as error:
        raise AdvisorError(
            "the file is not a baseline of this version",
            place=str(path),
            remedy="Write it again with --write-baseline.",
        ) from error
