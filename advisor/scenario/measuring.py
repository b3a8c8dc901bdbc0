"""A measured run into an assessment: what was argued gives way to what was measured, and an answers file is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.files import write_text
from advisor.scenario.answers import Situation, check_value
from advisor.scenario.measured import MAX_RUNS, MeasuredFact, MeasuredRun

ONLY_PEOPLE: Final = {"example_quality": "reviewed"}
"""Answers that a person gave and no program can take back: an audit sees rows, not who has read them."""


class Replaced(NamedTuple):
    """An answer that a measurement took the place of."""

    fact: str
    before: Any
    """The answer until now; None where it was open."""
    now: Any


def with_measured(
    situation: Situation, run: MeasuredRun, catalog: Catalog
) -> tuple[Situation, tuple[Replaced, ...]]:
    """Put a run into an assessment: its facts become answers with the origin ``measured``.

    A run of the same day and of the same kind takes the place of the earlier one.

    Args:
        situation: The assessment.
        run: What was measured; a fact that the rulebook does not ask is kept in the run only.
        catalog: The rulebook.

    Returns:
        The assessment, and the answers that changed.

    Raises:
        AdvisorError: A value does not fit its question, or there are too many runs.
    """
    known = {
        name: fact
        for name, fact in run.facts.items()
        if name in catalog.facts and not catalog.facts[name].derived and not _is_for_people(name, situation)
    }
    values = {
        name: check_value(name, catalog.facts[name], fact.value, f"measured.{name}")
        for name, fact in known.items()
    }
    changed = tuple(
        Replaced(name, situation.answers.get(name), value)
        for name, value in values.items()
        if situation.answers.get(name) != value or situation.origin(name) != "measured"
    )
    kept = tuple(one for one in situation.measured if (one.on, one.what) != (run.on, run.what))
    if len(kept) >= MAX_RUNS:
        raise AdvisorError(
            f"the assessment holds {len(kept)} runs",
            place="measured",
            remedy="Remove the oldest from 'measured:'.",
        )
    told = {
        "answers": situation.answers | values,
        "origins": situation.origins | dict.fromkeys(values, "measured"),
        "measured": (*kept, run),
    }
    return situation.model_copy(update=told), changed


def _is_for_people(name: str, situation: Situation) -> bool:
    return name in ONLY_PEOPLE and situation.answers.get(name) == ONLY_PEOPLE[name]


def measured_on(situation: Situation, fact: str) -> tuple[MeasuredRun, MeasuredFact] | None:
    """Return the newest run that measured the answer now in force; None where it was argued, or is open."""
    if situation.origin(fact) != "measured":
        return None
    runs = [run for run in situation.measured if fact in run.facts]
    newest = max(runs, key=lambda run: run.on, default=None)
    return None if newest is None else (newest, newest.facts[fact])


def write_situation(path: Path, situation: Situation) -> None:
    """Write an answers file that ``decide``, the app and people can read, whole or not at all."""
    answers = {name: _plain(value) for name, value in situation.answers.items()}
    rest = situation.model_dump(mode="json", exclude={"title", "answers"}, exclude_defaults=True)
    content = {"title": situation.title, "answers": answers} | rest
    write_text(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
