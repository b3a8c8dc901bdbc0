"""Apply a patch: a new training file through the safe fixes, with a diff, audited again; the old file stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from advisor.catalog.strict_json import read_json_object
from advisor.data.audit import audit
from advisor.data.fix import Fixed, FixOptions, fix
from advisor.data.records import AuditInputs
from advisor.data.rows.sources import Broken, chunks, open_source, parse
from advisor.diagnose.mend.patch import FORMAT, Patch, sentences
from advisor.diagnose.records import Record
from advisor.errors import AdvisorError
from advisor.files import replacing, scratch_folder, write_text

REMOVED: Final = "removed"


class Applied(Record):
    """What became of the training rows."""

    rows: int
    """Rows of the old file."""
    removed: int
    """Rows that the patch leaves out."""
    fixed: Fixed
    """What the safe fixes did to the others; its ``diff`` file holds the rows that changed."""
    removed_file: str
    """JSON Lines: the rows that were left out, with their number and the cause."""
    errors_before: int
    """Errors that an audit finds in the old file."""
    errors_after: int
    """Errors that it finds in the new one."""
    to_do: tuple[str, ...]
    """What is left for people, a sentence each: rows to write, prompts to change."""


def write_patch(patch: Patch, path: Path) -> None:
    """Write a patch as JSON."""
    write_text(path, patch.model_dump_json(indent=2) + "\n")


def read_patch(path: Path) -> Patch:
    """Read a patch; one from elsewhere is checked.

    Raises:
        AdvisorError: It is none, or of another version.
    """
    value = read_json_object(path)
    if value.get("format") != FORMAT:
        raise AdvisorError(
            "this is not a patch", place=str(path), remedy="Write one with: advisor diagnose … --patch FILE."
        )
    try:
        return Patch.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise AdvisorError(
            f"{where}: {first['msg'].lower()}", place=str(path), remedy="Write the patch again."
        ) from None


def apply_patch(training: Path, patch: Patch, output: Path) -> Applied:
    """Write the training rows as the patch wants them to ``output``; what is left out lies beside it.

    Raises:
        AdvisorError: The output is the training file, or the patch names rows that it does not have.
    """
    if output.exists() and output.samefile(training):
        raise AdvisorError(
            "the new file would overwrite the training rows", place=str(output), remedy="Name another file."
        )
    causes = {one.row: one.cause for one in patch.rows_out}
    beside = output.with_name(f"{output.name.removesuffix('.jsonl')}.{REMOVED}.jsonl")
    with scratch_folder("mend") as folder:
        kept = rows_without(training, set(causes), folder / "kept.jsonl", removed=beside, causes=causes)
        fixed = fix(kept, output, FixOptions())
    return Applied(
        rows=fixed.rows + len(causes),
        removed=len(causes),
        fixed=fixed,
        removed_file=str(beside),
        errors_before=_errors(training),
        errors_after=_errors(output),
        to_do=tuple(one for one in sentences(patch) if not one.startswith("Leave out")),
    )


def rows_without(
    training: Path,
    rows: set[int],
    output: Path,
    *,
    removed: Path | None = None,
    causes: dict[int, str] | None = None,
) -> Path:
    """Copy the rows of a file but for some, which go to ``removed`` where it is named.

    Raises:
        AdvisorError: The file does not have one of the rows, a row cannot be read, or none would be left.
    """
    missing, kept = set(rows), 0
    with (
        replacing(output, binary=True) as stream,
        replacing(removed or output.with_suffix(".removed"), binary=True) as aside,
    ):
        for row, value in _values(training):
            if row in rows:
                missing.discard(row)
                aside.write(
                    orjson.dumps({"row": row, "cause": (causes or {}).get(row), "was": value}) + b"\n"
                )
            else:
                kept += 1
                stream.write(orjson.dumps(value) + b"\n")
        if missing or not kept:
            what = f"there is no row {min(missing)}" if missing else "the patch leaves no row"
            raise AdvisorError(
                what, place=str(training), remedy="Use the patch with the file that it was made for."
            )
    return output


def _values(path: Path) -> Iterator[tuple[int, Any]]:
    for chunk in chunks(open_source(path)):
        for row, value in parse(chunk):
            if isinstance(value, Broken):
                raise AdvisorError(
                    f"this line cannot be read ({value.reason})",
                    place=f"{path}:{row}",
                    remedy="Mend it first with `advisor fix`.",
                )
            yield row, value


def _errors(path: Path) -> int:
    return sum(one.severity == "error" for one in audit(AuditInputs(data=path)).findings)
