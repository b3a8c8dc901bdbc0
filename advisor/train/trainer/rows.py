"""Training rows as the loss learns from them, checked before a model is loaded."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Refuse a file in which no row leaves anything to learn."""
    if not any(learned_text(row).strip() for row in rows):
        raise AdvisorError(
            "no row leaves a token to train on: there is no assistant text (or every weight is 0)",
            place=str(path),
            remedy="Each row needs an assistant message with text.",
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
        messages = [_plain(message) for message in with_system_prompt(row, system_prompt).messages]
        encoded = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
        ids, mask = encoded["input_ids"], _weighed(messages, encoded["assistant_masks"], tokenizer)
        labels = [token if all_tokens or marked else -100 for token, marked in zip(ids, mask, strict=True)][
            :seq_len
        ]
        truncated += len(ids) > seq_len
        if any(label != -100 for label in labels):
            usable.append({"input_ids": ids[:seq_len], "labels": labels})
        else:
            empty += 1
    return Tokenised(usable, empty, truncated)


def _weighed(messages: list[dict[str, Any]], mask: list[int], tokenizer: Any) -> list[int]:
    """Take the turns of weight 0 out of the mask, also where the template does not know weights."""
    weighed = list(mask)
    for index, message in enumerate(messages):
        if message["role"] == "assistant" and message.get("weight") == 0:
            start, end = (_length(messages[:stop], tokenizer) for stop in (index, index + 1))
            weighed[start:end] = [0] * len(weighed[start:end])
    return weighed


def _length(messages: list[dict[str, Any]], tokenizer: Any) -> int:
    return len(tokenizer.apply_chat_template(messages, return_dict=True)["input_ids"]) if messages else 0


def _plain(message: Message) -> dict[str, Any]:
    if message.tool_calls or message.parts:
        raise AdvisorError(
            f"a {message.role} message holds more than text (a tool call, an image)",
            place="training rows",
            remedy="Write tool calls as text, or train on a model and backend with tool templates.",
        )
    weight = {} if message.weight is None else {"weight": message.weight}
    return {"role": message.role, "content": message.content, **weight}
