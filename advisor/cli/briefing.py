"""``brief``: proposed answers from a description, to accept or reject one by one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from advisor.cli.options import JsonOption, RulesOption, catalog_of, print_json, stderr, stdout
from advisor.cli.terminal import confirm
from advisor.errors import AdvisorError
from advisor.report import words

if TYPE_CHECKING:
    from advisor.brief import Endpoint, Proposal, Proposals
    from advisor.catalog import Catalog


def brief(
    file: Annotated[Path, typer.Argument(help="A description of the task as text; - for standard input.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where the accepted answers go, as an answers file.")
    ] = None,
    accept: Annotated[
        list[str] | None, typer.Option(help="Accept the proposal for this fact unasked; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send the text without asking.")] = False,
    as_json: JsonOption = False,
    rules: RulesOption = None,
) -> None:
    """Let a model propose answers from a description; nothing counts until you accept it.

    Needs ADVISOR_LLM_BASE_URL and ADVISOR_LLM_MODEL; the key comes from ADVISOR_LLM_API_KEY or the keyring.
    """
    from advisor.brief import endpoint_from, propose

    endpoint, catalog, text = endpoint_from(), catalog_of(rules), _text(file)
    _agree(endpoint, len(text), agreed=yes)
    found = propose(text, catalog, endpoint)
    if not as_json:
        _show(found, catalog, stdout())
    asks = out is not None and not as_json and sys.stdin.isatty()
    accepted = tuple(
        item for item in found.proposals if item.fact in (accept or ()) or (asks and _wanted(item, catalog))
    )
    if out is not None:
        _write(out, accepted, catalog)
    if as_json:
        print_json(found.model_dump(mode="json") | {"accepted": [item.fact for item in accepted]})


def _text(file: Path) -> str:
    from advisor.brief import MAX_BRIEF
    from advisor.catalog.strict_yaml import decode_text, read_bounded_text

    limit = 4 * MAX_BRIEF
    if str(file) == "-":
        return decode_text(sys.stdin.buffer.read(limit + 1), place="-")
    return read_bounded_text(file, max_bytes=limit)


def _agree(endpoint: Endpoint, characters: int, *, agreed: bool) -> None:
    stderr().print(escape(endpoint.notice(characters)))
    if agreed or (sys.stdin.isatty() and confirm("Send it?")):
        return
    raise AdvisorError(
        "nobody has agreed to send the text", place="brief", remedy="Give --yes to send it; nothing was sent."
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


def _wanted(item: Proposal, catalog: Catalog) -> bool:
    value = words.answer(item.value, catalog.facts[item.fact])
    return confirm(f"Accept {item.fact}: {value}?")


def _write(path: Path, accepted: tuple[Proposal, ...], catalog: Catalog) -> None:
    from advisor.brief import accept
    from advisor.files import write_text
    from advisor.scenario import Situation

    if path.exists():
        raise AdvisorError("the file is there already", place=str(path), remedy="Name another.")
    situation = accept(Situation(title=path.stem), accepted, catalog)
    content = situation.model_dump(mode="json", include={"title", "answers"})
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    stderr().print(f"Wrote {len(accepted)} answers to {escape(str(path))}.")
