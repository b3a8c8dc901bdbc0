"""Split into train and eval: seeded, stratified, groups and near-duplicates on one side, by time if asked; with a manifest."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
from pydantic import Field

from advisor.catalog.records import Record
from advisor.data.dataset import Dataset
from advisor.data.grouping import Groups, group_rows, hold_out
from advisor.data.records import HELD_OUT, SEED, AuditOptions
from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import to_conversation
from advisor.data.rows.sources import Broken, DataSource, chunks, files_of, from_stdin_or, open_source, parse
from advisor.errors import AdvisorError, did_you_mean
from advisor.files import keeping, refuse_kept, replacing, scratch_folder, write_text

PROVENANCE = "augmented_from"
FEWEST_ROWS = 4
WRITTEN = ("train.jsonl", "eval.jsonl", "manifest.json")


class SplitOptions(Record):
    """How to split."""

    eval_share: float = Field(default=HELD_OUT, gt=0, lt=1)
    """Share of rows held out."""
    seed: int = SEED
    """Seed of the shuffle."""
    stratify: str | None = None
    """Field whose shares stay alike on both sides; ``answer`` for the answer itself."""
    group: str | None = None
    """Field whose values stay together."""
    time: str | None = None
    """Field by which the latest rows are held out."""
    skip_broken: bool = False
    """Leave broken lines out instead of refusing the file."""


class Side(Record):
    """One side of a split."""

    file: str
    """File name in the output folder."""
    rows: int
    """Number of rows."""
    sha256: str
    """Hash of the file."""
    source_rows: list[int]
    """Row numbers of the input, in order."""


class SplitManifest(Record):
    """What was split how; the same input and options give the same manifest."""

    format: int = 1
    """Version of this format."""
    input_sha256: str
    """Hash of the input's bytes."""
    options: SplitOptions
    """Options of the split."""
    groups: int
    """Groups of rows kept on one side."""
    skipped: list[int]
    """Broken rows left out."""
    train: Side
    """The training side."""
    eval: Side
    """The held-out side."""
    notes: list[str]
    """What could not be kept exactly."""


def split(data: Path, folder: Path, options: SplitOptions | None = None) -> SplitManifest:
    """Write train.jsonl, eval.jsonl and manifest.json to ``folder``.

    Raises:
        AdvisorError: Broken lines (unless skipped), augmented rows, an unknown field, too few rows to split, or an
            input that would be overwritten.
    """
    options = options or SplitOptions()
    with from_stdin_or(data) as path, keeping(*files_of(path)), scratch_folder("split") as scratch:
        for name in WRITTEN:
            refuse_kept(folder / name)
        source = open_source(path)
        fields, broken = _read_fields(source, options)
        dataset = _measured(path, scratch)
        named = [[one[options.group] for one in fields]] if options.group else []
        groups = group_rows(dataset.columns, named)
        held_out, notes = _held_out(groups, fields, options)
        notes += [f"near-duplicates{groups.caveat}".replace(";", ":")] if groups.caveat else []
        return _write(
            source,
            folder,
            held_out,
            options,
            groups=groups.shared,
            broken=broken,
            notes=notes,
        )


def _read_fields(source: DataSource, options: SplitOptions) -> tuple[list[dict[str, Any]], list[int]]:
    fields: list[dict[str, Any]] = []
    broken: list[int] = []
    for row, conversation, value in _conversations(source, broken):
        if isinstance(value, dict) and PROVENANCE in _metadata(value, conversation):
            raise AdvisorError(
                f"row {row} was made by augmentation",
                place=f"{source.path}:{row}",
                remedy="Split first, then augment the training side: a variation in eval is a leak.",
            )
        kept = {
            name: _field(conversation, name)
            for name in (options.stratify, options.group, options.time)
            if name
        }
        fields.append(kept)
    if broken and not options.skip_broken:
        listed = ", ".join(map(str, broken[:10]))
        raise AdvisorError(
            f"{len(broken)} lines cannot be read (rows {listed})",
            place=str(source.path),
            remedy="Mend them with advisor fix, or leave them out with --skip-broken.",
        )
    if len(fields) < FEWEST_ROWS:
        raise AdvisorError(
            f"{len(fields)} rows cannot be split", place=str(source.path), remedy="Collect more rows first."
        )
    _check_fields(fields, source, options)
    return fields, broken


def _metadata(value: dict[str, Any], conversation: Conversation) -> dict[str, Any]:
    return {**value, **conversation.meta}


def _conversations(source: DataSource, broken: list[int]) -> Iterator[tuple[int, Conversation, object]]:
    for chunk in chunks(source):
        for row, value in parse(chunk):
            if isinstance(value, Broken):
                broken.append(row)
            else:
                yield row, to_conversation(row, value), value


def _field(conversation: Conversation, name: str) -> Any:
    if name == "answer" and name not in conversation.meta:
        return conversation.answer
    return conversation.meta.get(name)


def _check_fields(fields: list[dict[str, Any]], source: DataSource, options: SplitOptions) -> None:
    for name in (options.stratify, options.group, options.time):
        if name and all(one[name] is None for one in fields):
            known = {key for _, row, _ in _conversations(source, []) for key in row.meta}
            raise AdvisorError(
                f"no row has a field '{name}'",
                place=str(source.path),
                remedy=did_you_mean(name, known | {"answer"}),
            )


def _measured(path: Path, scratch: Path) -> Dataset:
    from advisor.data.audit import measure_file

    return measure_file(path, AuditOptions(), scratch, checks=())


def _held_out(
    groups: Groups, fields: list[dict[str, Any]], options: SplitOptions
) -> tuple[set[int], list[str]]:
    """Choose the held-out rows: whole groups, the latest where a time is named."""
    total = sum(map(len, groups.units))
    if options.time:
        chosen = _latest(groups.units, fields, options.time, options.eval_share * total)
    else:
        strata = {at: one[options.stratify] for at, one in enumerate(fields)} if options.stratify else None
        chosen = hold_out(groups, options.eval_share, options.seed, strata)
    if not chosen or len(chosen) == total:
        raise AdvisorError(
            "groups and near-duplicates leave one side empty",
            place="split",
            remedy="Use a larger --eval-share, or drop --group.",
        )
    if abs(len(chosen) / total - options.eval_share) <= 0.02:
        return chosen, []
    note = f"eval holds {len(chosen) / total:.1%} of the rows instead of {options.eval_share:.1%}, because groups stay whole"
    return chosen, [note]


def _latest(units: list[list[int]], fields: list[dict[str, Any]], name: str, wanted: float) -> set[int]:
    from advisor.data.checks.concentration import seconds_of as seconds

    when = [seconds(one[name]) if one[name] is not None else math.nan for one in fields]
    if any(math.isnan(moment) for moment in when):
        raise AdvisorError(
            f"row {next(index for index, moment in enumerate(when) if math.isnan(moment)) + 1} has no readable time in '{name}'",
            place="--time",
            remedy="Write times as 2026-11-22T10:00:00 or as seconds.",
        )
    ordered = sorted(units, key=lambda unit: (min(when[index] for index in unit), unit[0]), reverse=True)
    chosen: set[int] = set()
    for unit in ordered:
        if len(chosen) >= wanted:
            break
        chosen.update(unit)
    return chosen


def _write(  # noqa: PLR0913 - keyword-only beyond the first five
    source: DataSource,
    folder: Path,
    held_out: set[int],
    options: SplitOptions,
    *,
    groups: int,
    broken: list[int],
    notes: list[str],
) -> SplitManifest:
    train, test, about = (folder / name for name in WRITTEN)
    # An old manifest must not stand beside new files: without a manifest the folder is not a finished split.
    about.unlink(missing_ok=True)
    rows: dict[bool, list[int]] = {False: [], True: []}
    with replacing(train, binary=True) as left, replacing(test, binary=True) as right:
        streams: dict[bool, IO[Any]] = {False: left, True: right}
        for index, (row, _, value) in enumerate(_conversations(source, [])):
            side = index in held_out
            rows[side].append(row)
            streams[side].write(orjson.dumps(value, default=str) + b"\n")
    manifest = SplitManifest(
        input_sha256=_hash_of(source),
        options=options,
        groups=groups,
        skipped=broken,
        notes=notes,
        train=_side(train, rows[False]),
        eval=_side(test, rows[True]),
    )
    write_text(
        about,
        json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n",
    )
    return manifest


def _side(path: Path, rows: list[int]) -> Side:
    with path.open("rb") as stream:
        return Side(
            file=path.name,
            rows=len(rows),
            sha256=hashlib.file_digest(stream, "sha256").hexdigest(),
            source_rows=rows,
        )


def _hash_of(source: DataSource) -> str:
    digest = hashlib.sha256()
    for part in source.parts or (source,):
        with part.path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
