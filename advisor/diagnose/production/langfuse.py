"""Langfuse: observations from the interface, the API or blob storage, and whole traces with their observations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from advisor.diagnose.production.contract import Sample, Shape, Value
from advisor.diagnose.production.said import first, mapping, parsed, turns

_TYPES: Final = {
    "SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL",
}  # fmt: skip


def _fits(value: Value) -> bool:
    observation = str(value.get("type")) in _TYPES and ("traceId" in value or "trace_id" in value)
    return observation or isinstance(parsed(value.get("observations")), list) or _is_trace(value)


def _is_trace(value: Value) -> bool:
    return {"id", "input", "output"} <= value.keys() and bool(
        {"sessionId", "session_id", "htmlPath", "userId", "user_id"} & value.keys()
    )


def _read(value: Value) -> Iterator[Sample]:
    inner = parsed(value.get("observations"))
    seen = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
    if not seen:
        yield _observation(value, _labels(value.get("scores")))
        return
    given = parsed(value.get("scores"))
    scores = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    for one in seen:
        mine = [
            score
            for score in scores
            if first(score, "observationId", "observation_id") in (None, one.get("id"))
        ]
        yield _observation(one, _labels(mine))


def _observation(value: Value, labels: str | None) -> Sample:
    meta = mapping(value.get("metadata"))
    return Sample(
        asked=turns(value.get("input"), "user"),
        answered=turns(value.get("output"), "assistant"),
        kind="call" if value.get("type") == "GENERATION" else "step",
        id=value.get("id"),
        when=first(value, "startTime", "start_time", "timestamp"),
        model=first(value, "model", "provided_model_name", "providedModelName"),
        settings=mapping(first(value, "modelParameters", "model_parameters")),
        label=labels,
        meta={**meta, **_named(value)},
    )


def _named(value: Value) -> dict[str, Any]:
    return {
        name: value[name] for name in ("name", "environment", "version") if isinstance(value.get(name), str)
    }


def _labels(scores: Any) -> str | None:
    """Return the first word that a person gave: the text of a score, or its name where its value says yes."""
    for one in parsed(scores) or ():
        if isinstance(one, Mapping):
            said = first(one, "stringValue", "string_value", "comment")
            if isinstance(said, str) and said.lower() not in ("true", "false"):
                return said
            if one.get("value") in (1, True) or str(said).lower() == "true":
                return str(one.get("name"))
    return None


SHAPE = Shape(
    id="langfuse",
    title="Langfuse observations and traces",
    schema="langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields and …/export-from-ui",
    fits=_fits,
    read=_read,
)
