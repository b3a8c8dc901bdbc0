"""OpenAI: stored completions, responses, batches, and a request kept beside its response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from advisor.diagnose.production.contract import Sample, Shape, Value
from advisor.diagnose.production.said import Turn, first, mapping, parsed, text_of, turns

_SETTINGS: Final = (
    "temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed",
    "frequency_penalty", "presence_penalty",
)  # fmt: skip


def _fits(value: Value) -> bool:
    answer = _answer(value)
    return isinstance(answer.get("choices"), list) or answer.get("object") == "response"


def _answer(value: Value) -> Value:
    """Return the service's own object: the row, or what a log or a batch keeps of it."""
    inner = mapping(value.get("response"))
    return mapping(inner.get("body")) or inner or value


def _request(value: Value) -> Value:
    return mapping(value.get("request")) or mapping(value.get("body")) or value


def _read(value: Value) -> Iterator[Sample]:
    request, answer = _request(value), _answer(value)
    choices = answer.get("choices")
    choice = mapping(choices[0]) if isinstance(choices, list) and choices else {}
    settings = {
        name: found for name in _SETTINGS if (found := first(answer, name) or request.get(name)) is not None
    }
    yield Sample(
        asked=[*_instructions(request, answer), *_asked(request)],
        answered=turns(choice.get("message", choice.get("text")), "assistant") if choice else _said(answer),
        id=first(answer, "id") or first(value, "custom_id", "id"),
        when=first(answer, "created", "created_at") or first(value, "created_at", "timestamp"),
        model=first(answer, "model") or first(request, "model"),
        settings={**settings, "finish_reason": first(choice, "finish_reason") or first(answer, "status")},
        label=first(value, "complaint", "label"),
        meta=mapping(answer.get("metadata")),
    )


def _asked(request: Value) -> list[Turn]:
    found = first(request, "messages", "input_messages", "input", "prompt")
    return turns(found, "user")


def _instructions(request: Value, answer: Value) -> list[Turn]:
    told = first(answer, "instructions") or first(request, "instructions")
    return [{"role": "system", "content": told}] if isinstance(told, str) else []


def _said(answer: Value) -> list[Turn]:
    """Return the text of a response: the parts of its messages; reasoning and calls of tools are none."""
    output = parsed(answer.get("output"))
    items = [one for one in output if isinstance(one, dict)] if isinstance(output, list) else []
    texts: list[Any] = [
        text_of(one.get("content")) for one in items if one.get("type", "message") == "message"
    ]
    text = "\n".join(filter(None, texts)) or answer.get("output_text")
    return [{"role": "assistant", "content": text}] if isinstance(text, str) and text else []


SHAPE = Shape(
    id="openai",
    title="OpenAI stored completions, responses and batches",
    schema="developers.openai.com/api/reference/resources/chat and openai.types.responses.Response",
    fits=_fits,
    read=_read,
)
