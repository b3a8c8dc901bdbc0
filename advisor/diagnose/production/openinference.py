"""Phoenix and other collectors of OpenInference: spans from the API, from a frame of them, or as OTLP JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from advisor.diagnose.production.contract import Sample, Shape, Value
from advisor.diagnose.production.said import first, mapping, parsed, turns

MOST_ITEMS: Final = 10_000
"""Items of a list written as numbered keys; a larger number is not an index."""
_KINDS: Final = {
    "LLM", "CHAIN", "TOOL", "AGENT", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PROMPT", "UNKNOWN",
}  # fmt: skip


def _fits(value: Value) -> bool:
    if isinstance(parsed(value.get("scopeSpans")), list):
        return True
    if any(
        key.startswith(("attributes.llm.", "attributes.openinference.", "attributes.input.")) for key in value
    ):
        return True
    attributes = parsed(value.get("attributes"))
    if isinstance(attributes, list):
        return any(
            isinstance(one, dict) and str(one.get("key")).startswith("openinference.") for one in attributes
        )
    known = isinstance(attributes, dict) and any(
        key.startswith(("openinference", "llm")) for key in attributes
    )
    return known or (isinstance(attributes, dict) and str(value.get("span_kind")).upper() in _KINDS)


def _read(value: Value) -> Iterator[Sample]:
    for span in _spans(value):
        yield _sample(span)


def _spans(value: Value) -> Iterator[Value]:
    """Return the spans of a row: itself, or those of a batch as OTLP sends it."""
    scopes = parsed(value.get("scopeSpans"))
    if not isinstance(scopes, list):
        yield value
        return
    for scope in scopes:
        inner = scope.get("spans") if isinstance(scope, dict) else None
        yield from (one for one in inner or () if isinstance(one, dict))


def _sample(span: Value) -> Sample:
    told = nested(_attributes(span))
    model = mapping(told.get("llm"))
    kind = first(mapping(mapping(told.get("openinference")).get("span")), "kind") or span.get("span_kind")
    context = mapping(span.get("context"))
    return Sample(
        asked=_messages(model, "input_messages") or turns(mapping(told.get("input")).get("value"), "user"),
        answered=_messages(model, "output_messages")
        or turns(mapping(told.get("output")).get("value"), "assistant"),
        kind="call" if str(kind).upper() == "LLM" else "step",
        id=first(context, "span_id") or first(span, "context.span_id", "span_id", "spanId", "id"),
        when=_when(first(span, "start_time", "startTimeUnixNano")),
        model=first(model, "model_name"),
        settings=mapping(model.get("invocation_parameters")),
        label=_label(told, span),
        meta={**mapping(told.get("metadata")), "name": span.get("name")},
    )


def _attributes(span: Value) -> dict[str, Any]:
    """Return the attributes of a span as one object, whether they lie in one, in a list or in columns."""
    given = parsed(span.get("attributes"))
    if isinstance(given, list):
        return {str(one.get("key")): _plain(one.get("value")) for one in given if isinstance(one, dict)}
    columns = {
        key.removeprefix("attributes."): one for key, one in span.items() if key.startswith("attributes.")
    }
    return {
        **(given if isinstance(given, dict) else {}),
        **{key: one for key, one in columns.items() if one is not None},
    }


def _plain(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if isinstance(value.get("arrayValue"), dict):
        return [_plain(one) for one in value["arrayValue"].get("values") or ()]
    return first(value, "stringValue", "intValue", "doubleValue", "boolValue")


def nested(flat: Any) -> Any:
    """Turn keys with dots into objects, and numbered keys into lists, at every depth."""
    if isinstance(flat, list):
        return [nested(one) for one in flat]
    if not isinstance(flat, Mapping):
        return flat
    tree: dict[str, Any] = {}
    for key, one in flat.items():
        place, parts = tree, str(key).split(".")[:32]
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        if isinstance(one, Mapping) and isinstance(place.get(parts[-1]), dict):
            place[parts[-1]].update(nested(one))
        else:
            place.setdefault(parts[-1], nested(parsed(one) if parts[-1].endswith("messages") else one))
    return _listed(tree)


def _listed(tree: dict[str, Any]) -> Any:
    inner = {key: _listed(one) if isinstance(one, dict) else one for key, one in tree.items()}
    if inner and all(key.isdecimal() and int(key) < MOST_ITEMS for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def _messages(model: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    role = "user" if name.startswith("input") else "assistant"
    found = model.get(name)
    items = found if isinstance(found, list) else []
    return [turn for one in items if isinstance(one, dict) for turn in turns(_message(one), role)]


def _message(one: Mapping[str, Any]) -> Any:
    message = one.get("message", one)
    if isinstance(message, dict) and not message.get("content") and isinstance(message.get("contents"), list):
        parts = [mapping(part).get("message_content", part) for part in message["contents"]]
        return {"role": message.get("role"), "content": parts}
    return message


def _when(value: Any) -> Any:
    # OTLP counts nanoseconds, written as text.
    return (
        int(value) / 1e9
        if isinstance(value, (int, str)) and str(value).isdecimal() and len(str(value)) > 15
        else value
    )


def _label(told: Mapping[str, Any], span: Value) -> str | None:
    every = [
        *_list(told.get("annotations")),
        *_list(span.get("annotations")),
        *_list(span.get("span_annotations")),
    ]
    for one in every:
        inner = mapping(one)
        said = (
            first(mapping(inner.get("annotation")), "label")
            or first(inner, "label")
            or first(mapping(inner.get("result")), "label")
        )
        if isinstance(said, str):
            return said
    return None


def _list(value: Any) -> list[Any]:
    found = parsed(value)
    return found if isinstance(found, list) else []


SHAPE = Shape(
    id="openinference",
    title="Phoenix and other OpenInference spans",
    schema="arize-ai.github.io/openinference/spec/semantic_conventions.html and Phoenix' GET …/spans",
    fits=_fits,
    read=_read,
)
