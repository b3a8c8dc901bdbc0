"""What is asked of a model for variations of a row, and what of its reply can be used."""

from __future__ import annotations

from typing import Any, NamedTuple

from advisor.data.augment_records import AugmentOptions
from advisor.data.journal import parsed
from advisor.data.rows.conversation import Conversation

INSTRUCTION = (
    "Write {count} variations of this example of an exchange. Keep topic, facts, numbers, names, language, tone and quality of the answer; "
    "vary wording and sentence order of both sides. Answer as JSON with the key 'variations', a list of objects with the keys 'user' and 'assistant'."
)


class RowToVary(NamedTuple):
    """A row of which variations are wanted."""

    row: int
    value: Any
    conversation: Conversation
    sha256: str


def request_for(one: RowToVary, options: AugmentOptions) -> list[dict[str, str]]:
    """Return the messages that ask for variations of a row."""
    example = f"User: {one.conversation.prompt}\nAssistant: {one.conversation.answer}"
    return [
        {"role": "system", "content": INSTRUCTION.format(count=options.variations)},
        {"role": "user", "content": example},
    ]


def usable_variations(text: str) -> list[dict[str, str]]:
    """Read a reply and keep what has both sides as text."""
    value = parsed(text.strip().removeprefix("```json").strip("`").encode())
    listed = value.get("variations") if isinstance(value, dict) else value
    if not isinstance(listed, list):
        return []
    return [
        {"user": one["user"], "assistant": one["assistant"]}
        for one in listed
        if isinstance(one, dict)
        and isinstance(one.get("user"), str)
        and isinstance(one.get("assistant"), str)
    ]


def request_text(request: list[dict[str, str]]) -> str:
    """Return the words of a request as one text, for counting."""
    return "\n".join(one["content"] for one in request)
