"""Answers from a file of rows: JSON Lines, JSON, CSV or Parquet, under any of the names in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.data.rows.sources import Broken, chunks, from_stdin_or, open_source, parse, place_of
from advisor.errors import AdvisorError
from advisor.evaluate.answers.arm import Arm, answers_frame, figure, text

IDS = ("id", "example", "example_id", "custom_id", "key", "uid", "qid", "question_id", "sample_id", "row_id")
ANSWERS = (
    "prediction", "predicted", "model_answer", "model_output", "generated_text", "generation", "generated", "answer",
    "output", "response", "completion", "reply", "text", "content", "label",
)  # fmt: skip
FIGURES: Mapping[str, Sequence[str]] = {
    "tokens_in": ("tokens_in", "input_tokens", "prompt_tokens"),
    "tokens_out": ("tokens_out", "output_tokens", "completion_tokens"),
    "tokens_cached": ("tokens_cached", "cached_tokens"),
    "seconds": ("seconds", "latency_seconds", "latency_s", "latency", "duration", "time"),
    "seconds_to_first": ("seconds_to_first", "time_to_first_token", "ttft"),
    "usd": ("usd", "cost_usd", "cost", "price"),
}
MILLISECONDS = {"seconds": ("latency_ms", "duration_ms", "ms"), "seconds_to_first": ("ttft_ms",)}
ERRORS = ("error", "exception")
CITED = ("cited", "citations", "sources", "retrieved_ids")


def read_rows(name: str, path: Path) -> Arm:
    """Read one arm from a file of rows.

    Raises:
        AdvisorError: A line is broken, a row is not an object, or no field holds the answer.
    """
    return Arm(name, answers_frame((_answer(row, place) for place, row in objects(path)), path), path)


def objects(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read the rows of a file (``-`` is standard input) with their places, as ``file:line``."""
    with from_stdin_or(path) as there:
        yield from _objects(there, path)


def _objects(there: Path, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    source = open_source(there)
    for chunk in chunks(source):
        for number, value in parse(chunk):
            if isinstance(value, Broken):
                raise AdvisorError(
                    f"the line cannot be read: {value.reason}",
                    place=place_of(source, number),
                    remedy="Write one JSON object on each line.",
                )
            if not isinstance(value, Mapping):
                raise AdvisorError(
                    "the row is not an object",
                    place=place_of(source, number),
                    remedy='Write rows as {"id": …, "answer": …}.',
                )
            yield f"{path}:{number}", value


def first(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return the value under the first of these names that the row has and that is not empty."""
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def identity(row: Mapping[str, Any]) -> str | None:
    """Return the id of a row, as text."""
    value = first(row, IDS)
    return None if value is None else str(value)


def _answer(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    served = _served(row)
    if served is not None:
        row = {**row, **served}
    elif not any(name in row for name in (*ANSWERS, *ERRORS, "messages")):
        raise AdvisorError(
            f"no field holds the answer; there are {', '.join(list(row)[:8]) or 'none'}",
            place=place,
            remedy="Call it 'answer'; a call that failed has 'error' instead.",
        )
    error = text(first(row, ERRORS))
    answer = None if error else _spoken(row)
    usage = row.get("usage") if isinstance(row.get("usage"), Mapping) else {}
    return {
        "example": identity(row),
        "answer": answer if answer and answer.strip() else None,
        "error": error or (None if answer and answer.strip() else "empty answer"),
        **{name: _figure({**usage, **row}, name) for name in FIGURES},  # type: ignore[dict-item]
        "model": text(row.get("model")),
        "cited": _list(first(row, CITED)),
    }


def _spoken(row: Mapping[str, Any]) -> str | None:
    messages = row.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[-1], Mapping):
        return text(messages[-1].get("content"))
    return text(first(row, ANSWERS))


def _served(row: Mapping[str, Any]) -> dict[str, Any] | None:
    # A chat completion as a service answers it, bare or in the result file of a batch.
    body = row.get("response") if isinstance(row.get("response"), Mapping) else row
    assert isinstance(body, Mapping)
    body = body["body"] if isinstance(body.get("body"), Mapping) else body
    if not isinstance(body.get("choices"), list):
        refused = body is not row and "status_code" in row["response"]
        return {"response": None, "error": text(body.get("error") or body)} if refused else None
    choice = body["choices"][0] if body["choices"] else {}
    message = choice.get("message") if isinstance(choice, Mapping) else None
    answer = message.get("content") if isinstance(message, Mapping) else None
    return {"response": None, "answer": answer, "usage": body.get("usage"), "model": body.get("model")}


def _figure(row: Mapping[str, Any], name: str) -> float | None:
    value = figure(first(row, FIGURES[name]))
    if value is None and name in MILLISECONDS:
        value = figure(first(row, MILLISECONDS[name]))
        return None if value is None else value / 1000
    return value


def _list(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [part.strip() for part in value.replace(";", ",").split(",") if part.strip()]
    return [str(one) for one in value] if isinstance(value, list) else None
