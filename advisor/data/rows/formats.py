"""Rows of the known formats, told apart by their fields and brought into one shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advisor.data.rows.conversation import Conversation, Message
from advisor.data.rows.messages import text_of
from advisor.data.rows.parts import content_of
from advisor.data.rows.readers import ANSWER_KEYS, PAIRS, PLAIN_ANSWER_KEYS, PROMPT_KEYS, READERS
from advisor.data.rows.tools import tools_of

__all__ = ["MEDIA_KEYS", "SHAPES", "shape_of", "text_of", "to_conversation"]

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
_SYSTEM_KEYS = ("system", "system_prompt", "systemInstruction", "system_instruction")
_TOOL_KEYS = ("tools", "functions", "toolConfig", "tool_config")
MEDIA_KEYS = ("images", "image", "videos", "video", "audios", "audio")
# Marks of good and bad answers. A word counts where a label is not the answer itself.
_MARKS = ("label", "kto_tag", "accepted", "is_good", "thumbs_up", "desirable")
_GOOD = {"true": True, "good": True, "desirable": True, "accepted": True, "chosen": True}
_GOOD |= {"false": False, "bad": False, "undesirable": False, "rejected": False}


def shape_of(value: object) -> str:
    """Return the name of a row's format, from its fields."""
    if not isinstance(value, dict):
        return "unknown"
    if len(value) == 1 and value.get("messages") is not None:
        return "chat"
    given = (
        value if None not in value.values() else {key: one for key, one in value.items() if one is not None}
    )
    shape = next((shape for shape, fits in _SHAPES if fits(given)), "unknown")
    if shape in {"unknown", "text"} and given is not value and any(key in value for key in PLAIN_ANSWER_KEYS):
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
    used = READERS[shape](value, conversation)
    if len(value) > 1:
        _read_rest(value, conversation, used)
    if not conversation.messages and "messages-not-a-list" not in conversation.problems:
        conversation.problems.append("no-messages")
    return conversation


def _read_rest(value: Mapping[str, Any], row: Conversation, used: set[str]) -> None:
    """Read the fields that any format may have beside the messages; unknown fields are kept as they are."""
    given = {str(key): one for key, one in value.items() if one is not None and key not in used}
    inner = [given.pop(key) for key in ("metadata", "meta") if isinstance(given.get(key), dict)]
    for key in [one for one in _SYSTEM_KEYS if one in given]:
        words = _system_words(given[key])
        if words is not None and _put_system(row, words):
            del given[key]
    for key in [one for one in _TOOL_KEYS if one in given]:
        # LLaMA-Factory asks for tools as a string beside ShareGPT's turns; elsewhere only a lenient reader takes one.
        lenient = [] if row.shape == "sharegpt" else row.lenient
        row.tools = _joined(row.tools, tools_of(given.pop(key), lenient))
    for key in [one for one in MEDIA_KEYS if given.get(one)]:
        media = given.pop(key)
        name = key if key.endswith("s") else key + "s"
        row.media = {**row.media, name: media if isinstance(media, list) else [media]}
    row.good = next((_mark(given[key], key) for key in _MARKS if _is_mark(given, key)), None)
    meta = {key: one for key, one in given.items() if row.good is None or not _is_mark(given, key)}
    for name, one in ((str(name), one) for more in inner for name, one in more.items() if one is not None):
        if meta.get(name) != one:
            meta[name if name not in meta else f"metadata.{name}"] = one
    row.meta = meta


def _is_mark(given: Mapping[str, Any], key: str) -> bool:
    return key in _MARKS and key in given and _mark(given[key], key) is not None


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


def _has_pair(value: Mapping[str, Any]) -> bool:
    prompt = next((key for key in PROMPT_KEYS if key in value), None)
    return prompt is not None and any(key in value and key != prompt for key in ANSWER_KEYS)


_SHAPES: tuple[tuple[str, Callable[[Mapping[str, Any]], bool]], ...] = (
    ("preference", lambda value: any(all(key in value for key in pair) for pair in PAIRS)),
    ("chat", lambda value: "messages" in value),
    ("sharegpt", lambda value: "conversations" in value or "conversation" in value),
    ("vertex", lambda value: "contents" in value),
    (
        "batch",
        lambda value: "custom_id" in value and (isinstance(value.get("body"), dict) or "response" in value),
    ),
    ("alpaca", lambda value: "instruction" in value and "output" in value),
    ("prompt-completion", _has_pair),
    ("text", lambda value: any(isinstance(value.get(key), str) for key in PROMPT_KEYS)),
)
