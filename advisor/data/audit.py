"""Audit a dataset: measure every chunk wherever the executor runs, then let every check judge the whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.data.checks import CHECKS
from advisor.data.checks.contract import Check
from advisor.data.columns import Columns
from advisor.data.dataset import Dataset
from advisor.data.executor import Executor, Here, Processes
from advisor.data.measured_facts import facts_of
from advisor.data.measuring import SHARED, Measure
from advisor.data.records import (
    CONFIDENCE_ORDER,
    MOST_ROWS_LISTED,
    SEVERITY_ORDER,
    Audit,
    AuditInputs,
    AuditOptions,
    Finding,
    FormatEvidence,
)
from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import SHAPES, to_conversation
from advisor.data.rows.sources import Broken, DataSource, chunks, from_stdin_or, open_source, parse, sha256_of
from advisor.data.rows.templates import load_template
from advisor.errors import AdvisorError
from advisor.files import scratch_folder

# Two workers load for some seconds; below about 35,000 chat rows that costs more than they save.
WORTH_WORKERS = 32 << 20
MOST_NAMES = 5000
DECLARED = SHARED | {name for check in CHECKS for name in check.columns}
Progress = Callable[[int], None]


class FindingRows(NamedTuple):
    """A finding that lists so many rows as people read, and every row that it is about."""

    finding: Finding
    rows: NDArray[np.uint32]


def audit(
    inputs: AuditInputs,
    options: AuditOptions | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Audit a dataset and give findings, facts and evidence.

    Args:
        inputs: The files: data, and where given eval, production and benchmarks.
        options: Model, maximum length, system prompt, goal.
        executor: Where chunks are measured; local processes for large files by default.
        progress: Called with the number of rows read so far.

    Raises:
        AdvisorError: A file cannot be opened or holds no rows.
    """
    options = options or AuditOptions()
    with (
        from_stdin_or(inputs.data) as path,
        measured_dataset(path, inputs, options, executor=executor, progress=progress) as data,
    ):
        return result_of(inputs, path, data, judged(data))


@contextmanager
def measured_dataset(
    path: Path,
    inputs: AuditInputs,
    options: AuditOptions,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Iterator[Dataset]:
    """Measure the data and the files beside it; what was measured lives in a temporary folder."""
    load_template(options.model)
    with scratch_folder("audit") as folder:
        data = measure_file(path, options, folder / "train", executor=executor, progress=progress)
        others = {"eval": inputs.eval, "production": inputs.production}
        others |= {f"benchmark-{index}": one for index, one in enumerate(inputs.benchmarks)}
        for name, other in others.items():
            if other is not None:
                data.others[name] = measure_file(other, options, folder / name, checks=(), executor=executor)
        yield data


def measure_file(  # noqa: PLR0913 - keyword-only beyond the first five
    path: Path,
    options: AuditOptions,
    folder: Path,
    *,
    checks: Sequence[Check] = CHECKS,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Measure one file into columns under ``folder``."""
    source = open_source(path)
    columns = Columns(folder)
    names: dict[str, dict[int, str]] = {}
    seen = 0
    measure = Measure(options, tuple(check.measure for check in checks if check.measure), tokens=bool(checks))
    for done in (executor or _executor_for(source)).map(measure, chunks(source)):
        columns.append(done.columns)
        for kind, texts in done.names.items():
            known = names.setdefault(kind, {})
            # A column with a different text in every row has no names worth keeping.
            known.update(islice(texts.items(), max(MOST_NAMES - len(known), 0)))
        seen += len(done.columns["row"]) + done.broken
        if progress:
            progress(seen)
    if not seen:
        raise AdvisorError("the file holds no rows", place=str(path), remedy="Write one example per line.")
    data = Dataset(columns, names, options, DECLARED)
    data.lenient = source.lenient
    data.label, data.read = path, partial(conversations, source)
    data.fetch = partial(fetch_rows, source)
    return data


def judged(data: Dataset, checks: Sequence[Check] = CHECKS) -> list[FindingRows]:
    """Let each check judge; the worst and surest findings come first, then the most harmful defects."""
    harm = {check.id: check.harm for check in checks}
    found = [_listed(one) for check in checks for one in check.find(data)]
    return sorted(
        found,
        key=lambda one: (
            SEVERITY_ORDER[one.finding.severity],
            CONFIDENCE_ORDER[one.finding.confidence],
            -harm[one.finding.check],
            -one.finding.count,
            one.finding.message,
        ),
    )


def _listed(finding: Finding) -> FindingRows:
    # Four bytes a row for all of them: lists of numbers would grow with a file of which every row is found.
    rows = np.array(finding.rows, np.uint32)
    return FindingRows(finding.model_copy(update={"rows": finding.rows[:MOST_ROWS_LISTED]}), rows)


def conversations(source: DataSource) -> Iterator[list[Conversation]]:
    """Read a source again, chunk by chunk, without its broken lines."""
    for chunk in chunks(source):
        yield [to_conversation(row, value) for row, value in parse(chunk) if not isinstance(value, Broken)]


def fetch_rows(source: DataSource, rows: Sequence[int]) -> dict[int, Conversation]:
    """Read some rows of a source by number."""
    wanted, found = set(rows), {}
    for chunk in chunks(source):
        if not wanted:
            break
        for row, value in parse(chunk):
            if row in wanted and not isinstance(value, Broken):
                found[row] = to_conversation(row, value)
                wanted.discard(row)
    return found


def _evidence(source: DataSource, shapes: dict[str, int], values: Sequence[object]) -> FormatEvidence:
    # Broken lines are no format of their own: they do not make a file a mix.
    mixed = len(set(shapes) - {"broken"}) > 1
    main = max(shapes, key=lambda name: (shapes[name], name), default="unknown")
    first = next((value for value in values if isinstance(value, dict)), {})
    because = [f"container {source.label} from the first bytes and the name {source.path.name}"]
    because += [
        f"{count:,} {'row' if count == 1 else 'rows'} {_reads_as(shape)}"
        for shape, count in sorted(shapes.items(), key=lambda one: -one[1])
    ]
    if first:
        because.append(f"fields of the first row: {', '.join(map(str, list(first)[:12]))}")
    return FormatEvidence(
        container=source.label,
        shape=f"{main} (mixed)" if mixed else main,
        because=because,
        shapes=shapes,
    )


def _reads_as(shape: str) -> str:
    return "cannot be read" if shape == "broken" else f"with the fields of {shape}"


def _executor_for(source: DataSource) -> Executor:
    size = sum(part.path.stat().st_size for part in source.parts or (source,))
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Processes(workers) if size > WORTH_WORKERS and workers > 1 else Here()


def result_of(inputs: AuditInputs, path: Path, data: Dataset, found: Sequence[FindingRows]) -> Audit:
    """Put the result together: evidence of the format, tokens, findings, measured facts."""
    source = open_source(path)
    broken = len(data.column("broken"))
    counts = (
        np.bincount(data.column("shape").astype(np.int64), minlength=len(SHAPES))
        if len(data)
        else np.zeros(len(SHAPES), int)
    )
    shapes = {SHAPES[at]: int(count) for at, count in enumerate(counts) if count} | (
        {"broken": broken} if broken else {}
    )
    evidence = _evidence(source, shapes, [dict.fromkeys(_fields(source))])
    measured = facts_of(data, _spoiled(found))
    return Audit(
        file=str(inputs.data),
        sha256=sha256_of(source),
        rows=len(data) + broken,
        format=evidence,
        tokens=_tokens(data),
        findings=[one.finding for one in found],
        facts={name: fact.value for name, fact in measured.items()},
        measured=measured,
        assumptions=_assumptions(data),
    )


def _spoiled(found: Sequence[FindingRows]) -> int:
    """Count the rows that findings leave without a lesson."""
    spoiling = {check.id for check in CHECKS if check.spoils}
    rows = [one.rows for one in found if one.finding.check in spoiling and one.finding.severity != "note"]
    return len(np.unique(np.concatenate(rows))) if rows else 0


def _fields(source: DataSource) -> list[str]:
    chunk = next(iter(chunks(source, size=1 << 16)), None)
    value = next((value for _, value in parse(chunk) if isinstance(value, dict)), {}) if chunk else {}
    return [str(key) for key in value] if isinstance(value, dict) else []


def _tokens(data: Dataset) -> dict[str, Any]:
    template, total, trainable = (
        load_template(data.options.model),
        data.column("tokens"),
        data.column("trainable"),
    )
    if not len(total):
        return {"total": 0, "exact": False, "template": template.name}
    quantiles = np.percentile(total, [50, 90, 99])
    return {
        "total": int(total.sum(dtype=np.int64)),
        "trainable": int(trainable.sum(dtype=np.int64)),
        "kept_trainable": int(data.column("kept").sum(dtype=np.int64)),
        "per_row": {
            "median": round(float(quantiles[0])),
            "p90": round(float(quantiles[1])),
            "p99": round(float(quantiles[2])),
            "max": int(total.max()),
        },
        "max_length": data.options.token_limit,
        "template": template.name,
        "exact": template.tokenizer_file is not None,
        "how": "the model's own tokenizer"
        if template.tokenizer_file
        else "o200k_base, exact for OpenAI's models and an estimate for others",
    }


def _assumptions(data: Dataset) -> list[str]:
    notes = list(load_template(data.options.model).assumed)
    if data.options.max_length is None:
        notes.append("No --max-length given: 4,096 tokens are assumed.")
    return notes
