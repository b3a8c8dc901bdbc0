"""``library …``: the saved assessments from the terminal; also registers ``recheck`` and ``brief``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advisor.doors.cli.briefing import brief
from advisor.doors.cli.options import (
    AnswersArgument,
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
from advisor.doors.cli.rechecking import recheck
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.share.store import Decided, Saved

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Id of an assessment; see `advisor library list`.")
]
RevisionOption = Annotated[
    int | None, typer.Option("--revision", min=1, help="Revision number (default: newest).")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="List, save, restore, export and import assessments and their history."
    )
    group.command(name="list")(list_)
    group.command()(show)
    group.command()(save)
    group.command()(history)
    group.command()(restore)
    group.command()(archive)
    group.command()(export)
    group.command(name="import")(import_)
    app.add_typer(group, name="library")
    app.command()(recheck)
    app.command()(brief)


def list_(
    query: Annotated[str, typer.Argument(help="Words to search for in titles and tags.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="Required tag; may be repeated.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="List archived assessments.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List saved assessments, the last saved first."""
    from advisor.share.store import open_store

    store = open_store()
    entries = store.list(query, tags=tag or (), archived=archived)
    if as_json:
        print_json(
            {"library": store.place, "assessments": [entry.model_dump(mode="json") for entry in entries]}
        )
        return
    table = Table("Id", "Title", "Recommended", "Rev.", "Saved", "Tags", box=None, header_style="dim")
    for entry in entries:
        first = _outcome(entry.decided)
        tags = escape(", ".join(entry.tags))
        table.add_row(
            entry.id,
            escape(entry.title),
            first,
            str(entry.revision),
            _minute(entry.saved_at),
            tags,
        )
    stdout().print(table)
    stderr().print(f"[dim]{len(entries)} in {escape(store.place)}[/]")


def show(assessment_id: IdArgument, revision: RevisionOption = None, as_json: JsonOption = False) -> None:
    """Show one assessment as it was when it was saved."""
    from advisor.share.store import open_store

    found = open_store().get(assessment_id, revision)
    if as_json:
        print_json(found)
        return
    console = stdout()
    at = _minute(found.revision.saved_at)
    console.print(
        f"[dim]{found.entry.id}, revision {found.revision.number} of {found.entry.revision}, {at}[/]"
    )
    if found.advice is None:
        console.print(f"[bold]{escape(found.entry.title)}[/]")
        for name, value in found.situation.answers.items():
            console.print(f"  {escape(f'{name}: {value}')}")
        return
    from advisor.doors.cli.showing import show_recommendation

    show_recommendation(found.advice.recommendation, catalog_of(None), console)


def save(
    file: AnswersArgument,
    onto: Annotated[
        str | None, typer.Option("--id", help="Assessment to add a revision to (default: a new one).")
    ] = None,
    base: Annotated[
        int | None, typer.Option("--base", min=1, help="Revision you started from, to detect conflicts.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Tag to set; may be repeated.")] = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Get a recommendation for an answers file, and save answers and advice as a revision."""
    from advisor.advice import advise
    from advisor.share.store import open_store

    catalog = catalog_of(rules)
    advice = advise(situation_of(file, catalog), catalog, as_of=day_of(as_of))
    saved = open_store().save(advice, assessment_id=onto, base_revision=base, tags=tag or ())
    _acknowledge(saved, as_json=as_json)


def history(assessment_id: IdArgument, as_json: JsonOption = False) -> None:
    """List the revisions of an assessment, the newest first."""
    from advisor.share.store import open_store

    revisions = open_store().history(assessment_id)
    if as_json:
        print_json({"id": assessment_id, "revisions": [item.model_dump(mode="json") for item in revisions]})
        return
    table = Table("Rev.", "Saved", "By", "Title", "Recommended", "Rulebook", box=None, header_style="dim")
    for item in revisions:
        note = f" (restored from {item.restored_from})" if item.restored_from else ""
        hashed = item.decided.rulebook_sha256[:12] if item.decided else ""
        title = escape(item.title) + note
        by = escape(item.saved_by)
        table.add_row(str(item.number), _minute(item.saved_at), by, title, _outcome(item.decided), hashed)
    stdout().print(table)


def restore(
    assessment_id: IdArgument,
    revision: Annotated[int, typer.Argument(min=1, help="Revision to restore.")],
    as_json: JsonOption = False,
) -> None:
    """Restore an old revision as the newest. Nothing is lost."""
    from advisor.share.store import open_store

    _acknowledge(open_store().restore(assessment_id, revision), as_json=as_json)


def archive(
    assessment_id: IdArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Take it out of the archive.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Archive an assessment. It is kept, with its history."""
    from advisor.share.store import open_store

    open_store().archive(assessment_id, not undo)
    if as_json:
        print_json({"id": assessment_id, "archived": not undo})
    else:
        stderr().print("Taken out of the archive." if undo else "Archived.")


def export(
    output: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON file to write; - for standard output.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Write the whole library, with every revision, as one JSON file."""
    from advisor.files import keeping, write_bytes
    from advisor.share.store import open_store

    store = open_store()
    content = store.export_all()
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    with keeping(*store.files):
        write_bytes(output, content)
    if as_json:
        print_json({"file": str(output), "bytes": len(content)})
    else:
        stderr().print(f"Wrote {escape(str(output))} ({len(content):,} bytes).")


def import_(
    file: Annotated[
        Path, typer.Argument(help="File written by `advisor library export`; - for standard input.")
    ],
    owner: Annotated[str | None, typer.Option(help="New owner (default: as in the file).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Import a library file, completely or not at all.

    Existing assessments stay as they are. Histories that differ are kept side by side.
    """
    from advisor.share.store import open_store

    found = open_store().import_all(_content(file), owner=owner)
    if as_json:
        print_json(found)
        return
    stderr().print(
        f"{found.added} added, {found.extended} extended, {found.copied} kept as copies, "
        f"{found.unchanged} were there already."
    )


def _content(file: Path) -> bytes:
    from advisor.share.store.address import MAX_BYTES

    if str(file) == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise AdvisorError("the file cannot be read", place=str(file), remedy="Check the path.") from error


def _acknowledge(saved: Saved, *, as_json: bool) -> None:
    if as_json:
        print_json(saved)
    else:
        stderr().print(f"Saved as revision {saved.revision} of {saved.id}.")


def _outcome(decided: Decided | None) -> str:
    if not decided:
        return "not decided"
    return decided.verdict if decided.verdict == "too_early" else f"{decided.recommended} ({decided.verdict})"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
