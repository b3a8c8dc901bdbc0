"""Rows that come mostly from one author, source, category or moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, finding, good_rows, share
from advisor.data.records import Finding

TOO_MUCH = 0.6
_TIME = re.compile(r"(?i)(?:date|time|timestamp|created|updated|_at$|^at$|^day$|month)")
_IDENTITY = re.compile(
    r"(?i)(?:^|_)(?:id|uuid|guid|hash|url|index|idx|key|weight|score|n?tokens?|len|length)$"
)
SECONDS_A_DAY = 86_400


def measure(batch: Batch) -> Measured:
    """Keep short metadata values by name as hashes, and times as seconds."""
    columns: dict[str, list[tuple[int, object]]] = {}
    for index, row in enumerate(batch.conversations):
        for key, value in row.meta.items():
            if (
                isinstance(value, (str, int, float, bool))
                and len(str(value)) <= 120
                and not _IDENTITY.search(key)
            ):
                columns.setdefault(key[:60], []).append((index, value))
    measured: dict[str, NDArray[Any]] = {}
    for key, pairs in list(columns.items())[:40]:
        rows = batch.rows[[index for index, _ in pairs]]
        if _TIME.search(key):
            measured[f"time:{key}"] = np.array([seconds_of(value) for _, value in pairs], np.float64)
        else:
            measured[f"meta:{key}"] = batch.name(f"meta:{key}", (str(value) for _, value in pairs))
            measured[f"metarow:{key}"] = rows
    return measured


def seconds_of(value: object) -> float:
    """Read a moment as seconds since 1970: a number, in milliseconds if large, or an ISO date."""
    if isinstance(value, (int, float)):
        return float(value) / (1000 if value > 10**11 else 1)
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return np.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def judge(data: Dataset) -> Iterator[Finding]:
    """Report fields in which one value, or one day, holds most rows."""
    for column in data.columns.names("meta:"):
        yield from _one_value(data, column)
    for column in data.columns.names("time:"):
        yield from _one_time(data, column)


def _one_value(data: Dataset, column: str) -> Iterator[Finding]:
    hashes, key = data.column(column), column.removeprefix("meta:")
    values, counts = np.unique(hashes, return_counts=True)
    # A field with one value is a constant, one with a value per row an identifier; neither is a distribution.
    if len(hashes) < 20 or len(values) < 2 or len(values) > 0.5 * len(hashes):
        return
    top, at = int(counts.max()), int(counts.argmax())
    if top < TOO_MUCH * len(hashes) or top < 1.5 * len(hashes) / len(values):
        return
    name = data.names.get(column, {}).get(int(values[at]), "?")
    shares = {
        data.names.get(column, {}).get(int(values[one]), "?"): int(counts[one])
        for one in np.argsort(-counts)[:10]
    }
    rows = data.column(f"metarow:{key}")[hashes == values[at]]
    message = f"{share(top, len(hashes))} have {key} = '{name}'"
    yield finding(
        CHECK,
        message,
        [int(row) for row in rows],
        severity="warning",
        confidence="medium",
        evidence={"field": key, "values": shares},
    )


def _one_time(data: Dataset, column: str) -> Iterator[Finding]:
    moments = data.column(column)
    moments = moments[np.isfinite(moments)]
    span = float(np.ptp(moments)) if len(moments) else 0.0
    if len(moments) < 20 or span < 14 * SECONDS_A_DAY:
        return
    window = max(span / 20, SECONDS_A_DAY)
    ordered = np.sort(moments)
    reach = np.searchsorted(ordered, ordered + window, side="right") - np.arange(len(ordered))
    if reach.max() >= TOO_MUCH * len(ordered):
        start = datetime.fromtimestamp(float(ordered[int(reach.argmax())]), UTC).date()
        message = f"{share(int(reach.max()), len(ordered))} fall into {window / SECONDS_A_DAY:.0f} of {span / SECONDS_A_DAY:.0f} days, from {start} ({column.removeprefix('time:')})"
        yield finding(
            CHECK,
            message,
            [],
            severity="warning",
            confidence="medium",
            evidence={"field": column.removeprefix("time:"), "from": str(start)},
        )


def _by(agent: int, count: int) -> list[dict[str, object]]:
    return [
        one | {"agent": f"agent-{index % agent if index > count else 0}"}
        for index, one in enumerate(good_rows(40))
    ]


CHECK = Check(
    id="concentration",
    columns=(),
    title="Most rows come from one place",
    detects="A metadata field (author, source, category, product …) in which one value holds 60% of the rows or more, or a twentieth of the time span that does.",
    matters="The model learns that agent's style, that product's answers or that week's events as the norm.",
    remedy="Draw rows evenly, or thin out the dominant value; see `advisor audit --production` for what to collect.",
    tuned_model="It sounds like one agent, and is weak on everything else.",
    fires=Example(shows='"agent": "ana" in 85% of the rows', rows=lambda: _by(4, 30)),
    quiet=Example(shows="four agents with a quarter each", rows=lambda: _by(4, -1)),
    judge=judge,
    measure=measure,
    harm=56,
)
