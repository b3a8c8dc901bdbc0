"""Rows that do not have the fields and types their format asks for."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding

WORDS = {
    "not-an-object": "the row is not a JSON object",
    "unknown-shape": "no known fields (messages, prompt and completion, instruction and output, conversations, contents, chosen and rejected)",
    "messages-not-a-list": "the list of messages is not a list",
    "no-messages": "the list of messages is empty",
    "message-not-an-object": "a message is not an object",
    "message-without-role": "a message has no role",
    "message-without-content": "a message has neither content nor tool calls",
    "unknown-role": "a role is none of system, developer, user, assistant, tool",
    "content-not-text": "a content is neither text nor a list of parts",
    "tool-calls-not-a-list": "tool_calls is not a list",
    "tool-call-not-json": "a function_call turn holds no call (an object with name and arguments)",
    "unknown-part": "a content part is of no known kind (text, image, audio, video, file, tool use, tool result, reasoning)",
    "two-systems": "there are two system prompts, in a field and in a message, and they differ",
    "history-not-pairs": "history is not a list of pairs of question and answer",
    "pair-without-common-prompt": "the chosen and the rejected answer do not follow the same prompt",
}


def judge(data: Dataset) -> Iterator[Finding]:
    """Report each kind of violation with its rows."""
    total = len(data)
    for code, words in WORDS.items():
        rows = data.column(f"problem:{code}").tolist()
        if rows:
            yield finding(
                CHECK,
                f"{share(len(rows), total)}: {words}",
                rows,
                severity="error",
                evidence={"violation": code},
            )


CHECK = Check(
    id="schema",
    quarantines=True,
    spoils=True,
    title="A row does not fit its format",
    detects="Missing or unknown fields, wrong types, unknown roles, messages without content.",
    matters="A trainer refuses the file, or reads the row as something it is not.",
    remedy="Bring the row into the format of the others; `advisor fix` quarantines what it cannot repair.",
    tuned_model="The row teaches nothing, or the wrong speaker.",
    fires=Example(
        shows='{"messages": [{"role": "bot", "content": "Hi"}]}',
        rows=lambda: [
            *good_rows(20),
            {"messages": [{"role": "user", "content": "Hi there"}, {"role": "bot", "content": "Hello!"}]},
        ],
    ),
    quiet=Example(shows='{"messages": [{"role": "user", …}, {"role": "assistant", …}]}', rows=good_rows),
    judge=judge,
    harm=95,
)
