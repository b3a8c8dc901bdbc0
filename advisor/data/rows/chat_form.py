"""A conversation written as chat messages: what every reader takes, with nothing that has a meaning left out."""

from __future__ import annotations

from typing import Any

from advisor.data.rows.conversation import Conversation, Message
from advisor.data.rows.formats import MEDIA_KEYS

_RESERVED = {
    "messages",
    "conversations",
    "conversation",
    "contents",
    "prompt",
    "chosen",
    "rejected",
    "input",
    "text",
}
_RESERVED |= {"preferred_output", "non_preferred_output", "system", "system_prompt", "systemInstruction"}
_RESERVED |= {"system_instruction", "tools", "functions", "toolConfig", "tool_config", "metadata", "meta"}
_RESERVED |= {"label", "kto_tag", "accepted", "is_good", "thumbs_up", "desirable", "parallel_tool_calls"}
_RESERVED |= {
    "schemaVersion",
    "custom_id",
    "method",
    "url",
    "tool_choice",
    "instruction",
    "question",
    "history",
}
_RESERVED |= {*MEDIA_KEYS}


def as_chat(row: Conversation) -> dict[str, Any]:
    """Write a row as chat, a preference pair as prompt, chosen and rejected; its other fields are kept."""
    said = [as_message(one) for one in row.messages]
    if row.worse is not None:
        written: dict[str, Any] = {
            "prompt": said[: row.answer_from],
            "chosen": said[row.answer_from :],
            "rejected": [as_message(one) for one in row.worse],
        }
    else:
        written = {"messages": said}
    if row.tools is not None:
        written["tools"] = row.tools
    written |= row.media
    if row.good is not None:
        written["label"] = row.good
    reserved = {key: one for key, one in row.meta.items() if key in _RESERVED or key in written}
    plain = {key: one for key, one in row.meta.items() if key not in reserved}
    return {**written, **plain, **({"metadata": reserved} if reserved else {})}


def as_message(one: Message) -> dict[str, Any]:
    """Write one message in OpenAI's shape; only what it has is written."""
    content: Any = one.parts or one.content
    if one.tool_calls and not content:
        content = None
    given = {
        "reasoning_content": one.reasoning,
        "weight": one.weight,
        "tool_call_id": one.tool_call_id,
        "name": one.name,
    }
    message: dict[str, Any] = {"role": one.role, "content": content}
    message |= {key: value for key, value in given.items() if value is not None}
    if one.tool_calls:
        message["tool_calls"] = list(one.tool_calls)
    return {**message, **one.extra}
