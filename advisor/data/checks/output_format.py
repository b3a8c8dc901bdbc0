"""Answers that do not keep the format of the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, share
from advisor.data.records import Finding

NOT_JSON, FENCED, BROKEN = 0, 1, 2


def measure(batch: Batch) -> Measured:
    """Return each answer the hash of its JSON keys, or say that it is fenced, broken or no JSON."""
    signatures = [_signature(text.strip()) for text in batch.answers]
    hashed = (
        pl.Series([one if isinstance(one, str) else "" for one in signatures], dtype=pl.String)
        .hash(seed=17)
        .to_numpy()
        .astype(np.uint64)
    )
    codes = np.array([3 if isinstance(one, str) else one for one in signatures], np.uint64)
    for value, one in zip(hashed.tolist(), signatures, strict=True):
        if isinstance(one, str):
            batch.names.setdefault("json-keys", {}).setdefault(value, one[:200])
    # Codes 0 to 2 stand for themselves; a real signature is shifted clear of them.
    return {"output-format": np.where(codes == 3, np.maximum(hashed, 16), codes)}


def _signature(text: str) -> str | int:
    fenced = text.startswith("```")
    inner = text.strip("`").removeprefix("json").strip() if fenced else text
    if not inner.startswith(("{", "[")):
        return NOT_JSON
    try:
        value = orjson.loads(inner)
    except orjson.JSONDecodeError:
        return BROKEN
    if fenced:
        return FENCED
    return (
        ",".join(sorted(f"{key}:{_kind(one)}" for key, one in value.items()))
        if isinstance(value, dict)
        else "list"
    )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return {"int": "number", "float": "number", "str": "text", "bool": "boolean", "dict": "object"}.get(
        type(value).__name__, "list"
    )


def judge(data: Dataset) -> Iterator[Finding]:
    """In a file of JSON answers report those that are broken, fenced, prose, or have other keys."""
    codes = data.column("output-format")
    spoken = data.column("answer_chars") > 0
    total = int(spoken.sum())
    parsed = codes >= 16
    if total < 10 or (parsed | (codes == BROKEN) | (codes == FENCED)).sum() < 0.5 * total:
        return
    for code, words in (
        (BROKEN, "hold JSON that does not parse"),
        (FENCED, "wrap their JSON in a code block"),
        (NOT_JSON, "answer in prose where the others answer in JSON"),
    ):
        rows = data.where((codes == code) & spoken)
        if rows:
            yield finding(
                CHECK,
                f"{share(len(rows), len(data))} {words}",
                rows,
                severity="error" if code == BROKEN else "warning",
            )
    yield from _other_keys(data, codes, parsed)


def _other_keys(data: Dataset, codes: NDArray[np.uint64], parsed: NDArray[np.bool_]) -> Iterator[Finding]:
    values, counts = np.unique(codes[parsed], return_counts=True)
    if not len(values) or counts.max() < 0.7 * counts.sum():
        return
    usual = values[counts.argmax()]
    rows = data.where(parsed & np.isin(codes, values[counts <= 0.15 * counts.sum()]) & (codes != usual))
    if rows:
        keys = data.names.get("json-keys", {}).get(int(usual), "?")
        yield finding(
            CHECK,
            f"{share(len(rows), len(data))} have other JSON keys or value types than the usual ({keys})",
            rows,
            severity="warning",
            confidence="medium",
            evidence={"usual": keys},
        )


CHECK = Check(
    id="output-format",
    columns=("output-format",),
    spoils=True,
    title="An answer breaks the format of the others",
    detects="In files of JSON answers: JSON that does not parse, answers in prose or in a code block, missing, extra or differently typed keys.",
    matters="The format is what such a model is tuned for; each exception is a request that fails to parse.",
    remedy="Bring the answers into one format; validate them against one schema.",
    tuned_model="One answer in so many does not parse.",
    fires=Example(
        shows='\'The intent is billing\' among {"intent": "billing"}',
        rows=lambda: [
            *(
                chat(f"Ticket {index} about thing {index % 11}", f'{{"intent": "billing", "item": {index}}}')
                for index in range(30)
            ),
            chat("Ticket 31 about a lamp", "The intent is billing."),
        ],
    ),
    quiet=Example(
        shows='{"intent": "billing", "item": 7} in every row',
        rows=lambda: [
            chat(f"Ticket {index} about thing {index % 11}", f'{{"intent": "billing", "item": {index}}}')
            for index in range(30)
        ],
    ),
    judge=judge,
    measure=measure,
    harm=77,
)
