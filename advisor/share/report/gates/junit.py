"""JUnit XML, which build servers read: one test case for each finding, failed where it makes the gate fail."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from advisor.share.report.gates.finding import GateFinding, GateReport

# Characters that XML 1.0 cannot hold, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: GateReport) -> str:
    """Write one suite; what does not make the gate fail is a passed case with its words in system-out."""
    failed = sum(one.fails for one in report.findings)
    counts = {
        "tests": str(max(len(report.findings), 1)),
        "failures": str(failed),
        "errors": "0",
        "skipped": "0",
    }
    root = Element("testsuites", {"name": "advisor", **counts})
    suite = SubElement(root, "testsuite", {"name": f"advisor {report.command}", **counts})
    for one in report.findings:
        _case(suite, one, report)
    if not report.findings:
        SubElement(suite, "testcase", {"classname": f"advisor.{report.command}", "name": "nothing was found"})
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(suite: Element, one: GateFinding, report: GateReport) -> None:
    place = f"{one.path}:{one.line}" if one.line else one.path
    name = _plain(f"{report.titles[one.check]} ({place})" if place else report.titles[one.check])
    case = SubElement(suite, "testcase", {"classname": f"advisor.{report.command}.{one.check}", "name": name})
    kind = {"type": one.severity, "message": _plain(one.message)} if one.fails else {}
    told = SubElement(case, "failure" if one.fails else "system-out", kind)
    told.text = _plain(f"{one.severity}: {one.message}")


def _plain(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
