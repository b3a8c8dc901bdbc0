"""What was said, out of any of the ways in which tools write messages down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from advisor.data.rows.sources import Broken, parse_line

Turn = dict[str, str]
"""``role`` and ``content``."""
DEEPEST: Final = 12
"""Nesting of wrappers around a message; beyond it nothing is a message."""
_ROLES: Final = {
    "human": "user", "user": "user", "ai": "assistant", "assistant": "assistant", "model": "assistant",
    "system": "system", "developer": "system", "tool": "tool", "function": "tool",
    "HumanMessage": "user", "AIMessage": "assistant", "AIMessageChunk": "assistant", "SystemMessage": "system",
    "ToolMessage": "tool", "ChatMessage": "user",
}  # fmt: skip
# Wrappers, the most telling first: the first one that is there holds what was said.
_WRAPPERS: Final = (
    "messages", "message", "choices", "generations", "kwargs", "data", "output", "input", "content", "contents",
    "parts", "text", "answer", "response", "completion", "prompt", "question", "query", "result",
)  # fmt: skip


def parsed(value: Any) -> Any:
    """Return what a text of JSON holds; any other value, or a text that is none, as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    found = parse_line(value.encode("utf-8", "replace"))
    return value if isinstance(found, Broken) else found


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object, also one written as text; an empty one where the value is none."""
    found = parsed(value)
    return found if isinstance(found, dict) else {}


def turns(value: Any, role: str, depth: int = 0) -> list[Turn]:
    """Return the turns that a value of any known form holds.

    Args:
        value: A text, a message, a list of messages, or a wrapper around one of these.
        role: Who speaks where the value does not say.
        depth: Wrappers around it so far.
    """
    found = parsed(value)
    if found is None or depth > DEEPEST:
        return []
    if isinstance(found, list):
        return _in_list(found, role, depth)
    if isinstance(found, dict):
        return _in_object(found, role, depth)
    return [{"role": role, "content": str(found)}] if str(found).strip() else []


def _in_list(items: list[Any], role: str, depth: int) -> list[Turn]:
    if items and all(_is_part(one) for one in items):
        text = "\n".join(filter(None, map(text_of, items)))
        return [{"role": role, "content": text}] if text else []
    return [turn for one in items for turn in turns(one, role, depth + 1)]


def _is_part(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and "role" not in one
        and isinstance(one.get("text"), str)
        and "message" not in one
    )


def _in_object(found: Mapping[str, Any], role: str, depth: int) -> list[Turn]:
    speaker = speaker_of(found) or role
    if isinstance(found.get("content"), (str, list)) and ("role" in found or speaker != role):
        text = text_of(found["content"])
        return [{"role": speaker, "content": text}] if text else []
    for name in _WRAPPERS:
        if found.get(name) not in (None, "", [], {}):
            inner = (
                found[name][:1]
                if name in ("choices", "generations") and isinstance(found[name], list)
                else found[name]
            )
            return turns(inner, speaker, depth + 1)
    return []


def speaker_of(found: Mapping[str, Any]) -> str | None:
    """Return the role of a message in the common spelling, None where it names none that is known."""
    kind = found.get("id")
    names = (found.get("role"), found.get("type"), kind[-1] if isinstance(kind, list) and kind else None)
    return next((_ROLES[name] for name in names if isinstance(name, str) and name in _ROLES), None)


def text_of(content: Any) -> str:
    """Return the words of a message's content: a text, or parts of which the text ones count."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        inner = content.get("text", content.get("content"))
        return inner if isinstance(inner, str) else ""
    return "\n".join(filter(None, _part_texts(content))) if isinstance(content, list) else ""


def _part_texts(parts: list[Any]) -> Iterator[str]:
    for one in parts:
        yield one if isinstance(one, str) else text_of(one) if isinstance(one, dict) else ""


def first(value: Mapping[str, Any], *names: str) -> Any:
    """Return the first of the named fields that holds something."""
    return next((value[name] for name in names if value.get(name) not in (None, "")), None)
