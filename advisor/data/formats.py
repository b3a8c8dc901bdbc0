"""Rows of the known formats, told apart by their fields and brought into one shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.data.conversation import ROLES, Conversation, Message

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
    "function_response": "tool",
    "observation": "tool",
}
_PROMPT_KEYS = (
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
_ANSWER_KEYS = (
    "completion",
    "response",
    "answer",
    "output",
    "reply",
    "assistant",
    "target",
    "label",
    "category",
    "class",
    "intent",
    "summary",
)


def shape_of(value: object) -> str:
    """Name the format of one row from its keys."""
    if not isinstance(value, dict):
        return "unknown"
    for shape, fits in _SHAPES:
        if fits(value):
            return shape
    return "unknown"


def to_conversation(row: int, value: object) -> Conversation:
    """Bring one parsed row into the common shape; what does not fit becomes a problem code, never an exception."""
    shape = shape_of(value)
    conversation = Conversation(row, shape)
    if shape == "unknown":
        conversation.problems.append("not-an-object" if not isinstance(value, dict) else "unknown-shape")
        return conversation
    assert isinstance(value, dict)
    used = _READERS[shape](value, conversation)
    conversation.meta = {str(key): one for key, one in value.items() if key not in used}
    _merge_metadata(conversation)
    return conversation


def text_of(content: object, problems: list[str]) -> str:
    """Read a content field: a string, null, or a list of parts of which the text ones count."""
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if isinstance(content, list) and all(isinstance(part, (dict, str)) for part in content):
        texts = [part if isinstance(part, str) else part.get("text", "") for part in content]
        return "\n".join(one for one in texts if isinstance(one, str))
    problems.append("content-not-text")
    return str(content) if isinstance(content, (int, float)) else ""


def _merge_metadata(conversation: Conversation) -> None:
    inner = conversation.meta.pop("metadata", None) or conversation.meta.pop("meta", None)
    if isinstance(inner, dict):
        conversation.meta.update({str(key): one for key, one in inner.items()})


def _read_messages(messages: object, conversation: Conversation) -> None:
    if isinstance(messages, str):
        messages = _json_list(messages)
    if not isinstance(messages, list):
        conversation.problems.append("messages-not-a-list")
        return
    if not messages:
        conversation.problems.append("no-messages")
    for one in messages:
        if isinstance(one, dict):
            conversation.messages.append(_message(one, conversation.problems))
        else:
            conversation.problems.append("message-not-an-object")


def _message(one: Mapping[str, Any], problems: list[str]) -> Message:
    role, calls = one.get("role"), one.get("tool_calls") or []
    if "role" not in one:
        problems.append("message-without-role")
    elif not isinstance(role, str) or role not in ROLES:
        problems.append("unknown-role")
    if "function_call" in one and not calls:
        calls = [{"type": "function", "function": one["function_call"]}]
    if "content" not in one and not calls:
        problems.append("message-without-content")
    if not isinstance(calls, list):
        problems.append("tool-calls-not-a-list")
        calls = []
    content = text_of(one.get("content"), problems)
    return Message(
        role if isinstance(role, str) else "",
        content,
        one.get("weight"),
        calls,
        one.get("tool_call_id"),
        one.get("name"),
    )


def _json_list(text: str) -> object:
    import orjson

    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _chat(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    _read_messages(value["messages"], conversation)
    conversation.tools = value.get("tools", value.get("functions"))
    return {"messages", "tools", "functions", "parallel_tool_calls"}


def _sharegpt(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    key = "conversations" if "conversations" in value else "conversation"
    turns = value[key]
    if isinstance(value.get("system"), str):
        conversation.messages.append(Message("system", value["system"]))
    if not isinstance(turns, list):
        conversation.problems.append("messages-not-a-list")
        turns = []
    for one in turns:
        if not isinstance(one, dict):
            conversation.problems.append("message-not-an-object")
            continue
        role = _SHAREGPT_ROLES.get(str(one.get("from", one.get("role"))), "")
        if not role:
            conversation.problems.append("unknown-role")
        if "value" not in one and "content" not in one:
            conversation.problems.append("message-without-content")
        conversation.messages.append(
            Message(
                role, text_of(one.get("value", one.get("content")), conversation.problems), one.get("weight")
            )
        )
    conversation.tools = value.get("tools")
    return {key, "system", "tools"}


def _vertex(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    system = value.get("systemInstruction", value.get("system_instruction"))
    if system is not None:
        conversation.messages.append(Message("system", _parts(system, conversation.problems)))
    contents = value["contents"]
    if not isinstance(contents, list):
        conversation.problems.append("messages-not-a-list")
        contents = []
    for one in contents:
        role = one.get("role") if isinstance(one, dict) else None
        if role not in {"user", "model", "function"}:
            conversation.problems.append("unknown-role")
        mapped = {"user": "user", "model": "assistant", "function": "tool"}.get(str(role), "")
        conversation.messages.append(Message(mapped, _parts(one, conversation.problems)))
    conversation.tools = value.get("tools")
    return {"contents", "systemInstruction", "system_instruction", "tools"}


def _parts(one: object, problems: list[str]) -> str:
    parts = one.get("parts") if isinstance(one, dict) else one
    if isinstance(parts, dict):
        parts = [parts]
    return text_of(parts, problems)


def _alpaca(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    problems = conversation.problems
    prompt = "\n\n".join(
        part for key in ("instruction", "input") if (part := text_of(value.get(key), problems)).strip()
    )
    if isinstance(value.get("system"), str):
        conversation.messages.append(Message("system", value["system"]))
    conversation.messages += [
        Message("user", prompt),
        Message("assistant", text_of(value.get("output"), problems)),
    ]
    return {"instruction", "input", "output", "system"}


def _preference(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    chosen_key, rejected_key = (
        ("chosen", "rejected") if "chosen" in value else ("preferred_output", "non_preferred_output")
    )
    prompt = value.get("prompt", value.get("input", value.get("question")))
    if isinstance(prompt, dict):
        conversation.tools = prompt.get("tools")
        prompt = prompt.get("messages")
    if isinstance(prompt, list):
        _read_messages(prompt, conversation)
    elif prompt is not None:
        conversation.messages.append(Message("user", text_of(prompt, conversation.problems)))
    chosen, rejected = value.get(chosen_key), value.get(rejected_key)
    if prompt is None and isinstance(chosen, list):
        _read_messages(chosen[:-1], conversation)
    conversation.messages.append(Message("assistant", _last_text(chosen, conversation.problems)))
    conversation.rejected = _last_text(rejected, conversation.problems)
    return {"prompt", "input", "question", chosen_key, rejected_key}


def _last_text(value: object, problems: list[str]) -> str:
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        return text_of(value[-1].get("content"), problems)
    return text_of(value, problems)


def _pair(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    prompt_key = next(key for key in _PROMPT_KEYS if key in value)
    answer_key = next(key for key in _ANSWER_KEYS if key in value and key != prompt_key)
    used = {prompt_key, answer_key}
    if isinstance(value.get("system"), str):
        conversation.messages.append(Message("system", value["system"]))
        used.add("system")
    for key, role in ((prompt_key, "user"), (answer_key, "assistant")):
        if isinstance(value[key], list):
            _read_messages(value[key], conversation)
        else:
            conversation.messages.append(Message(role, text_of(value[key], conversation.problems)))
    return used


def _prompt_only(value: Mapping[str, Any], conversation: Conversation) -> set[str]:
    key = next(key for key in _PROMPT_KEYS if key in value)
    conversation.messages.append(Message("user", text_of(value[key], conversation.problems)))
    return {key}


def _text_only(value: Mapping[str, Any]) -> bool:
    return any(isinstance(value.get(key), str) for key in _PROMPT_KEYS)


def _has_pair(value: Mapping[str, Any]) -> bool:
    prompt = next((key for key in _PROMPT_KEYS if key in value), None)
    return prompt is not None and any(key in value and key != prompt for key in _ANSWER_KEYS)


_SHAPES: tuple[tuple[str, Callable[[Mapping[str, Any]], bool]], ...] = (
    (
        "preference",
        lambda value: (
            ("chosen" in value and "rejected" in value)
            or ("preferred_output" in value and "non_preferred_output" in value)
        ),
    ),
    ("chat", lambda value: "messages" in value),
    ("sharegpt", lambda value: "conversations" in value or "conversation" in value),
    ("vertex", lambda value: "contents" in value),
    ("alpaca", lambda value: "instruction" in value and "output" in value),
    ("prompt-completion", _has_pair),
    ("text", _text_only),
)
_READERS: dict[str, Callable[[Mapping[str, Any], Conversation], set[str]]] = {
    "preference": _preference,
    "chat": _chat,
    "sharegpt": _sharegpt,
    "vertex": _vertex,
    "alpaca": _alpaca,
    "prompt-completion": _pair,
    "text": _prompt_only,
}
