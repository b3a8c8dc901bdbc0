"""Rows of any format that Advisor reads elsewhere, and tables whose columns have everyday names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from advisor.data.rows.conversation import Conversation
from advisor.data.rows.formats import shape_of, to_conversation
from advisor.diagnose.production.contract import Sample, Shape, Value
from advisor.diagnose.production.said import first, parsed, turns

ASKED: Final = (
    "prompt", "question", "user_message", "customer_message", "user", "customer", "request", "message", "query", "input",
    "messages", "conversation", "ticket",
)  # fmt: skip
ANSWERED: Final = (
    "answer", "response", "reply", "completion", "output", "assistant", "bot_reply", "bot_message", "bot", "ai_response",
    "model_output", "model_answer", "generation", "generated_text",
)  # fmt: skip
_SYSTEM: Final = ("system", "system_prompt", "instructions")
_ID: Final = ("id", "sample_id", "request_id", "conversation_id", "ticket_id", "trace_id")
_WHEN: Final = ("when", "timestamp", "created_at", "created", "date", "day", "time", "datetime")
_MODEL: Final = ("model", "model_name", "deployment")
_LABEL: Final = ("complaint", "label", "feedback", "issue", "problem")
_SETTINGS: Final = ("temperature", "top_p", "max_tokens", "finish_reason")


def _fits(value: Value) -> bool:
    plain = _plain(value)
    return shape_of(plain) not in {"unknown", "text"} or (
        first(plain, *ASKED) is not None and first(plain, *ANSWERED) is not None
    )


def _plain(value: Value) -> dict[str, Any]:
    """Return the fields under plain names: lower case, one underscore for what is between words."""
    names = {str(key).strip().lower().replace(" ", "_").replace("-", "_"): one for key, one in value.items()}
    return {**names, "messages": parsed(names["messages"])} if "messages" in names else names


def _read(value: Value) -> Iterator[Sample]:
    plain = _plain(value)
    row = to_conversation(0, value) if shape_of(value) not in {"unknown", "text"} else None
    usable = row is not None and not row.problems and any(one.role == "assistant" for one in row.messages)
    asked, answered = _split(row) if row is not None and usable else _columns(plain)
    rest = {str(key): one for key, one in row.meta.items()} if row is not None and usable else plain
    lower = {key.lower(): one for key, one in rest.items()}
    named = {*ASKED, *ANSWERED, *_SYSTEM, *_ID, *_WHEN, *_MODEL, *_LABEL, *_SETTINGS}
    yield Sample(
        asked=asked,
        answered=answered,
        id=first(lower, *_ID),
        when=first(lower, *_WHEN),
        model=first(lower, *_MODEL),
        settings={name: lower[name] for name in _SETTINGS if lower.get(name) is not None},
        label=first(lower, *_LABEL) or first(plain, *_LABEL),
        meta={key: one for key, one in rest.items() if key.lower() not in named},
    )


def _split(row: Conversation) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    said = [
        {"role": "system" if one.role == "developer" else one.role, "content": one.content}
        for one in row.messages
    ]
    last = max(at for at, one in enumerate(said) if one["role"] == "assistant")
    return said[:last], said[last : last + 1]


def _columns(plain: Value) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    system = (
        [{"role": "system", "content": str(told)}] if (told := first(plain, *_SYSTEM)) is not None else []
    )
    return [*system, *turns(first(plain, *ASKED), "user")], turns(first(plain, *ANSWERED), "assistant")


SHAPE = Shape(
    id="rows",
    title="Rows of any known format, and tables with a question and an answer",
    schema="docs/rows.md",
    fits=_fits,
    read=_read,
)
