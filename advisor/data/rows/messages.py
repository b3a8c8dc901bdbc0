"""Messages of every format that has them: OpenAI's, ShareGPT's, Anthropic's, Bedrock's and Vertex's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from advisor.data.rows.conversation import ROLES, Conversation, Message
from advisor.data.rows.parts import content_of
from advisor.data.rows.tools import calls_in_text, calls_of, linked

_SHAREGPT_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "system": "system",
    "tool": "tool",
    "function_call": "assistant",
    "tool_call": "assistant",
    "function_response": "tool",
    "tool_response": "tool",
    "observation": "tool",
}
_LEARN = ("train", "training", "loss", "trainable")
_REASONING = ("reasoning_content", "reasoning", "thinking")
_MESSAGE_KEYS = {"role", "content", "weight", "tool_calls", "tool_call_id", "name", "function_call"}
_MESSAGE_KEYS |= {*_LEARN, *_REASONING, "from", "value"}
# What the services' own dumps carry beside a message; empty it means nothing.
_PADDING = {"refusal", "audio", "annotations"}


def read_messages(messages: object, row: Conversation, key: str = "role") -> list[Message]:
    """Read a list of messages of any format that has one; ``key`` is the field with the speaker."""
    if isinstance(messages, str):
        messages = _json_list(messages, row)
    if not isinstance(messages, list):
        row.problems.append("messages-not-a-list")
        return []
    found: list[Message] = []
    unlinked = False
    for one in messages:
        if not isinstance(one, dict):
            row.problems.append("message-not-an-object")
            continue
        # Most messages are a role and a text; they make up nearly all of the time that reading takes.
        if len(one) == 2 and type(one.get("content")) is str and _is_common(one.get("role")):
            found.append(Message(one["role"], one["content"]))
            continue
        unlinked = _read_message(one, key, row, found) or unlinked
    if unlinked:
        linked(found)
    return found


def _is_common(role: object) -> bool:
    return type(role) is str and role in _COMMON


_COMMON = frozenset({"system", "user", "assistant"})


def _read_message(given: dict[str, Any], key: str, row: Conversation, found: list[Message]) -> bool:
    """Read one message, with tool results of its own in front; True where calls have to be linked."""
    one = {name: value for name, value in given.items() if value is not None}
    role = _role(one, key, row)
    message = Message(role, "", _weight(one), name=one.get("name"), tool_call_id=one.get("tool_call_id"))
    unlinked = _read_calls(one, message, row)
    content = one.get("content", one.get("value"))
    results = read_content(content, message, row)
    found.extend(
        Message("tool", words, tool_call_id=identity, name=name) for identity, name, words in results
    )
    if "content" not in given and "value" not in given and not message.tool_calls:
        row.problems.append("message-without-content")
    for name in _REASONING:
        if isinstance(one.get(name), str) and one[name].strip():
            message.reasoning = one[name]
    message.extra = {
        name: value
        for name, value in one.items()
        if name not in _MESSAGE_KEYS and not (name in _PADDING and not value)
    }
    if not results or says_something(message):
        found.append(message)
    said = one.get(key, one.get("role", one.get("from")))
    speaker = said if isinstance(said, str) else ""
    if speaker in {"function_call", "tool_call"}:
        _call_turn(message, row)
        return True
    return (
        unlinked
        or role == "function"
        or bool(results)
        or speaker in {"observation", "function_response", "tool_response"}
    )


def says_something(message: Message) -> bool:
    """Return whether a message holds anything: words, media, calls or reasoning."""
    return bool(message.content or message.parts or message.tool_calls or message.reasoning)


def _role(one: Mapping[str, Any], key: str, row: Conversation) -> str:
    said = one.get(key, one.get("from" if key == "role" else "role"))
    if said is None:
        row.problems.append("message-without-role")
        return ""
    known = _SHAREGPT_ROLES if key == "from" else _ROLE_NAMES
    if isinstance(said, str) and said in known:
        return known[said]
    if isinstance(said, str) and (plain := said.strip().lower()) in known:
        row.lenient.append("role-spelling")
        return known[plain]
    row.problems.append("unknown-role")
    return said if isinstance(said, str) and key == "role" else ""


_ROLE_NAMES = {one: one for one in ROLES}


def _weight(one: Mapping[str, Any]) -> object:
    if "weight" in one:
        return one["weight"]
    return next((int(one[name]) for name in _LEARN if isinstance(one.get(name), bool)), None)


def _read_calls(one: Mapping[str, Any], message: Message, row: Conversation) -> bool:
    calls = one.get("tool_calls") or []
    if not isinstance(calls, list):
        row.problems.append("tool-calls-not-a-list")
        calls = []
    message.tool_calls = tuple(calls_of(calls))
    older = one.get("function_call")
    if older is not None and not calls:
        message.tool_calls = tuple(calls_of([{"type": "function", "function": older}]))
        return True
    return False


def read_content(content: object, message: Message, row: Conversation) -> list[tuple[object, object, str]]:
    """Read a content field into the message; return the tool results that it holds: id, name, words."""
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        message.content = text_of(content, row.problems)
        return []
    found = content_of(content, row.problems)
    message.content = "\n".join(found.text)
    message.tool_calls = (*message.tool_calls, *found.calls)
    message.reasoning = "\n".join(found.reasoning) or None
    message.parts = found.parts if found.media else None
    return found.results


def _call_turn(message: Message, row: Conversation) -> None:
    calls = calls_in_text(message.content)
    if calls is None:
        row.problems.append("tool-call-not-json")
    else:
        message.tool_calls, message.content = tuple(calls), ""


def _json_list(text: str, row: Conversation) -> object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    row.lenient.append("messages-as-string")
    return value


def text_of(content: object, problems: list[str]) -> str:
    """Read a content field: a string, null, or a list of parts of which the text ones count."""
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if isinstance(content, list):
        return "\n".join(content_of(content, problems).text)
    problems.append("content-not-text")
    return str(content) if isinstance(content, (int, float)) else ""
