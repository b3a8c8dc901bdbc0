"""Answers files: what the app, the shell and people exchange, checked against the questions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from advisor.catalog import Catalog, Fact, Record
from advisor.catalog.strict_json import check_plain, parse_json
from advisor.catalog.strict_yaml import Located, parse_yaml, read_bounded_text
from advisor.errors import AdvisorError, did_you_mean
from advisor.scenario.amounts import amount
from advisor.scenario.measured import MeasuredRun, check_runs

Origin = Literal["answered", "measured", "derived", "assumed", "unknown"]

MAX_TITLE: Final = 300
MAX_TEXT: Final = 2_000
MAX_ANSWERS_BYTES: Final = 1_000_000
_KEYS: Final = ("title", "answers", "origins", "notes", "measured", "left_open")


class Situation(Record):
    """What is known about one task: the input of every step."""

    title: str = ""
    """The task in a phrase; it is never an input to the decision."""
    answers: dict[str, Any] = Field(default_factory=dict)
    """Answers by fact; a missing fact is unknown."""
    origins: dict[str, Origin] = Field(default_factory=dict)
    """Where an answer came from, where that is not a person's word."""
    notes: str = ""
    """Free text for the report."""
    measured: tuple[MeasuredRun, ...] = ()
    """Runs whose results it uses, in the order in which they were added."""
    left_open: tuple[str, ...] = ()
    """Questions that were put and left open on purpose; they are not put again."""

    def origin(self, fact: str) -> Origin:
        """Return where the value of ``fact`` came from."""
        if fact not in self.answers:
            return "unknown"
        return self.origins.get(fact, "answered")


def read_situation(path: Path, catalog: Catalog) -> Situation:
    """Read an answers file, YAML or JSON, and check every answer."""
    text = read_bounded_text(path, max_bytes=MAX_ANSWERS_BYTES)
    return parse_situation(text, catalog, place=str(path))


def parse_situation(text: str, catalog: Catalog, *, place: str) -> Situation:
    """Parse the text of an answers file; JSON if it starts with a brace."""
    located = (
        parse_json(text, place=place) if text.lstrip().startswith("{") else parse_yaml(text, place=place)
    )
    value = located.value
    check_plain(value, place=place)
    if not isinstance(value, dict) or not isinstance(value.get("answers", {}), dict | None):
        raise AdvisorError(
            "an answers file holds 'title:' and 'answers:'",
            place=located.at(),
            remedy="See `advisor ask --help`.",
        )
    for key in value:
        if key not in _KEYS:
            remedy = _misplaced(key, catalog)
            raise AdvisorError(f"there is no key '{key}' here", place=located.at((key,)), remedy=remedy)
    answers = check_answers(value.get("answers") or {}, catalog, located=located)
    return Situation(
        title=_text(value, "title", MAX_TITLE, located),
        answers=answers,
        origins=_origins(value.get("origins") or {}, answers, catalog, located),
        notes=_text(value, "notes", MAX_TEXT, located),
        measured=check_runs(value.get("measured") or (), place=located.at(("measured",))),
        left_open=_left_open(value.get("left_open") or (), catalog, located),
    )


def _left_open(value: Any, catalog: Catalog, located: Located) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise AdvisorError(
            "'left_open' is a list of questions", place=located.at(("left_open",)), remedy="Write a list."
        )
    names = [renamed(str(name), None, catalog)[0] for name in value]
    for name in names:
        if name not in catalog.facts:
            remedy = did_you_mean(name[:80], catalog.facts)
            raise AdvisorError(
                f"there is no fact '{name[:80]}'", place=located.at(("left_open",)), remedy=remedy
            )
    return tuple(dict.fromkeys(names))


def _misplaced(key: str, catalog: Catalog) -> str:
    return "Put it under 'answers:'." if key in catalog.facts else did_you_mean(key, _KEYS)


def _text(value: Mapping[str, Any], key: str, limit: int, located: Located) -> str:
    found = value.get(key)
    if found is None:
        return ""
    if isinstance(found, dict | list):
        raise AdvisorError(f"'{key}' is not text", place=located.at((key,)), remedy="Write a phrase.")
    text = str(found)
    if len(text) > limit:
        raise AdvisorError(
            f"'{key}' has {len(text):,} characters",
            place=located.at((key,)),
            remedy=f"Keep it under {limit}.",
        )
    return text


def _origins(value: Any, answers: Mapping[str, Any], catalog: Catalog, located: Located) -> dict[str, Any]:
    known = ("answered", "measured", "derived", "assumed")
    if not isinstance(value, dict):
        raise AdvisorError(
            "'origins' maps facts to words", place=located.at(("origins",)), remedy="Remove it."
        )
    for fact, origin in value.items():
        if origin not in known:
            raise AdvisorError(
                f"unknown origin '{origin}'",
                place=located.at(("origins", fact)),
                remedy=did_you_mean(str(origin), known),
            )
    named = {renamed(fact, None, catalog)[0]: origin for fact, origin in value.items()}
    return {fact: origin for fact, origin in named.items() if fact in answers}


def check_answers(
    answers: Mapping[str, Any], catalog: Catalog, *, located: Located | None = None, place: str = "answers"
) -> dict[str, Any]:
    """Check each answer against its question; null answers are dropped, since they mean unknown."""
    checked: dict[str, Any] = {}
    for given, stated in answers.items():
        where = located.at(("answers", given)) if located else f"{place}.{given}"
        name, value = renamed(given, stated, catalog)
        if name != given and answers.get(name) is not None:
            raise AdvisorError(
                f"'{given}' is the earlier name of '{name}', and both are answered",
                place=where,
                remedy=f"Keep '{name}'.",
            )
        fact = catalog.facts.get(name)
        if fact is None:
            raise AdvisorError(
                f"there is no fact '{name}'", place=where, remedy=did_you_mean(name, catalog.facts)
            )
        if fact.derived:
            raise AdvisorError(f"'{name}' is computed, not answered", place=where, remedy="Remove it.")
        if value is not None:
            checked[name] = check_value(name, fact, value, where)
    return checked


def renamed(name: str, value: Any, catalog: Catalog) -> tuple[str, Any]:
    """Return name and value as they are called now, where an answer was given under an earlier name."""
    for now, fact in catalog.facts.items() if name not in catalog.facts else ():
        if name in fact.formerly:
            options = fact.formerly[name]
            return now, options.get(value, value) if isinstance(value, str) else value
    return name, value


def check_value(name: str, fact: Fact, value: Any, place: str) -> Any:
    """Check one answer and give it in its plain form: word, number, true/false or tuple of words."""
    match fact.type:
        case "number":
            return _number(name, fact, value, place)
        case "boolean":
            if isinstance(value, bool):
                return value
            raise AdvisorError(f"'{name}' is {_shown(value)}", place=place, remedy="Write true or false.")
        case "many":
            return _many(name, fact, value, place)
        case "text":
            if isinstance(value, str) and len(value) <= MAX_TITLE:
                return value
            raise AdvisorError(f"'{name}' is {_shown(value)}", place=place, remedy="Write a short text.")
        case _:
            if isinstance(value, str) and value in fact.option_ids:
                return value
            remedy = did_you_mean(str(value)[:80], fact.option_ids)
            raise AdvisorError(f"'{name}' has no option {_shown(value)}", place=place, remedy=remedy)


def _number(name: str, fact: Fact, value: Any, place: str) -> float:
    if isinstance(value, str) and value.strip().lower() in fact.words:
        value = fact.words[value.strip().lower()]
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise AdvisorError(
            f"'{name}' is {_shown(value)}", place=place, remedy=f"Give a number of {fact.unit}."
        )
    low, high = fact.bounds or (-math.inf, math.inf)
    if not low <= value <= high:
        raise AdvisorError(
            f"'{name}' is {_shown(value)}",
            place=place,
            remedy=f"Give a number from {low:,.6g} to {high:,.6g}.",
        )
    return float(value)


def typed_number(text: str, fact: Fact, place: str) -> float:
    """Read a number as people type it: 1,500 · 3k · 2M · 200 pages · 2 s · "hundreds", with or without the unit.

    Raises AdvisorError for anything else, a comma that does not part thousands included.
    """
    told = " ".join(text.lower().split())
    if told in fact.words:
        return float(fact.words[told])
    found = amount(told, fact.unit)
    if found is None:
        known = f", or one of: {', '.join(fact.words)}" if fact.words else ""
        raise AdvisorError(
            f"{_shown(text)} is not a number",
            place=place,
            remedy=f"Write a figure such as {_such_as(fact)}{known}.",
        )
    return found


def _such_as(fact: Fact) -> str:
    own = {"tokens": "200 pages, 30 MB", "ms": "2 s, 5 min", "requests/day": "300 an hour"}.get(
        fact.unit, "0.5"
    )
    return f"{own}, 1,500, 3k or 2M" if fact.unit != "ms" else f"{own}, 1,500 or 3k"


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _many(name: str, fact: Fact, value: Any, place: str) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        raise AdvisorError(f"'{name}' is {_shown(value)}", place=place, remedy="Give a list of options.")
    for word in words:
        if word not in fact.option_ids:
            remedy = did_you_mean(str(word)[:80], fact.option_ids)
            raise AdvisorError(f"'{name}' has no option {_shown(word)}", place=place, remedy=remedy)
    return tuple(option for option in fact.option_ids if option in words)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
