"""Read training rows and say which of them the loss can learn from, before a model is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError

Row = dict[str, Any]
Message = dict[str, Any]


def read_rows(path: Path) -> list[Row]:
    """Read JSON lines with `messages` or `prompt` and `completion`; blank lines are skipped."""
    rows = [_parsed(line, f"{path}:{number}") for number, line in _lines(path)]
    if not rows:
        raise AdvisorError("the file has no rows", place=str(path), remedy="Give JSON lines with 'messages'.")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            yield from ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    except FileNotFoundError:
        raise AdvisorError(
            "there is no such file", place=str(path), remedy="Give a JSON lines file."
        ) from None
    except UnicodeDecodeError:
        raise AdvisorError("the file is not UTF-8", place=str(path), remedy="Save it as UTF-8.") from None


def _parsed(line: str, place: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        raise AdvisorError(
            "this line is not JSON", place=place, remedy="One JSON object on each line."
        ) from None
    if not isinstance(row, dict) or not ("messages" in row or {"prompt", "completion"} <= row.keys()):
        raise AdvisorError(
            "the row has neither 'messages' nor 'prompt' and 'completion'",
            place=place,
            remedy="Convert the rows first with: advisor fix.",
        )
    return row


def as_messages(row: Row) -> list[Message]:
    """Give a row's conversation; a prompt and completion in plain text become a user and an assistant turn."""
    if "messages" in row:
        return [dict(message) for message in row["messages"]]
    return [*_turns(row["prompt"], "user"), *_turns(row["completion"], "assistant")]


def _turns(part: Any, role: str) -> list[Message]:
    if isinstance(part, str):
        return [{"role": role, "content": part}]
    # only the completion is learned from, also where the prompt holds earlier answers
    return [dict(turn, weight=0) if role == "user" else dict(turn) for turn in part]


def with_system_prompt(messages: list[Message], system_prompt: str | None) -> list[Message]:
    """Put `system_prompt` in front unless the conversation has one of its own."""
    if system_prompt is None or (messages and messages[0].get("role") == "system"):
        return messages
    return [{"role": "system", "content": system_prompt}, *messages]


def learned_text(messages: list[Message]) -> str:
    """Join what the assistant says in turns that count towards the loss."""
    return "".join(
        str(message.get("content") or "")
        for message in messages
        if message.get("role") == "assistant" and message.get("weight") != 0
    )


def check_learnable(path: Path, rows: list[Row]) -> None:
    """Refuse a file in which no row leaves anything to learn."""
    if not any(learned_text(as_messages(row)).strip() for row in rows):
        raise AdvisorError(
            "no row leaves a token to train on: there is no assistant text (or every weight is 0)",
            place=str(path),
            remedy="Each row needs an assistant message with text.",
        )


def shared_system_prompt(rows: list[Row], default: str | None) -> str | None:
    """Give the one system prompt that all rows are trained with, or none where they differ."""
    prompts = {
        messages[0]["content"] if messages and messages[0].get("role") == "system" else None
        for messages in (with_system_prompt(as_messages(row), default) for row in rows)
    }
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
    rows: list[Row], tokenizer: Any, *, seq_len: int, system_prompt: str | None, all_tokens: bool
) -> Tokenised:
    """Turn rows into token ids and labels with the tokenizer's training template."""
    usable, empty, truncated = [], 0, 0
    for row in rows:
        messages = [_plain(message) for message in with_system_prompt(as_messages(row), system_prompt)]
        encoded = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
        ids, mask = encoded["input_ids"], encoded["assistant_masks"]
        labels = [token if all_tokens or marked else -100 for token, marked in zip(ids, mask, strict=True)][
            :seq_len
        ]
        truncated += len(ids) > seq_len
        if any(label != -100 for label in labels):
            usable.append({"input_ids": ids[:seq_len], "labels": labels})
        else:
            empty += 1
    return Tokenised(usable, empty, truncated)


def _plain(message: Message) -> Message:
    if message.get("content") is None:
        raise AdvisorError(
            f"a {message.get('role')} message has no text content (a tool call?)",
            place="training rows",
            remedy="Write tool calls as text, or train on a model and backend with tool templates.",
        )
    return message
