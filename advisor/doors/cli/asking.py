"""The questionnaire in the terminal: one question at a time, saved after each answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from advisor.catalog import Catalog, Fact
from advisor.decide import Recommendation, decide
from advisor.doors.cli.options import stderr, stdout
from advisor.doors.cli.showing import show_recommendation
from advisor.errors import AdvisorError
from advisor.scenario import Situation, read_situation, write_situation
from advisor.scenario.answers import check_value, typed_number
from advisor.share.report import words

_BACK, _STOP = "back", "stop"


def interview(path: Path, catalog: Catalog, *, as_of: date) -> None:
    """Ask until the answer is settled or the person stops; every answer is on disk before the next question."""
    console = stderr()
    situation = read_situation(path, catalog) if path.exists() else Situation(title=_title(console))
    console.print(f"[dim]Answers are kept in {escape(str(path))}. Enter: don't know · back · stop[/]\n")
    skipped: list[str] = []
    given: list[str] = []
    while True:
        recommendation = decide(situation, catalog, as_of=as_of, skip=skipped)
        fact = recommendation.next_question.fact if recommendation.next_question else None
        _show_state(recommendation, catalog, console)
        if fact is None:
            break
        word = _ask(fact, catalog.facts[fact], console)
        if word == _STOP:
            break
        if word == _BACK:
            situation = _without(situation, given.pop() if given else None)
        elif word is None:
            skipped.append(fact)
            continue
        else:
            given.append(fact)
            situation = situation.model_copy(update={"answers": {**situation.answers, fact: word}})
        write_situation(path, situation)
    write_situation(path, situation)
    show_recommendation(decide(situation, catalog, as_of=as_of), catalog, stdout())


def _title(console: Console) -> str:
    return console.input("What is the task, in a phrase? ").strip()[:300]


def _show_state(recommendation: Recommendation, catalog: Catalog, console: Console) -> None:
    if recommendation.answered:
        console.print(
            f"[dim]→ {escape(_so_far(recommendation, catalog))}. {words.certainty(recommendation, catalog)}[/]\n"
        )


def _so_far(found: Recommendation, catalog: Catalog) -> str:
    if found.verdict == "too_early":
        return f"Too early to name one: {words.spread(found, catalog)}"
    return f"{words.headline(found, catalog)}, {words.verdict(found).lower()}"


def _ask(name: str, fact: Fact, console: Console) -> Any:
    console.print(f"[bold]{escape(fact.question)}[/]")
    if fact.help:
        console.print(f"[dim]{escape(fact.help)}[/]")
    for number, option in enumerate(fact.options, 1):
        console.print(f"  {number}  {escape(option.label)} [dim]{escape(option.help)}[/]")
    hint = {"boolean": "yes/no", "number": _unit(fact), "many": "numbers, separated by commas"}.get(
        fact.type, "number"
    )
    while True:
        try:
            text = console.input(f"[dim]{hint}[/] > ").strip()
        except EOFError:
            return _STOP
        if text.lower() in (_BACK, _STOP):
            return text.lower()
        if not text:
            return None
        try:
            return check_value(name, fact, parse_typed(text, fact), name)
        except AdvisorError as error:
            console.print(f"[red]{escape(error.problem)}.[/] {escape(error.remedy)}")


def _unit(fact: Fact) -> str:
    return f"{fact.unit}, or: {', '.join(fact.words)}" if fact.words else fact.unit


def parse_typed(text: str, fact: Fact) -> Any:
    """Read what a person typed: option numbers or words, yes and no, numbers with k and M or in words."""
    match fact.type:
        case "boolean":
            return {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}.get(
                text.lower(), text
            )
        case "number":
            return typed_number(text, fact, "answer")
        case "many":
            return [_option(part.strip(), fact) for part in text.split(",") if part.strip()]
        case "text":
            return text
        case _:
            return _option(text, fact)


def _option(text: str, fact: Fact) -> str:
    if text.isdecimal() and 1 <= int(text) <= len(fact.options):
        return fact.options[int(text) - 1].id
    labels = {option.label.lower(): option.id for option in fact.options}
    return labels.get(text.lower(), text)


def _without(situation: Situation, fact: str | None) -> Situation:
    rest = {name: value for name, value in situation.answers.items() if name != fact}
    return situation.model_copy(update={"answers": rest})
