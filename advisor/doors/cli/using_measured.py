"""``--write-answers``: what was measured goes into an answers file, and what it replaced is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.markup import escape

from advisor.catalog import Catalog
from advisor.doors.cli.terminal import stderr
from advisor.scenario import MeasuredRun, Situation, read_situation, with_measured, write_situation
from advisor.share.report import words


def write_measured(path: Path, run: MeasuredRun, catalog: Catalog) -> None:
    """Put a run into an answers file, a new one if there is none, and print on standard error what it replaced."""
    before = read_situation(path, catalog) if path.exists() else Situation()
    after, replaced = with_measured(before, run, catalog)
    write_situation(path, after)
    console = stderr()
    for one in replaced:
        told = f"{words.question(one.fact, catalog)} {_shown(one.fact, one.before, catalog)} → {_shown(one.fact, one.now, catalog)}"
        console.print(f"[bold]Measured[/] {escape(told)}")
    console.print(f"{path}: {len(run.facts)} measured facts of {run.on}", markup=False)


def _shown(fact: str, value: Any, catalog: Catalog) -> str:
    return "open" if value is None else words.answer(value, catalog.facts.get(fact))
