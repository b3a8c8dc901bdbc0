"""One shape for a training row, whatever format it came in: messages, tools, a rejected answer, a label, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

# Shared by all rows that have none: a million rows need not hold millions of empty mappings.
NOTHING: Mapping[str, Any] = MappingProxyType({})
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


@dataclass(slots=True)
class Message:
    """One turn: who speaks, the words, and what the formats add to them."""

    role: str
    content: str
    """The words; those of a list of parts joined by line feeds."""
    weight: object = None
    """0: shown to the model and not learned from."""
    tool_calls: Sequence[Any] = ()
    """In OpenAI's shape, arguments as a JSON string."""
    tool_call_id: object = None
    name: object = None
    reasoning: str | None = None
    """What the model thought before it answered, where the format keeps it apart from the words."""
    parts: list[Any] | None = None
    """All parts in order, in OpenAI's shape, where the turn holds more than text."""
    extra: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """Fields that no format gives a meaning."""


@dataclass(slots=True)
class Conversation:
    """One training row in the common shape; ``problems`` are codes found while reading it."""

    row: int
    shape: str
    messages: list[Message] = field(default_factory=list)
    answer_from: int | None = None
    """Index of the first message of the preferred answer, in a preference pair."""
    worse: list[Message] | None = None
    """The rejected answer, in a preference pair."""
    good: bool | None = None
    """Whether somebody called the answer good or bad."""
    tools: object = None
    """A list of functions in OpenAI's shape; as it was where it cannot be read."""
    media: Mapping[str, list[Any]] = field(default_factory=lambda: NOTHING)
    """Images, videos and audio kept beside the messages, by field."""
    meta: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """All other fields of the row."""
    problems: list[str] = field(default_factory=list)
    """What makes the row unusable."""
    lenient: list[str] = field(default_factory=list)
    """What was read all the same and a stricter reader refuses."""

    @property
    def system(self) -> str:
        """Return the system prompt, empty without one."""
        return next((one.content for one in self.messages if one.role in {"system", "developer"}), "")

    @property
    def answer(self) -> str:
        """Return the last assistant turn, the main target of training."""
        return next((one.content for one in reversed(self.messages) if one.role == "assistant"), "")

    @property
    def prompt(self) -> str:
        """Return the user turn that the last assistant turn answers."""
        seen_answer = not any(one.role == "assistant" for one in self.messages)
        for one in reversed(self.messages):
            seen_answer = seen_answer or one.role == "assistant"
            if seen_answer and one.role == "user":
                return one.content
        return ""

    @property
    def context(self) -> str:
        """Return every turn before the last assistant turn, roles included, as one text."""
        last = max(
            (index for index, one in enumerate(self.messages) if one.role == "assistant"),
            default=len(self.messages),
        )
        return "\n".join(f"{one.role}: {one.content}" for one in self.messages[:last])

    @property
    def assistant_text(self) -> str:
        """Return all assistant turns as one text."""
        turns = [one.content for one in self.messages if one.role == "assistant"]
        return turns[0] if len(turns) == 1 else "\n".join(turns)

    @property
    def rejected(self) -> str | None:
        """Return the words of the rejected answer, None where the row is not a pair."""
        return None if self.worse is None else "\n".join(one.content for one in self.worse)

    @property
    def learned(self) -> list[Message]:
        """Return the turns that the loss counts: the assistant's, unless their weight is 0."""
        return [one for one in self.messages if one.role == "assistant" and one.weight != 0]

    @property
    def has_media(self) -> bool:
        """Whether images, audio or video belong to the row."""
        return bool(self.media) or any(one.parts for one in self.messages)


def with_system_prompt(row: Conversation, prompt: str | None) -> Conversation:
    """Put a system prompt in front, unless the row has one of its own."""
    if not prompt or row.system:
        return row
    moved = None if row.answer_from is None else row.answer_from + 1
    return replace(row, messages=[Message("system", prompt), *row.messages], answer_from=moved)
