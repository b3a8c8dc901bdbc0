"""Rows of the known formats, told apart by their fields and brought into one shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from advisor.rows.conversation import ROLES, Conversation, Message
from advisor.rows.parts import content_of
from advisor.rows.tools import calls_in_text, calls_of, linked, tools_of

SHAPES = (
    "unknown",
    "chat",
    "sharegpt",
    "vertex",
    "alpaca",
    "prompt-completion",
    "preference",
    "text",
    "batch",
)
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
_PLAIN_ANSWER_KEYS = ("completion", "response", "answer", "output", "reply", "assistant", "target")
_ANSWER_KEYS = (*_PLAIN_ANSWER_KEYS, "label", "category", "class", "intent", "summary")
_SYSTEM_KEYS = ("system", "system_prompt", "systemInstruction", "system_instruction")
_TOOL_KEYS = ("tools", "functions", "toolConfig", "tool_config")
MEDIA_KEYS = ("images", "image", "videos", "video", "audios", "audio")
# Marks of good and bad answers. A word counts where a label is not the answer itself.
_MARKS = ("label", "kto_tag", "accepted", "is_good", "thumbs_up", "desirable")
_GOOD = {"true": True, "good": True, "desirable": True, "accepted": True, "chosen": True}
_GOOD |= {"false": False, "bad": False, "undesirable": False, "rejected": False}
_LEARN = ("train", "training", "loss", "trainable")
_REASONING = ("reasoning_content", "reasoning", "thinking")
_MESSAGE_KEYS = {"role", "content", "weight", "tool_calls", "tool_call_id", "name", "function_call"}
_MESSAGE_KEYS |= {*_LEARN, *_REASONING, "from", "value"}
# What the services' own dumps carry beside a message; empty it means nothing.
_PADDING = {"refusal", "audio", "annotations"}
# Fields that say how a row is to be sent, and nothing about it.
_ROUTING = {"parallel_tool_calls", "schemaVersion", "custom_id", "method", "url", "tool_choice"}


def shape_of(value: object) -> str:
    """Return the name of a row's format, from its fields."""
    if not isinstance(value, dict):
        return "unknown"
    given = (
        value if None not in value.values() else {key: one for key, one in value.items() if one is not None}
    )
    shape = next((shape for shape, fits in _SHAPES if fits(given)), "unknown")
    if (
        shape in {"unknown", "text"}
        and given is not value
        and any(key in value for key in _PLAIN_ANSWER_KEYS)
    ):
        # An answer that is null is an empty answer, where nothing else says what the row is.
        return next((shape for shape, fits in _SHAPES if fits(value)), "unknown")
    return shape


def to_conversation(row: int, value: object) -> Conversation:
    """Bring one parsed row into the common shape; what does not fit becomes a problem code, never an exception."""
    shape = shape_of(value)
    conversation = Conversation(row, shape)
    if not isinstance(value, dict) or shape == "unknown":
        conversation.problems.append("unknown-shape" if isinstance(value, dict) else "not-an-object")
        return conversation
    used = _READERS[shape](value, conversation)
    if len(value) > 1:
        _read_rest(value, conversation, used)
    if not conversation.messages and "messages-not-a-list" not in conversation.problems:
        conversation.problems.append("no-messages")
    return conversation


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


def _read_rest(value: Mapping[str, Any], row: Conversation, used: set[str]) -> None:
    """Read what may stand beside the messages in every format; what has no meaning is kept as it is."""
    given = {str(key): one for key, one in value.items() if one is not None and key not in used}
    inner = [given.pop(key) for key in ("metadata", "meta") if isinstance(given.get(key), dict)]
    for key in _SYSTEM_KEYS:
        if key in given and (words := _system_words(given[key])) is not None and _put_system(row, words):
            del given[key]
    for key in _TOOL_KEYS:
        if key in given:
            # LLaMA-Factory asks for tools as a string beside ShareGPT's turns; elsewhere only a lenient reader takes one.
            row.tools = _joined(
                row.tools, tools_of(given.pop(key), [] if row.shape == "sharegpt" else row.lenient)
            )
    for key in MEDIA_KEYS:
        if media := given.get(key):
            del given[key]
            row.media[key if key.endswith("s") else key + "s"] = media if isinstance(media, list) else [media]
    for key in _MARKS:
        if key in given and row.good is None and (mark := _mark(given[key], key)) is not None:
            del given[key]
            row.good = mark
    row.meta = given
    for name, one in ((str(name), one) for more in inner for name, one in more.items() if one is not None):
        if given.get(name) != one:
            given[name if name not in given else f"metadata.{name}"] = one


def _joined(known: object, more: object) -> object:
    if isinstance(known, list) and isinstance(more, list):
        return [*known, *(one for one in more if one not in known)]
    return more if more is not None else known


def _mark(value: object, key: str) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and key == "label":
        return _GOOD.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


def _system_words(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("parts", value.get("text"))
        value = [value] if isinstance(value, Mapping) else value
    if isinstance(value, list):
        problems: list[str] = []
        words = "\n".join(content_of(value, problems).text)
        return None if problems else words
    return value if isinstance(value, str) else None


def _put_system(row: Conversation, words: str) -> bool:
    """Put a system prompt in front; False where the row has another one already."""
    if not words.strip() or row.system == words:
        return True
    if row.system:
        row.problems.append("two-systems")
        return False
    row.messages.insert(0, Message("system", words))
    if row.answer_from is not None:
        row.answer_from += 1
    return True


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
        if len(one) == 2 and one.get("role") in _COMMON and type(one.get("content")) is str:
            found.append(Message(one["role"], one["content"]))
            continue
        unlinked = _read_message(one, key, row, found) or unlinked
    if unlinked:
        linked(found)
    return found


_COMMON = frozenset({"system", "user", "assistant"})


def _read_message(given: dict[str, Any], key: str, row: Conversation, found: list[Message]) -> bool:
    """Read one message, with tool results of its own in front; True where calls have to be linked."""
    one = {name: value for name, value in given.items() if value is not None}
    role = _role(one, key, row)
    message = Message(role, "", _weight(one), name=one.get("name"), tool_call_id=one.get("tool_call_id"))
    unlinked = _read_calls(one, message, row)
    content = one.get("content", one.get("value"))
    results = _read_content(content, message, row)
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
    if not results or _says_something(message):
        found.append(message)
    speaker = one.get(key, one.get("role", one.get("from")))
    if speaker in {"function_call", "tool_call"}:
        _call_turn(message, row)
        return True
    return (
        unlinked
        or role == "function"
        or bool(results)
        or speaker in {"observation", "function_response", "tool_response"}
    )


def _says_something(message: Message) -> bool:
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
    message.tool_calls = calls_of(calls)
    older = one.get("function_call")
    if older is not None and not calls:
        message.tool_calls = calls_of([{"type": "function", "function": older}])
        return True
    return False


def _read_content(content: object, message: Message, row: Conversation) -> list[tuple[object, object, str]]:
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        message.content = text_of(content, row.problems)
        return []
    found = content_of(content, row.problems)
    message.content = "\n".join(found.text)
    message.tool_calls += found.calls
    message.reasoning = "\n".join(found.reasoning) or None
    message.parts = found.parts if found.media else None
    return found.results


def _call_turn(message: Message, row: Conversation) -> None:
    calls = calls_in_text(message.content)
    if calls is None:
        row.problems.append("tool-call-not-json")
    else:
        message.tool_calls, message.content = calls, ""


def _json_list(text: str, row: Conversation) -> object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    row.lenient.append("messages-as-string")
    return value


def _chat(value: Mapping[str, Any], row: Conversation) -> set[str]:
    row.messages = read_messages(value["messages"], row)
    return {"messages", *_ROUTING}


def _sharegpt(value: Mapping[str, Any], row: Conversation) -> set[str]:
    key = "conversations" if value.get("conversations") is not None else "conversation"
    row.messages = read_messages(value[key], row, "from")
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
        results = _read_content([parts] if isinstance(parts, (dict, str)) else parts, message, row)
        row.messages.extend(
            Message("tool", words, tool_call_id=identity, name=name) for identity, name, words in results
        )
        if not results or _says_something(message):
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


_PAIRS = (("chosen", "rejected"), ("preferred_output", "non_preferred_output"))


def _preference(value: Mapping[str, Any], row: Conversation) -> set[str]:
    better, worse = next(pair for pair in _PAIRS if all(value.get(key) is not None for key in pair))
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
    prompt_key = next(key for key in _PROMPT_KEYS if key in value)
    answer_key = _answer_key(value, prompt_key)
    assert answer_key
    prompt, answer = value[prompt_key], value[answer_key]
    row.messages = _said(prompt, "user", row)
    _not_learned(row.messages)
    row.messages += _said(answer, "assistant", row)
    return {prompt_key, answer_key}


def _answer_key(value: Mapping[str, Any], prompt_key: str) -> str | None:
    keys = [key for key in _ANSWER_KEYS if key in value and key != prompt_key]
    return next((key for key in keys if value[key] is not None), keys[0] if keys else None)


def _text(value: Mapping[str, Any], row: Conversation) -> set[str]:
    key = next(key for key in _PROMPT_KEYS if isinstance(value.get(key), str))
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


def _has_pair(value: Mapping[str, Any]) -> bool:
    prompt = next((key for key in _PROMPT_KEYS if key in value), None)
    return prompt is not None and any(key in value and key != prompt for key in _ANSWER_KEYS)


_SHAPES: tuple[tuple[str, Callable[[Mapping[str, Any]], bool]], ...] = (
    ("preference", lambda value: any(all(key in value for key in pair) for pair in _PAIRS)),
    ("chat", lambda value: "messages" in value),
    ("sharegpt", lambda value: "conversations" in value or "conversation" in value),
    ("vertex", lambda value: "contents" in value),
    (
        "batch",
        lambda value: "custom_id" in value and (isinstance(value.get("body"), dict) or "response" in value),
    ),
    ("alpaca", lambda value: "instruction" in value and "output" in value),
    ("prompt-completion", _has_pair),
    ("text", lambda value: any(isinstance(value.get(key), str) for key in _PROMPT_KEYS)),
)
_READERS: dict[str, Callable[[Mapping[str, Any], Conversation], set[str]]] = {
    "preference": _preference,
    "chat": _chat,
    "sharegpt": _sharegpt,
    "vertex": _vertex,
    "batch": _batch,
    "alpaca": _alpaca,
    "prompt-completion": _pair,
    "text": _text,
}
