"""Safe fixes to a new file with a diff; what cannot be mended safely goes to a quarantine file with its reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from advisor.catalog.records import Record
from advisor.data.audit import judged, measured_dataset
from advisor.data.checks import CHECKS
from advisor.data.mending import FixOptions, mend
from advisor.data.records import AuditInputs, AuditOptions, Finding
from advisor.data.repair import damage_of
from advisor.data.rows.chat_form import as_chat
from advisor.data.rows.conversation import with_system_prompt
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.plain_form import plain
from advisor.data.rows.sources import Broken, chunks, files_of, from_stdin_or, open_source, parse
from advisor.files import keeping, refuse_kept, replacing

__all__ = ["FixOptions", "Fixed", "beside", "fix", "mend"]

# A defect of every row may be the file's form; a file of which nothing is left helps nobody.
FEWEST_ROWS_FOR_A_FORM = 10


class Fixed(Record):
    """What a fix did; every row of the input is in ``written``, or ``quarantined``, or ``removed``."""

    rows: int
    """Number of rows read."""
    written: int
    """Rows in the new file."""
    changed: int
    """Rows of the new file that differ from the input."""
    removed: int
    """Exact repeats left out; each is in the quarantine file too."""
    quarantined: int
    """Rows in the quarantine file, exact repeats included."""
    reasons: dict[str, int]
    """How often each fix or reason occurred."""
    output: str
    """Path of the new file."""
    diff: str
    """JSON Lines: row, fixes, before, after."""
    quarantine: str
    """JSON Lines: row, reasons, the row as it was."""


class _Files(NamedTuple):
    output: IO[bytes]
    diff: IO[bytes]
    quarantine: IO[bytes]


def fix(data: Path, output: Path, options: FixOptions | None = None) -> Fixed:
    """Write a fixed copy of ``data`` to ``output`` with ``.diff.jsonl`` and ``.quarantine.jsonl`` beside it.

    Raises:
        AdvisorError: The output is the input, or the input cannot be read.
    """
    options = options or FixOptions()
    diff, quarantine = beside(output, "diff"), beside(output, "quarantine")
    with from_stdin_or(data) as path, keeping(*files_of(path)):
        for one in (output, diff, quarantine):
            refuse_kept(one)
        reasons, form = _reasons(path, options.audit)
        counts: Counter[str] = Counter(form.everywhere)
        with ExitStack() as stack:
            # The output is opened first and so renamed last: with it in place the other two are complete.
            files = _Files(
                *(stack.enter_context(replacing(one, binary=True)) for one in (output, diff, quarantine))
            )
            for row, value, raw in _raw_rows(path):
                _write(files, counts, (row, value, raw), reasons=reasons, form=form, options=options)
    named = {key: count for key, count in sorted(counts.items()) if not key.startswith("#")}
    return Fixed(
        rows=counts["#rows"],
        written=counts["#written"],
        changed=counts["#changed"],
        removed=counts["exact-duplicate"],
        quarantined=counts["#quarantined"],
        reasons=named,
        output=str(output),
        diff=str(diff),
        quarantine=str(quarantine),
    )


def beside(path: Path, kind: str) -> Path:
    """Return the path of a kind of file beside the output: train.jsonl gives train.diff.jsonl."""
    return path.with_name(f"{path.name.removesuffix('.jsonl')}.{kind}.jsonl")


class _Form(NamedTuple):
    """What holds for the whole file."""

    lenient: tuple[str, ...]
    """What of the file's form a stricter reader refuses."""
    has_media: bool
    everywhere: dict[str, int]
    """Findings of every row, by a name that says so: they are counted and quarantine nothing."""


def _write(  # noqa: PLR0913 - keyword-only beyond the first three
    files: _Files,
    counts: Counter[str],
    given: tuple[int, object, bytes],
    *,
    reasons: dict[int, list[str]],
    form: _Form,
    options: FixOptions,
) -> None:
    row, value, raw = given
    counts["#rows"] += 1
    why = list(reasons.get(row, ()))
    if isinstance(value, Broken):
        why.append(f"broken-line: {value.reason}")
    elif not why and any(damage_of(text) == "lost" for text in _texts(value)):
        why.append("mojibake: characters were lost")
    if why:
        counts["#quarantined"] += 1
        counts.update(one.split(":")[0] for one in why)
        was = raw.decode("utf-8", "replace") if isinstance(value, Broken) else value
        files.quarantine.write(_line({"row": row, "reasons": why, "was": was}))
        return
    fresh, fixes = _fixed(row, value, form, options)
    fixes = [*_line_fixes(row, raw, form), *fixes]
    counts["#written"] += 1
    files.output.write(_line(fresh))
    if fixes:
        counts["#changed"] += 1
        counts.update(fixes)
        files.diff.write(_line({"row": row, "fixes": fixes, "before": value, "after": fresh}))


def _fixed(row: int, value: object, form: _Form, options: FixOptions) -> tuple[object, list[str]]:
    fresh, fixes = plain(value, join_parts=not form.has_media)
    fresh, more = mend(fresh, options)
    fixes += more
    if options.to_chat:
        read = to_conversation(row, fresh)
        # Plain text has no turns, and of a row that cannot be read only its raw form holds everything.
        as_messages = (
            fresh
            if read.problems or read.shape == "text"
            else as_chat(with_system_prompt(read, options.system_prompt))
        )
        if as_messages != fresh:
            fresh, fixes = as_messages, [*fixes, "to chat"]
    return fresh, fixes


def _line_fixes(row: int, raw: bytes, form: _Form) -> list[str]:
    """Return what a row's line sheds when it is written again: a byte order mark, CR, separators left unescaped."""
    found = ["byte order mark"] if row == 1 and "byte-order-mark" in form.lenient else []
    found += ["line ends"] if raw.endswith(b"\r") else []
    return found + (["line separators escaped"] if b"\xe2\x80\xa8" in raw or b"\xe2\x80\xa9" in raw else [])


def _reasons(path: Path, options: AuditOptions) -> tuple[dict[int, list[str]], _Form]:
    """Audit the file and give for each row that must not be written the reasons why."""
    reasons: dict[int, list[str]] = {}
    everywhere: dict[str, int] = {}
    with measured_dataset(path, AuditInputs(data=path), options) as data:
        for finding, rows in judged(data, [check for check in CHECKS if check.quarantines]):
            if finding.severity == "note":
                continue
            if finding.count == len(data) >= FEWEST_ROWS_FOR_A_FORM:
                everywhere[f"{finding.check} in every row, kept"] = finding.count
            else:
                _note(reasons, finding, rows.tolist())
        hashes = data.column("turns_hash")
        seen: dict[int, int] = {}
        for row, key in zip(data.rows.tolist(), hashes.tolist(), strict=True):
            if key and key in seen:
                reasons.setdefault(row, []).append(f"exact-duplicate: repeats row {seen[key]}")
            elif row not in reasons:
                seen.setdefault(key, row)
        return reasons, _Form(data.lenient, bool(data.column("media").any()), everywhere)


def _note(reasons: dict[int, list[str]], finding: Finding, rows: Sequence[int]) -> None:
    reason = f"{finding.check}: {finding.message.split(') ', 1)[-1]}"
    for row in rows:
        reasons.setdefault(row, []).append(reason)


def _raw_rows(path: Path) -> Iterator[tuple[int, object, bytes]]:
    for chunk in chunks(open_source(path)):
        lines = (chunk.lines or b"").split(b"\n") if chunk.lines is not None else []
        for row, value in parse(chunk):
            yield row, value, lines[row - chunk.first] if lines else b""


def _line(value: Any) -> bytes:
    try:
        line = orjson.dumps(value)
    except TypeError:
        line = json.dumps(value, ensure_ascii=False, default=str).encode()
    # Readers that split at every Unicode line break would cut the row in two.
    return line.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029") + b"\n"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
