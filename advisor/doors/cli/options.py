"""Options and output that every command shares."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.catalog import Catalog, load_catalog
from advisor.doors.cli.terminal import echo, print_json, stderr, stdout
from advisor.errors import AdvisorError
from advisor.scenario import Situation, parse_situation, read_situation

if TYPE_CHECKING:
    from advisor.share.report.gates import GateReport

__all__ = [
    "AnswersArgument",
    "AsOfOption",
    "GateOption",
    "JsonOption",
    "RulesOption",
    "catalog_of",
    "day_of",
    "print_gate",
    "print_json",
    "situation_of",
    "stderr",
    "stdout",
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules", metavar="DIR", help="Folder of rules to add to the built-in ones (default: ADVISOR_RULES)."
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DAY", help="Use the rules and prices of this day, YYYY-MM-DD (default: today)."
    ),
]
GateOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="sarif|junit|github",
        help="Print findings for a code host or build server: sarif, junit or github. Exit codes stay the same.",
    ),
]
AnswersArgument = Annotated[Path, typer.Argument(help="Answers file, YAML or JSON; - for standard input.")]


def print_gate(report: GateReport, form: str) -> None:
    """Print what a gate found in the form that was asked for."""
    from advisor.share.report.gates import gate_text

    # Not through the console, which would wrap lines and read markup.
    echo(gate_text(report, form))


def day_of(text: str | None) -> date:
    """Read ``--as-of``; today where it is not given."""
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AdvisorError(
            f"'{text}' is not a day", place="--as-of", remedy="Write it as 2026-11-22."
        ) from error


def catalog_of(rules: Path | None) -> Catalog:
    """Load the rulebook with the overlay that the option or the environment names."""
    return load_catalog(rules)


def situation_of(path: Path, catalog: Catalog) -> Situation:
    """Read an answers file, or standard input for ``-``."""
    if str(path) == "-":
        from advisor.scenario.answers import MAX_ANSWERS_BYTES

        content = sys.stdin.buffer.read(MAX_ANSWERS_BYTES + 1)
        return _from_stdin(content, catalog, MAX_ANSWERS_BYTES)
    return read_situation(path, catalog)


def _from_stdin(content: bytes, catalog: Catalog, limit: int) -> Situation:
    from advisor.catalog.strict_yaml import decode_text

    if len(content) > limit:
        raise AdvisorError("standard input is larger than 1 MB", place="-", remedy="Use a smaller file.")
    return parse_situation(decode_text(content, place="-"), catalog, place="-")
