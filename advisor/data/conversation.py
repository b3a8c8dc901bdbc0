"""One shape for a training row, whatever format it came in: messages, tools, a rejected answer, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


@dataclass(slots=True)
class Message:
    """One turn: who speaks, the words, and what OpenAI's format adds."""

    role: str
    content: str
    weight: object = None
    tool_calls: list[Any] = field(default_factory=list)
    tool_call_id: object = None
    name: object = None


@dataclass(slots=True)
class Conversation:
    """One training row in the common shape; ``problems`` are codes found while reading it."""

    row: int
    shape: str
    messages: list[Message] = field(default_factory=list)
    rejected: str | None = None
    tools: object = None
    meta: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def system(self) -> str:
        """Give the system prompt, empty without one."""
        return next((one.content for one in self.messages if one.role in {"system", "developer"}), "")

    @property
    def answer(self) -> str:
        """Give the last assistant turn, the main target of training."""
        return next((one.content for one in reversed(self.messages) if one.role == "assistant"), "")

    @property
    def prompt(self) -> str:
        """Give the user turn that the last assistant turn answers."""
        seen_answer = not any(one.role == "assistant" for one in self.messages)
        for one in reversed(self.messages):
            seen_answer = seen_answer or one.role == "assistant"
            if seen_answer and one.role == "user":
                return one.content
        return ""

    @property
    def context(self) -> str:
        """Give every turn before the last assistant turn, roles included, as one text."""
        last = max(
            (index for index, one in enumerate(self.messages) if one.role == "assistant"),
            default=len(self.messages),
        )
        return "\n".join(f"{one.role}: {one.content}" for one in self.messages[:last])

    @property
    def assistant_text(self) -> str:
        """Give all assistant turns as one text."""
        turns = [one.content for one in self.messages if one.role == "assistant"]
        return turns[0] if len(turns) == 1 else "\n".join(turns)
