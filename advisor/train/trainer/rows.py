"""Training rows as the loss learns from them, checked before a model is loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from advisor.data.rows.conversation import Conversation, Message, with_system_prompt
from advisor.data.rows.reading import read_conversations
from advisor.errors import AdvisorError

REMEDY = "Convert the rows first with: advisor fix --to chat."


def read_rows(path: Path) -> list[Conversation]:
    """Read rows of any known format that hold a conversation; the first that does not is an error with its line.

    Raises:
        AdvisorError: A line cannot be read, a row has no conversation, or there are no rows.
    """
    rows = []
    for row in read_conversations(path):
        if row.problems or row.shape == "text":
            raise AdvisorError(
                f"the row has no conversation to train on ({row.shape})",
                place=f"{path}:{row.row}",
                remedy=REMEDY,
            )
        rows.append(row)
    if not rows:
        raise AdvisorError("the file has no rows", place=str(path), remedy="Give JSON lines with 'messages'.")
    return rows


def learned_text(row: Conversation) -> str:
    """Join what the assistant says in turns that count towards the loss."""
    return "".join(one.content for one in row.learned)


def check_learnable(path: Path, rows: list[Conversation]) -> None:
    """Refuse a file in which no row leaves anything to learn: neither words nor a tool call."""
    if not any(learned_text(row).strip() or any(one.tool_calls for one in row.learned) for row in rows):
        raise AdvisorError(
            "no row leaves a token to train on: there is no assistant text (or every weight is 0)",
            place=str(path),
            remedy="Each row needs an assistant message with text or a tool call.",
        )


def shared_system_prompt(rows: list[Conversation], default: str | None) -> str | None:
    """Return the one system prompt that all rows are trained with, or none where they differ."""
    prompts = {with_system_prompt(row, default).system or None for row in rows}
    return prompts.pop() if len(prompts) == 1 else None


@dataclass(frozen=True, slots=True)
class Tokenised:
    """Rows as the trainer takes them, and how many could not be used."""

    rows: list[dict[str, list[int]]]
    """`input_ids`, and `labels` with -100 where nothing is learned."""
    without_answer: int
    """Rows left out because truncation or weights leave nothing to learn."""
    truncated: int
    """Rows whose end was cut."""

    @property
    def trained_tokens(self) -> int:
        """Tokens that the loss counts in one pass."""
        return sum(label != -100 for row in self.rows for label in row["labels"])

    @property
    def tokens(self) -> int:
        """Tokens read in one pass."""
        return sum(len(row["input_ids"]) for row in self.rows)


def tokenise(
    rows: list[Conversation], tokenizer: Any, *, seq_len: int, system_prompt: str | None, all_tokens: bool
) -> Tokenised:
    """Turn rows into token ids and labels with the tokenizer's training template."""
    usable, empty, truncated = [], 0, 0
    for row in rows:
        encode = _encoder(row, tokenizer)
        messages = [_templated(message) for message in with_system_prompt(row, system_prompt).messages]
        encoded = encode(messages, return_assistant_tokens_mask=True)
        ids, mask = encoded["input_ids"], _weighed(messages, encoded["assistant_masks"], encode)
        labels = [token if all_tokens or marked else -100 for token, marked in zip(ids, mask, strict=True)][
            :seq_len
        ]
        truncated += len(ids) > seq_len
        if any(label != -100 for label in labels):
            usable.append({"input_ids": ids[:seq_len], "labels": labels})
        else:
            empty += 1
    return Tokenised(usable, empty, truncated)


def _encoder(row: Conversation, tokenizer: Any) -> Callable[..., Any]:
    """Return the tokenizer's template with the row's tools; refuse tools for which the template has no place."""
    with_tools = row.tools or any(one.tool_calls or one.role == "tool" for one in row.messages)
    if with_tools and "tools" not in (tokenizer.chat_template or ""):
        raise AdvisorError(
            "the row holds tools or tool calls, and the base model's chat template has no place for them",
            place=f"training rows:{row.row}",
            remedy="Train a base model whose template has one, such as Qwen's, or write the calls as text.",
        )
    return partial(tokenizer.apply_chat_template, tools=row.tools or None, return_dict=True)


def _weighed(messages: list[dict[str, Any]], mask: list[int], encode: Callable[..., Any]) -> list[int]:
    """Take the turns of weight 0 out of the mask, also where the template does not know weights."""
    weighed = list(mask)
    for index, message in enumerate(messages):
        if message["role"] == "assistant" and message.get("weight") == 0:
            start, end = (_length(messages[:stop], encode) for stop in (index, index + 1))
            weighed[start:end] = [0] * len(weighed[start:end])
    return weighed


def _length(messages: list[dict[str, Any]], encode: Callable[..., Any]) -> int:
    return len(encode(messages)["input_ids"]) if messages else 0


def _templated(message: Message) -> dict[str, Any]:
    """Return a turn as chat templates read it: arguments of tool calls as values, not as JSON text."""
    if message.parts:
        raise AdvisorError(
            f"a {message.role} message holds more than text (such as an image)",
            place="training rows",
            remedy="Take such rows out, or train with a service that reads OpenAI's image format.",
        )
    optional = {"weight": message.weight, "tool_call_id": message.tool_call_id, "name": message.name}
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    turn |= {name: value for name, value in optional.items() if value is not None}
    return turn | ({"tool_calls": [_called(one) for one in message.tool_calls]} if message.tool_calls else {})


def _called(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("arguments"), str):
        return call
    with suppress(ValueError):
        return {**call, "function": {**function, "arguments": json.loads(function["arguments"])}}
    return call
