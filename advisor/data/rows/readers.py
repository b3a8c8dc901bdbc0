"""One reader a format: the row's own fields in, messages out; each returns the names of the fields that it used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.data.rows.conversation import Conversation, Message
from advisor.data.rows.messages import read_content, read_messages, says_something, text_of
from advisor.data.rows.tools import linked, tools_of

PROMPT_KEYS = (
    "prompt",
    "instruction",
    "question",
    "query",
    "request",
    "input",
    "user",
    "text",
    "message",
    "utterance",
    "ticket",
)
PLAIN_ANSWER_KEYS = ("completion", "response", "answer", "output", "reply", "assistant", "target")
ANSWER_KEYS = (*PLAIN_ANSWER_KEYS, "label", "category", "class", "intent", "summary")
# Fields that say how a row is to be sent, and nothing about it.
_ROUTING = {"parallel_tool_calls", "schemaVersion", "custom_id", "method", "url", "tool_choice"}


def _chat(value: Mapping[str, Any], row: Conversation) -> set[str]:
    row.messages = read_messages(value["messages"], row)
    return {"messages", *_ROUTING}


def _sharegpt(value: Mapping[str, Any], row: Conversation) -> set[str]:
    key = "conversations" if value.get("conversations") is not None else "conversation"
    row.messages = read_messages(value.get(key), row, "from")
    return {key}


def _vertex(value: Mapping[str, Any], row: Conversation) -> set[str]:
    turns = value["contents"]
    if not isinstance(turns, list):
        row.problems.append("messages-not-a-list")
        return {"contents"}
    for one in turns:
        if not isinstance(one, dict):
            row.problems.append("message-not-an-object")
            continue
        role = _VERTEX_ROLES.get(str(one.get("role")))
        if role is None:
            row.problems.append("unknown-role")
        message = Message(role or "", "")
        parts = one.get("parts")
        results = read_content([parts] if isinstance(parts, (dict, str)) else parts, message, row)
        row.messages.extend(
            Message("tool", words, tool_call_id=identity, name=name) for identity, name, words in results
        )
        if not results or says_something(message):
            row.messages.append(message)
    if any(one.tool_calls or one.role == "tool" for one in row.messages):
        linked(row.messages)
    return {"contents", "generationConfig", "generation_config"}


_VERTEX_ROLES = {"user": "user", "model": "assistant", "function": "tool"}


def _alpaca(value: Mapping[str, Any], row: Conversation) -> set[str]:
    row.messages = _alpaca_prompt(value, row)
    row.messages.append(Message("assistant", text_of(value.get("output"), row.problems)))
    return {"instruction", "input", "output", "history"}


def _alpaca_prompt(value: Mapping[str, Any], row: Conversation) -> list[Message]:
    prompt = "\n\n".join(
        part for key in ("instruction", "input") if (part := text_of(value.get(key), row.problems)).strip()
    )
    turns: list[Message] = []
    history = value.get("history") or []
    if not isinstance(history, list) or not all(isinstance(one, list) and len(one) == 2 for one in history):
        row.problems.append("history-not-pairs")
        history = []
    for question, answer in history:
        turns.append(Message("user", text_of(question, row.problems)))
        turns.append(Message("assistant", text_of(answer, row.problems)))
    return [*turns, Message("user", prompt)]


PAIRS = (("chosen", "rejected"), ("preferred_output", "non_preferred_output"))


def _preference(value: Mapping[str, Any], row: Conversation) -> set[str]:
    better, worse = next(pair for pair in PAIRS if all(key in value for key in pair))
    used = {better, worse, *_ROUTING}
    row.messages, named = _pair_prompt(value, row)
    chosen, rejected = (_said(value[key], "assistant", row) for key in (better, worse))
    if not named:
        shared = _shared(chosen, rejected)
        row.messages, chosen, rejected = chosen[:shared], chosen[shared:], rejected[shared:]
        if not row.messages or not chosen or not rejected:
            row.problems.append("pair-without-common-prompt")
    row.answer_from, row.worse = len(row.messages), rejected
    _not_learned(row.messages)
    row.messages = [*row.messages, *chosen]
    return used | named


def _pair_prompt(value: Mapping[str, Any], row: Conversation) -> tuple[list[Message], set[str]]:
    if isinstance(value.get("conversations"), list):
        return read_messages(value["conversations"], row, "from"), {"conversations"}
    if isinstance(value.get("messages"), list):
        return read_messages(value["messages"], row), {"messages"}
    if value.get("instruction") is not None:
        return _alpaca_prompt(value, row), {"instruction", "input", "history"}
    key = next((key for key in ("prompt", "input", "question") if value.get(key) is not None), None)
    if key is None:
        return [], set()
    prompt = value[key]
    if isinstance(prompt, dict):
        row.tools = tools_of(prompt.get("tools"), row.lenient)
        prompt = prompt.get("messages")
    return _said(prompt, "user", row), {key}


def _shared(one: list[Message], other: list[Message]) -> int:
    """Count the messages at the beginning that both answers share, the last ones aside."""
    count = 0
    while count < min(len(one), len(other)) - 1 and one[count] == other[count]:
        count += 1
    return count


def _said(value: object, role: str, row: Conversation) -> list[Message]:
    if isinstance(value, dict):
        key = "from" if "from" in value else "role"
        return read_messages([value], row, key)
    if isinstance(value, list):
        sharegpt = bool(value) and isinstance(value[0], dict) and "from" in value[0]
        return read_messages(value, row, "from" if sharegpt else "role")
    return [Message(role, text_of(value, row.problems))]


def _not_learned(messages: list[Message]) -> None:
    # Only the completion is learned from, also where the prompt holds earlier answers.
    for one in messages:
        if one.role == "assistant":
            one.weight = 0


def _pair(value: Mapping[str, Any], row: Conversation) -> set[str]:
    prompt_key = next(key for key in PROMPT_KEYS if key in value)
    answer_key = _answer_key(value, prompt_key)
    assert answer_key
    prompt, answer = value[prompt_key], value[answer_key]
    row.messages = _said(prompt, "user", row)
    _not_learned(row.messages)
    row.messages += _said(answer, "assistant", row)
    return {prompt_key, answer_key}


def _answer_key(value: Mapping[str, Any], prompt_key: str) -> str | None:
    keys = [key for key in ANSWER_KEYS if key in value and key != prompt_key]
    return next((key for key in keys if value[key] is not None), keys[0] if keys else None)


def _text(value: Mapping[str, Any], row: Conversation) -> set[str]:
    key = next(key for key in PROMPT_KEYS if isinstance(value.get(key), str))
    row.messages = [Message("user", value[key])]
    return {key}


def _batch(value: Mapping[str, Any], row: Conversation) -> set[str]:
    """Read a request of a batch and, where it is there, its answer."""
    body = value.get("body")
    if isinstance(body, dict):
        row.messages = read_messages(body.get("messages"), row)
        row.tools = tools_of(body.get("tools"), row.lenient)
    response = value.get("response")
    inner = response.get("body") if isinstance(response, dict) else None
    choices = inner.get("choices") if isinstance(inner, dict) else None
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        row.messages += read_messages([choices[0].get("message")], row)
    return {"body", "response", "error", *_ROUTING}


READERS: dict[str, Callable[[Mapping[str, Any], Conversation], set[str]]] = {
    "preference": _preference,
    "chat": _chat,
    "sharegpt": _sharegpt,
    "vertex": _vertex,
    "batch": _batch,
    "alpaca": _alpaca,
    "prompt-completion": _pair,
    "text": _text,
}
