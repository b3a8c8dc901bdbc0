"""``recheck``: has anything moved since an assessment was saved or a report was written?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from advisor.catalog import Catalog
from advisor.doors.cli.options import (
    AsOfOption,
    GateOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_gate,
    print_json,
    stdout,
)
from advisor.errors import AdvisorError
from advisor.share.report import words

if TYPE_CHECKING:
    from advisor.share.recheck import Moved, RecheckDifference
    from advisor.share.store import Assessment

CHANGED = 3
"""The exit code that says: a verdict changed."""


def recheck(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID|REPORT.json]…", help="Saved assessments by id, or reports in JSON."),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Check everything in the library that is not archived.")
    ] = False,
    form: GateOption = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Re-run saved decisions and report what has changed since.

    Compares rules, prices and retirements. Exit code 3 if any verdict changed, so that a CI build can check decisions.
    """
    if bool(what) == all_:
        raise AdvisorError(
            "what to check is not clear", place="recheck", remedy="Name ids or reports, or use --all instead."
        )
    catalog, day = catalog_of(rules), day_of(as_of)
    results = [_checked(item, catalog, day) for item in _chosen(what or [])]
    if form is not None:
        from advisor.share.report.gates import gate_of_recheck

        print_gate(gate_of_recheck(results, _in_words(results, catalog)), form)
    elif as_json:
        changed = sum(bool(result["verdict_changed"]) for result in results)
        print_json({"as_of": day.isoformat(), "changed": changed, "checked": results})
    else:
        _show(results, catalog, stdout())
    if any(result["verdict_changed"] for result in results):
        raise typer.Exit(CHANGED)
    if any(result.get("error") for result in results):
        raise typer.Exit(1)


def _in_words(results: list[dict[str, Any]], catalog: Catalog) -> dict[str, str]:
    from advisor.share.recheck import RecheckDifference

    compared = [result for result in results if result["decided"]]
    return {
        result["id"]: " ".join(
            f"{line.rstrip(':.')}." for line in _lines(_difference_in(result, RecheckDifference), catalog)
        )
        for result in compared
    }


def _difference_in(result: dict[str, Any], record: type[RecheckDifference]) -> RecheckDifference:
    return record.model_validate({name: result[name] for name in record.model_fields})


def _chosen(names: list[str]) -> list[tuple[str, Callable[[], Any]]]:
    from advisor.share.store import open_store

    reports = [name for name in names if name.endswith(".json")]
    if names and len(reports) == len(names):
        return [(name, partial(_report, name)) for name in names]
    store = open_store()
    wanted = names or [entry.id for entry in store.list()]
    return [(name, partial(_report if name in reports else store.get, name)) for name in wanted]


def _report(name: str) -> Any:
    from advisor.catalog.strict_yaml import read_bounded_text
    from advisor.share.report.exchange import MAX_BYTES, read

    return read(read_bounded_text(Path(name), max_bytes=MAX_BYTES), place=name)


def _checked(item: tuple[str, Callable[[], Any]], catalog: Catalog, day: date) -> dict[str, Any]:
    """Check one; what cannot be read is reported in its place and does not keep the others from being checked."""
    name, read = item
    try:
        return _check((name, read()), catalog, day)
    except AdvisorError as error:
        return {"id": name, "title": "", "decided": False, "verdict_changed": False, "error": error.as_dict()}


def _check(item: tuple[str, Any], catalog: Catalog, day: date) -> dict[str, Any]:
    from advisor.advice import Advice
    from advisor.share.recheck import recheck as compare

    name, saved = item
    if isinstance(saved, Advice):
        return _result(name, saved.situation.title, compare(saved, catalog, as_of=day))
    return _result(name, saved.entry.title, _difference(saved, catalog, day))


def _difference(saved: Assessment, catalog: Catalog, day: date) -> RecheckDifference | None:
    from advisor.share.recheck import recheck as compare
    from advisor.share.recheck import recheck_outcome

    if saved.advice is not None:
        return compare(saved.advice, catalog, as_of=day)
    if saved.revision.decided is None:
        return None
    return recheck_outcome(saved.situation, saved.revision.decided, catalog, as_of=day)


def _result(name: str, title: str, difference: RecheckDifference | None) -> dict[str, Any]:
    found = {"id": name, "title": title, "decided": difference is not None, "verdict_changed": False}
    if difference is None:
        return found
    return found | {"anything_changed": difference.anything} | difference.model_dump(mode="json")


def _show(results: list[dict[str, Any]], catalog: Catalog, console: Console) -> None:
    from advisor.share.recheck import RecheckDifference

    for result in results:
        console.print(f"[bold]{escape(result['title'])}[/] [dim]{escape(result['id'])}[/]")
        if "error" in result:
            error = result["error"]
            console.print(
                f"  {escape(error['place'])}: {escape(error['problem'])}. {escape(error['remedy'])}"
            )
            continue
        if not result["decided"]:
            console.print("  Only answers are saved; nothing was decided yet.")
            continue
        for line in _lines(_difference_in(result, RecheckDifference), catalog):
            console.print(f"  {escape(line)}")
    changed = sum(bool(result["verdict_changed"]) for result in results)
    console.print(f"{len(results)} checked, {changed} with another verdict")


def _lines(found: RecheckDifference, catalog: Catalog) -> list[str]:
    then, now = (_outcome(found, side, catalog) for side in ("before", "after"))
    if not found.anything:
        return [f"{now}; nothing has moved since {found.day.before}."]
    lines = [f"{then} → {now}" if found.verdict_changed else f"Still {now}, but not for the same reasons:"]
    lines += [f"Rule {item.name}: {_fires(item)}" for item in found.rules]
    lines += [f"{words.strategy(item.name, catalog)}: {_excluded(item)}" for item in found.ruled_out]
    lines += [f"Probability of {words.strategy(m.name, catalog)}: {_share(m)}" for m in found.probabilities]
    lines += [f"Cost of {words.strategy(m.name, catalog)}: {_money(m)}" for m in found.costs]
    lines += [f"Model of {words.strategy(m.name, catalog)} ends: {_change(m)}" for m in found.endings]
    lines += [f"Answer {item.name} no longer fits: {item.after}" for item in found.dropped]
    return lines + [f"New: {warning}" for warning in found.new_warnings]


def _outcome(found: RecheckDifference, side: str, catalog: Catalog) -> str:
    first, verdict = getattr(found.recommended, side), getattr(found.verdict, side)
    return words.outcome(first, verdict, catalog)


def _fires(item: Moved) -> str:
    if item.before is None:
        return "fires now"
    return "fires no longer" if item.after is None else "has another effect"


def _excluded(item: Moved) -> str:
    return f"ruled out by {item.after}" if item.after else "no longer ruled out"


def _share(item: Moved) -> str:
    return " → ".join(words.chance(side) for side in (item.before, item.after))


def _money(item: Moved) -> str:
    then, now = ("unknown" if side is None else f"{side:,.2f}" for side in (item.before, item.after))
    return f"{then} → {now} per month"


def _change(item: Moved) -> str:
    return f"{item.before or 'not known'} → {item.after or 'not known'}"
