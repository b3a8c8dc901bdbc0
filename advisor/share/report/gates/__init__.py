"""One shape for what a gate found, and the forms in which code hosts and build servers read it."""

from __future__ import annotations

from advisor.share.report.gates.finding import GateFinding, GateReport
from advisor.share.report.gates.sources import gate_of_audit, gate_of_recheck, gate_of_rules
from advisor.share.report.gates.writing import FORMS, gate_text

__all__ = [
    "FORMS",
    "GateFinding",
    "GateReport",
    "gate_of_audit",
    "gate_of_recheck",
    "gate_of_rules",
    "gate_text",
]
