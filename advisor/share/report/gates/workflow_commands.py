"""Workflow commands, which GitHub shows as annotations on the line."""

from __future__ import annotations

from typing import Final

from advisor.share.report.gates.finding import GateFinding, GateReport

_COMMAND: Final = {"error": "error", "warning": "warning", "note": "notice"}


def workflow_commands(report: GateReport) -> str:
    """Write one command a line; what comes from a file can neither end its command nor begin another."""
    return "".join(f"{_command(one, report.titles[one.check])}\n" for one in report.findings)


def _command(one: GateFinding, title: str) -> str:
    named = {"file": one.path, "line": str(one.line or ""), "title": title}
    properties = ",".join(f"{name}={_property(value)}" for name, value in named.items() if value)
    return f"::{_COMMAND[one.severity]} {properties}::{_data(one.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
