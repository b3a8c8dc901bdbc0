"""SARIF 2.1.0, which code hosts show on the line."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final
from urllib.parse import quote

from advisor import __version__
from advisor.share.report.gates.finding import GateFinding, GateReport

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(report: GateReport) -> str:
    """Write one run; each finding is a result of the rule that its check is."""
    ids = sorted(report.titles)
    driver = {
        "name": f"advisor {report.command}",
        "semanticVersion": __version__,
        "version": __version__,
        "rules": [_rule(name, report) for name in ids],
    }
    results = [_result(one, ids.index(one.check)) for one in report.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)
        + "\n"
    )


def _rule(name: str, report: GateReport) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name, "shortDescription": {"text": report.titles[name]}}
    if report.helps.get(name):
        rule["help"] = {"text": report.helps[name]}
    return rule


def _result(one: GateFinding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.check,
        "ruleIndex": index,
        "level": one.severity,
        "message": {"text": one.message},
        "partialFingerprints": {"advisor/v1": _fingerprint(one)},
    }
    if one.path:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(one.path, safe="/.-_~:")}}
        if one.line:
            place["region"] = {"startLine": one.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


def _fingerprint(one: GateFinding) -> str:
    # The line is left out: rows move when others are added, and the finding is the same.
    return hashlib.sha256(f"{one.check}\n{one.path}\n{one.message}".encode()).hexdigest()[:32]
