"""How many fields of a JSON answer are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from advisor.evaluate.scorers.contract import Row, Scorer, best_of
from advisor.evaluate.scorers.wording import parsed


def _fields_right(answer: str, reference: str) -> float:
    try:
        given, wanted = _fields(parsed(answer, fenced=True)), _fields(parsed(reference, fenced=True))
    except ValueError:
        return 0.0
    total = given.total() + wanted.total()
    return 2 * (given & wanted).total() / total if total else 1.0


def _fields(value: Any) -> Counter[tuple[str, Any]]:
    return Counter(_leaves(value, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}")
    elif isinstance(value, list) and value:
        # The order within a list does not count: items are compared as a bag.
        for one in value:
            yield from _leaves(one, f"{path}[]")
    else:
        yield path, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return float(value)
    return value.strip() if isinstance(value, str) else "[]" if isinstance(value, list) else "{}"


SCORER = Scorer(
    id="json-fields",
    title="JSON by field",
    measures="F1 of the answer's fields (path and value) against the reference's; a code fence is forgiven.",
    score=best_of(_fields_right),
    right=(
        Row('{"b": [2, 1], "a": "x "}', ('{"a": "x", "b": [1, 2.0]}',)),
        Row('```json\n{"a": null}\n```', ('{"a": null}',)),
    ),
    wrong=(
        Row('{"a": "y", "c": 1}', ('{"a": "x"}',)),
        Row("x", ('{"a": "x"}',)),
        Row('{"a": true}', ('{"a": 1}',)),
    ),
)
