"""Conversations in the shapes that backends read, and what of a conversation each shape can carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from advisor.data.rows.conversation import Conversation, Message, with_system_prompt
from advisor.errors import AdvisorError, did_you_mean

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Carries:
    """What a program or service reads of a row beside who said what."""

    tools: bool = True
    """Tools, tool calls and their results."""
    media: bool = False
    """Images, audio and video."""
    reasoning: bool = False
    """Reasoning in a field of its own."""
    weight: str | None = None
    """The field of a turn that says whether it is learned; None where every answer is."""
    weight_values: tuple[object, object] = field(default=(0, 1))
    """What that field holds for a turn that is only read, and for one that is learned."""


def in_shape(
    row: Conversation, shape: str, carries: Carries, system_prompt: str | None = None
) -> Iterator[Row]:
    """Write a conversation in a backend's shape; one that a shape learns in pieces gives several rows.

    Raises:
        AdvisorError: There is no such shape, or the conversation cannot be written in it.
    """
    if shape not in SHAPES:
        raise AdvisorError(
            f"there is no row shape '{shape}'", place="shape", remedy=did_you_mean(shape, SHAPES)
        )
    pair = row.worse is not None
    if pair != shape.endswith("preference"):
        problem = (
            f"preference pairs cannot be written as '{shape}'" if pair else "the row is not a preference pair"
        )
        remedy = (
            "Use --objective dpo with a backend that trains on preferences."
            if pair
            else "Give 'chosen' and 'rejected'."
        )
        raise AdvisorError(problem, place="objective", remedy=remedy)
    if shape != "text":
        row = with_system_prompt(row, system_prompt)
    yield from SHAPES[shape](row, carries)


def turn(message: Message, carries: Carries) -> Row:
    """Write one turn in OpenAI's shape, one type in every field: text content, arguments as text."""
    content: Any = message.parts if carries.media and message.parts else message.content
    written: Row = {"role": message.role, "content": content}
    if carries.reasoning and message.reasoning:
        written["reasoning_content"] = message.reasoning
    if carries.weight is not None and message.role == "assistant" and message.weight is not None:
        written[carries.weight] = carries.weight_values[message.weight != 0]
    if carries.tools:
        if message.tool_calls:
            written["tool_calls"] = list(message.tool_calls)
            written["content"] = content or None
        if message.tool_call_id is not None:
            written["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        written["name"] = message.name
    return written


def _turns(messages: list[Message], carries: Carries) -> list[Row]:
    return [turn(one, carries) for one in messages]


def _tools(row: Conversation, carries: Carries) -> Row:
    return {"tools": row.tools} if carries.tools and row.tools else {}


def _messages(row: Conversation, carries: Carries) -> Iterator[Row]:
    yield {"messages": _turns(row.messages, carries), **_tools(row, carries)}


def _prompt_completion(row: Conversation, carries: Carries) -> Iterator[Row]:
    """Write one row for each turn that is learned: what came before it, and the turn."""
    plain = replace(carries, weight=None)
    for index, message in enumerate(row.messages):
        if message.role == "assistant" and message.weight != 0:
            said = _turns(row.messages[: index + 1], plain)
            yield {"prompt": said[:-1], "completion": said[-1:], **_tools(row, carries)}


def _unpaired(row: Conversation, carries: Carries) -> Iterator[Row]:
    plain = replace(carries, weight=None)
    said = _turns(row.messages, plain)
    yield {"prompt": said[:-1], "completion": said[-1:], "label": bool(row.good)}


def _text(row: Conversation, carries: Carries) -> Iterator[Row]:
    del carries
    if row.shape != "text":
        raise AdvisorError("the row is not plain text", place="objective", remedy="Give rows with 'text'.")
    yield {"text": row.messages[0].content}


def _pair(row: Conversation, carries: Carries) -> tuple[list[Row], list[Row], list[Row]]:
    plain = replace(carries, weight=None)
    said = _turns(row.messages, plain)
    return said[: row.answer_from], said[row.answer_from :], _turns(row.worse or [], plain)


def _preference(row: Conversation, carries: Carries) -> Iterator[Row]:
    prompt, better, worse = _pair(row, carries)
    yield {"prompt": prompt, "chosen": better, "rejected": worse, **_tools(row, carries)}


def _sharegpt_preference(row: Conversation, carries: Carries) -> Iterator[Row]:
    prompt, better, worse = _pair(row, carries)
    yield {"messages": [*prompt, *better[:-1]], "chosen": better[-1], "rejected": worse[-1]}


def _openai_preference(row: Conversation, carries: Carries) -> Iterator[Row]:
    prompt, better, worse = _pair(row, carries)
    request = {"messages": prompt, **_tools(row, carries)}
    yield {"input": request, "preferred_output": better, "non_preferred_output": worse}


def _vertex(row: Conversation, carries: Carries) -> Iterator[Row]:
    del carries
    system, said = _system_apart(row)
    contents = [
        {"role": "model" if one.role == "assistant" else "user", "parts": [{"text": one.content}]}
        for one in said
    ]
    yield {**({"systemInstruction": {"parts": [{"text": system}]}} if system else {}), "contents": contents}


def _bedrock(row: Conversation, carries: Carries) -> Iterator[Row]:
    del carries
    system, said = _system_apart(row)
    yield {
        "schemaVersion": "bedrock-conversation-2024",
        **({"system": [{"text": system}]} if system else {}),
        "messages": [{"role": one.role, "content": [{"text": one.content}]} for one in said],
    }


def _system_apart(row: Conversation) -> tuple[str, list[Message]]:
    systems = ("system", "developer")
    system = "\n".join(one.content for one in row.messages if one.role in systems)
    return system, [one for one in row.messages if one.role not in systems]


SHAPES: dict[str, Callable[[Conversation, Carries], Iterator[Row]]] = {
    "messages": _messages,
    "prompt-completion": _prompt_completion,
    "unpaired": _unpaired,
    "preference": _preference,
    "text": _text,
    "openai-preference": _openai_preference,
    "sharegpt-preference": _sharegpt_preference,
    "vertex-contents": _vertex,
    "bedrock-conversation": _bedrock,
}
"""How backends want their rows."""


def encode(row: Row) -> bytes:
    """Write one row as a JSON line, separators that some readers take for line ends escaped."""
    line = json.dumps(row, ensure_ascii=False, allow_nan=False)
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode() + b"\n"
