"""LangSmith: runs as its API, its bulk export and its SDK write them, messages of LangChain included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from advisor.diagnose.production.contract import Sample, Shape, Value
from advisor.diagnose.production.said import first, mapping, turns

_SETTINGS: Final = ("temperature", "top_p", "max_tokens", "stop")


def _fits(value: Value) -> bool:
    return "run_type" in value and ("inputs" in value or "outputs" in value)


def _read(value: Value) -> Iterator[Sample]:
    extra = mapping(value.get("extra"))
    told = mapping(extra.get("metadata"))
    asked = mapping(value.get("inputs"))
    chosen = mapping(extra.get("invocation_params"))
    yield Sample(
        asked=turns(asked.get("messages", asked), "user"),
        answered=turns(value.get("outputs"), "assistant"),
        kind="call" if value.get("run_type") == "llm" else "step",
        id=value.get("id"),
        when=value.get("start_time"),
        model=first(told, "ls_model_name") or first(chosen, "model", "model_name"),
        settings=_settings(told, chosen),
        label=_label(value.get("feedback_stats")),
        meta={key: one for key, one in told.items() if not key.startswith("ls_")},
    )


def _settings(told: Value, chosen: Value) -> dict[str, Any]:
    found = {
        name: first({"a": told.get(f"ls_{name}"), "b": chosen.get(name)}, "a", "b") for name in _SETTINGS
    }
    return {name: one for name, one in found.items() if one is not None}


def _label(stats: Any) -> str | None:
    """Return the name of the feedback, or the value most often given, that somebody left on the run."""
    for name, one in mapping(stats).items():
        values = mapping(one).get("values")
        if isinstance(values, dict) and values:
            return str(
                max(values, key=lambda key: values[key] if isinstance(values[key], (int, float)) else 0)
            )
        if mapping(one).get("avg") in (1, 1.0):
            return str(name)
    return None


SHAPE = Shape(
    id="langsmith",
    title="LangSmith runs",
    schema="docs.langchain.com/langsmith/run-data-format and langsmith.schemas.Run",
    fits=_fits,
    read=_read,
)
