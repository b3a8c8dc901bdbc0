"""Fields that hold one type in some rows and another in others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import orjson
import polars as pl

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding, Severity

DEPTH = 6
# Schemas and arguments differ from tool to tool by design.
FREE = frozenset({"parameters", "input_schema", "inputSchema", "input", "args", "response"})
NAMES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
Kinds = frozenset[tuple[str, str]]
PLAIN_CHAT: Kinds = frozenset(
    {("messages", "a list"), ("messages.content", "text"), ("messages.role", "text")}
)


def measure(batch: Batch) -> Measured:
    """Return each row a number for the types of its fields."""
    kinds = [PLAIN_CHAT if _is_plain_chat(value) else _kinds_of(value) for value in batch.values]
    texts = {one: orjson.dumps(sorted(one)).decode() for one in dict.fromkeys(kinds)}
    hashes = pl.Series(texts.values(), dtype=pl.String).hash(seed=7).to_list()
    batch.names.setdefault("types", {}).update(zip(hashes, texts.values(), strict=True))
    keys = dict(zip(texts, hashes, strict=True))
    return {"types": np.fromiter((keys[one] for one in kinds), np.uint64, len(kinds))}


def _is_plain_chat(value: object) -> bool:
    """Return whether a row is messages of a role and a text and nothing else, as nearly all are."""
    if type(value) is not dict or len(value) != 1 or type(said := value.get("messages")) is not list:
        return False
    return bool(said) and all(
        type(one) is dict
        and len(one) == 2
        and type(one.get("content")) is str
        and type(one.get("role")) is str
        for one in said
    )


def _kinds_of(value: object) -> Kinds:
    found: set[tuple[str, str]] = set()
    if isinstance(value, dict):
        _add(value, "", found, 0)
    return frozenset(found)


def _add(value: dict[str, object], path: str, found: set[tuple[str, str]], depth: int) -> None:
    for key, one in value.items():
        kind = type(one)
        if kind is str:
            found.add((path + key, "text"))
        elif one is not None:
            found.add((path + key, NAMES.get(kind, kind.__name__)))
            if depth < DEPTH and key not in FREE:
                for inner in one if isinstance(one, list) else [one]:
                    if type(inner) is dict:
                        _add(inner, f"{path}{key}.", found, depth + 1)


def judge(data: Dataset) -> Iterator[Finding]:
    """Report each field of more than one type, with the rows of the rarer ones."""
    types, names = data.column("types"), data.names.get("types", {})
    values, counts = np.unique(types, return_counts=True)
    number = dict(zip(values.tolist(), counts.tolist(), strict=True))
    fields: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for value in number:
        for path, kind in orjson.loads(names.get(value, "[]")):
            fields[path][kind].append(value)
    for path, kinds in sorted(fields.items()):
        if len(kinds) > 1:
            usual = max(kinds, key=lambda kind: (sum(number[one] for one in kinds[kind]), kind))
            odd = [value for kind, held in kinds.items() if kind != usual for value in held]
            rows = data.where(np.isin(types, odd))
            others = " or ".join(sorted(set(kinds) - {usual}))
            message = f"{share(len(rows), len(data))} hold {others} in '{path}' where the others hold {usual}"
            evidence = {"field": path, "types": sorted(kinds)}
            # Where most rows hold both types, a text beside a list with an image, that is the service's own form.
            severity: Severity = "note" if len(rows) > 0.5 * len(data) else "warning"
            yield finding(CHECK, message, rows, severity=severity, evidence=evidence)


CHECK = Check(
    id="mixed-types",
    columns=("types",),
    title="One field, two types",
    detects="Fields, at any depth, that are text in some rows and a list, a number or an object in others; null counts as absent.",
    matters="A column of a table has one type: `datasets` and Arrow refuse the file, and services call it an invalid schema without naming the row.",
    remedy="Write one type: texts instead of lists of text parts, arguments as JSON text; `advisor fix` joins parts that hold text only.",
    tuned_model="None: the training does not start.",
    fires=Example(
        shows='{"content": [{"type": "text", "text": "Hi"}]} beside {"content": "Hi"}',
        rows=lambda: [
            *good_rows(20),
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "Is the hub on?"}]},
                    {"role": "assistant", "content": "Yes, the hub is on."},
                ]
            },
        ],
    ),
    quiet=Example(
        shows='{"content": "Hi"} in every row',
        rows=lambda: [*good_rows(20), chat("Is the hub on?", "Yes, the hub is on.")],
    ),
    judge=judge,
    measure=measure,
    harm=62,
)
