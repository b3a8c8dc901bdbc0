"""The plain form of a row as it was parsed: what only a lenient reader takes, written as every reader takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from advisor.data.rows.conversation import ROLES
from advisor.data.rows.tools import without_nulls

TURNS = ("messages", "conversations", "conversation", "prompt", "completion", "chosen", "rejected")
_FROM = {"human", "gpt", "function_call", "observation", "system", "tool", "user", "assistant"}


def plain(value: object, *, join_parts: bool = True) -> tuple[object, list[str]]:
    """Write a row in the plain form; return it with the names of what was changed.

    Args:
        value: The row as it was parsed.
        join_parts: Join lists of parts that hold only text; not in files with images, whose lists are one type.
    """
    if not isinstance(value, dict):
        return value, []
    fixes: list[str] = []
    row = _without_padding(value)
    if row != value:
        fixes.append("null fields")
    for key in TURNS:
        if isinstance(row.get(key), str) and key in {"messages", "conversations"}:
            row = _parsed(row, key, fixes, "messages as a list")
        if isinstance(row.get(key), list):
            row = {**row, key: [_message(one, fixes, join_parts=join_parts) for one in row[key]]}
    if isinstance(row.get("tools"), str) and "messages" in row:
        row = _parsed(row, "tools", fixes, "tools as a list")
    return row, list(dict.fromkeys(fixes))


def _without_padding(value: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out null fields of the row, of its messages, calls and tools; null content beside a call stays."""
    row: dict[str, Any] = {}
    for key, one in value.items():
        if one is None and key not in {"completion", "output", "response", "answer"}:
            continue
        if key in TURNS and isinstance(one, list):
            row[key] = [_unpadded_message(message) for message in one]
        else:
            row[key] = without_nulls(one) if key in {"tools", "functions"} else one
    return row


def _unpadded_message(message: Any) -> Any:
    if not isinstance(message, Mapping):
        return message
    kept = {key: without_nulls(one) if key == "tool_calls" else one for key, one in message.items()}
    return {key: one for key, one in kept.items() if one is not None or key in {"content", "value"}}


def _parsed(row: dict[str, Any], key: str, fixes: list[str], name: str) -> dict[str, Any]:
    try:
        value = json.loads(row[key])
    except (ValueError, RecursionError):
        return row
    if not isinstance(value, list):
        return row
    fixes.append(name)
    return {**row, key: value}


def _message(one: Any, fixes: list[str], *, join_parts: bool) -> Any:
    if not isinstance(one, Mapping):
        return one
    message = dict(one)
    for key, known in (("role", ROLES), ("from", _FROM)):
        said = message.get(key)
        if isinstance(said, str) and said not in known and (clean := said.strip().lower()) in known:
            message[key] = clean
            fixes.append("role spelling")
    content = message.get("content")
    if join_parts and isinstance(content, list) and content and all(map(_is_text, content)):
        message["content"] = "\n".join(part["text"] for part in content)
        fixes.append("text parts joined")
    return message


def _is_text(part: Any) -> bool:
    # Bedrock's parts have no type and stay: there a list is the only form.
    return (
        isinstance(part, Mapping)
        and part.get("type") == "text"
        and isinstance(part.get("text"), str)
        and len(part) == 2
    )
