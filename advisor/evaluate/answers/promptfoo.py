"""Results of promptfoo (version 3): one arm for each prompt and provider, with its tests as examples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from advisor.errors import AdvisorError
from advisor.evaluate.answers.arm import WANTED, Arm, answers_frame, figure, text
from advisor.evaluate.answers.rows import first, identity
from advisor.evaluate.answers.wanted import INPUTS

VERSION = 3
LARGEST_BYTES = 512 << 20
CALL_FAILED = 2
_WANTING = ("equals", "icontains", "contains", "similar", "is-json")


def is_promptfoo(path: Path) -> bool:
    """Return whether a JSON file begins as promptfoo's results do."""
    try:
        with path.open("rb") as stream:
            start = stream.read(2000)
            return b'"evalId"' in start or (b'"results"' in start and b'"promptIdx"' in start)
    except OSError:
        return False


def read_promptfoo(name: str, path: Path) -> list[Arm]:
    """Read every prompt and provider of a result file as an arm.

    Raises:
        AdvisorError: The file is of another version or not whole.
    """
    told = _loaded(path)
    systems: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for one in told["results"]:
        provider = str((one.get("provider") or {}).get("id", ""))
        systems.setdefault((provider, int(one.get("promptIdx", 0))), []).append(one)
    ordered = sorted(systems.items(), key=lambda item: item[0])
    return [
        _arm(name if len(ordered) == 1 else f"{name}-{number}", rows, path)
        for number, (_, rows) in enumerate(ordered, 1)
    ]


def _loaded(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > LARGEST_BYTES:
        raise AdvisorError("the file is larger than 512 MB", place=str(path), remedy="Export fewer tests.")
    try:
        told = orjson.loads(path.read_bytes())["results"]
        version = told["version"]
        results = told["results"] if version == VERSION else None
    except (ValueError, KeyError, TypeError) as error:
        raise AdvisorError(
            "the results of promptfoo are not whole",
            place=str(path),
            remedy="Export them again: promptfoo eval -o FILE.json.",
        ) from error
    if not isinstance(results, list) or not results:
        raise AdvisorError(
            f"the results have version {version}; version {VERSION} with at least one result can be read",
            place=str(path),
            remedy="Export them again with a current promptfoo: promptfoo eval -o FILE.json.",
        )
    return {"results": [one for one in results if isinstance(one, Mapping)]}


def _arm(name: str, rows: list[Mapping[str, Any]], path: Path) -> Arm:
    ordered = sorted(rows, key=lambda one: int(one.get("testIdx", 0)))
    label = str((ordered[0].get("prompt") or {}).get("label", ""))[:80]
    provider = (ordered[0].get("provider") or {}).get("id")
    wanted = pl.DataFrame([_wanted(one) for one in ordered], schema=dict(WANTED))
    note = f"{name}: promptfoo, prompt “{label}” on {provider}, {len(ordered)} tests"
    return Arm(name, answers_frame(map(_answer, ordered), path), path, wanted, "promptfoo", (note,))


def _example(one: Mapping[str, Any]) -> str:
    return identity(one.get("vars") or {}) or str(int(one.get("testIdx", 0)) + 1)


def _answer(one: Mapping[str, Any]) -> dict[str, Any]:
    response = one.get("response") or {}
    usage = response.get("tokenUsage") or one.get("tokenUsage") or {}
    spoken = text(response.get("output"))
    failed = one.get("failureReason") == CALL_FAILED or not spoken
    return {
        "example": _example(one),
        "answer": None if failed else spoken,
        "error": (text(response.get("error") or one.get("error")) or "empty answer") if failed else None,
        "tokens_in": figure(usage.get("prompt")),
        "tokens_out": figure(usage.get("completion")),
        "tokens_cached": figure(usage.get("cached")),
        # An answer from promptfoo's own cache took no time; nobody measured the model's.
        "seconds": None if response.get("cached") else _seconds(one.get("latencyMs")),
        # 0 is what promptfoo writes where it knows no price.
        "usd": figure(one.get("cost")) or None,
        "model": text((one.get("provider") or {}).get("id")),
        "logged": _within(one.get("score")),
    }


def _seconds(value: Any) -> float | None:
    known = figure(value)
    return None if known is None else known / 1000


def _within(value: Any) -> float | None:
    known = figure(value)
    return known if known is not None and known <= 1 else None


def _wanted(one: Mapping[str, Any]) -> dict[str, Any]:
    asserted = (one.get("testCase") or {}).get("assert") or []
    told = [
        item.get("value") for item in asserted if isinstance(item, Mapping) and item.get("type") in _WANTING
    ]
    variables = one.get("vars") or {}
    asked = first(variables, INPUTS) or next(iter(variables.values()), None)
    return {
        "example": _example(one),
        "references": [spoken for value in told if (spoken := text(value))],
        "input": text(asked),
        "group": None,
        "passages": [],
    }
