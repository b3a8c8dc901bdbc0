"""``brief``: proposed answers from a description, to accept or reject one by one, and a second opinion on it."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from advisor.doors.cli.options import (
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    situation_of,
    stderr,
    stdout,
)
from advisor.doors.cli.terminal import confirm
from advisor.errors import AdvisorError
from advisor.share.report import words

if TYPE_CHECKING:
    from datetime import date

    from advisor.catalog import Catalog
    from advisor.decide import Recommendation
    from advisor.doors.brief import Endpoint, Proposal, Proposals, SecondOpinion
    from advisor.scenario import Situation


def brief(
    file: Annotated[Path, typer.Argument(help="Description of the task as text; - for standard input.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Answers file to write the accepted answers to.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="Accept the proposal for this fact without asking; may be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send the text without asking.")] = False,
    second_opinion: Annotated[
        bool,
        typer.Option(
            "--second-opinion",
            help="Also ask for the model's own verdict. It changes no number.",
        ),
    ] = False,
    answers: Annotated[
        Path | None,
        typer.Option(
            help="Answers file to compare the second opinion with. Accepted answers are added to it."
        ),
    ] = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Let a model propose answers from a description. Nothing counts until you accept it.

    Needs ADVISOR_LLM_BASE_URL and ADVISOR_LLM_MODEL; the key comes from ADVISOR_LLM_API_KEY or the keyring.
    """
    from advisor.doors.brief import endpoint_from, propose

    endpoint, catalog, day, text = endpoint_from(), catalog_of(rules), day_of(as_of), _text(file)
    known = _known(answers, catalog, second_opinion=second_opinion)
    _agree(endpoint, len(text), agreed=yes, second_opinion=second_opinion)
    found = propose(text, catalog, endpoint)
    if not as_json:
        _show(found, catalog, stdout())
    asks = out is not None and not as_json and sys.stdin.isatty()
    accepted = _accepted(found, accept or (), catalog, asks=asks)
    if out is not None:
        _write(out, accepted, catalog)
    printed = found.model_dump(mode="json") | {"accepted": [item.fact for item in accepted]}
    if second_opinion:
        situation = _with(known, accepted, catalog)
        _second_opinion(text, situation, catalog, endpoint, day=day, printed=printed if as_json else None)
    elif as_json:
        print_json(printed | {"second_opinion": None})


def _accepted(
    found: Proposals, named: Collection[str], catalog: Catalog, *, asks: bool
) -> tuple[Proposal, ...]:
    return tuple(item for item in found.proposals if item.fact in named or (asks and _wanted(item, catalog)))


def _known(answers: Path | None, catalog: Catalog, *, second_opinion: bool) -> Situation:
    from advisor.scenario import Situation

    if answers is None:
        return Situation()
    if not second_opinion:
        raise AdvisorError(
            "an answers file is only read for a second opinion",
            place="--answers",
            remedy="Add --second-opinion; nothing was sent.",
        )
    return situation_of(answers, catalog)


def _with(known: Situation, accepted: tuple[Proposal, ...], catalog: Catalog) -> Situation:
    from advisor.doors.brief import accept

    return accept(known, accepted, catalog)


def _second_opinion(
    text: str,
    situation: Situation,
    catalog: Catalog,
    endpoint: Endpoint,
    *,
    day: date,
    printed: dict[str, Any] | None,
) -> None:
    from advisor.decide import decide
    from advisor.doors.brief import ask_opinion, compare

    ours = decide(situation, catalog, as_of=day)
    try:
        found = compare(ask_opinion(text, catalog, endpoint), situation, ours, catalog, day=day)
    except AdvisorError as error:
        if printed is None:
            raise
        # The proposals were paid for: they come with the error, in one object.
        print_json(printed | {"second_opinion": None, "error": error.as_dict()})
        raise typer.Exit(1) from None
    if printed is None:
        _show_opinion(found, ours, catalog, stdout())
    else:
        print_json(printed | {"second_opinion": found.model_dump(mode="json")})


def _text(file: Path) -> str:
    from advisor.catalog.strict_yaml import decode_text, read_bounded_text
    from advisor.doors.brief import MAX_BRIEF

    limit = 4 * MAX_BRIEF
    if str(file) == "-":
        return decode_text(sys.stdin.buffer.read(limit + 1), place="-")
    return read_bounded_text(file, max_bytes=limit)


def _agree(endpoint: Endpoint, characters: int, *, agreed: bool, second_opinion: bool) -> None:
    stderr().print(escape(endpoint.notice(characters, second_opinion=second_opinion)))
    if agreed or (sys.stdin.isatty() and confirm("Send it?")):
        return
    raise AdvisorError(
        "sending the text was not confirmed", place="brief", remedy="Nothing was sent. Add --yes to send it."
    )


def _show(found: Proposals, catalog: Catalog, console: Console) -> None:
    for item in found.proposals:
        value = words.answer(item.value, catalog.facts[item.fact])
        console.print(f"[bold]{escape(item.fact)}[/]: {escape(value)}")
        console.print(f"  [dim]{escape(item.question)}[/]")
        console.print(f"  “{escape(item.quote)}”")
    for dropped in found.dropped:
        console.print(f"[dim]Dropped {escape(dropped.fact)}: {escape(dropped.because)}[/]")
    console.print(f"[dim]{len(found.proposals)} proposed, {len(found.dropped)} dropped[/]")


def _show_opinion(found: SecondOpinion, ours: Recommendation, catalog: Catalog, console: Console) -> None:
    console.print(f"\n[bold]A second opinion[/] by {escape(found.model)} at {escape(found.endpoint)}")
    theirs, mine = words.percents(found.probabilities), words.percents(ours.probabilities)
    for name in found.probabilities:
        beside = f"{theirs[name]:>7}   ours {mine[name]:>7}"
        console.print(f"  {words.strategy(name, catalog):<28}{beside}")
    for item in found.differs_on:
        fact = catalog.facts[item.fact]
        told, said = (words.answer(value, fact) for value in (item.theirs, item.ours))
        console.print(f"  [bold]{escape(item.fact)}[/]: it reads {escape(told)}; yours {escape(said)}")
        console.print(f"    “{escape(item.quote)}”")
    console.print(escape(found.advice))


def _wanted(item: Proposal, catalog: Catalog) -> bool:
    value = words.answer(item.value, catalog.facts[item.fact])
    return confirm(f"Accept {item.fact}: {value}?")


def _write(path: Path, accepted: tuple[Proposal, ...], catalog: Catalog) -> None:
    from advisor.doors.brief import accept
    from advisor.files import write_text
    from advisor.scenario import Situation

    if path.exists():
        raise AdvisorError("the file already exists", place=str(path), remedy="Name another file.")
    situation = accept(Situation(title=path.stem), accepted, catalog)
    content = situation.model_dump(mode="json", include={"title", "answers"})
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    stderr().print(f"Wrote {len(accepted)} answers to {escape(str(path))}.")
