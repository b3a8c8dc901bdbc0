"""Training rows on their way into a bundle: read line by line, cut into two sides, put into a backend's shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError, did_you_mean
from advisor.train.records import PlannedFile

Row = dict[str, Any]
REMEDY = (
    "Give JSON lines with 'messages', or 'prompt' and 'completion', or 'prompt', 'chosen' and 'rejected'."
)
PREFERENCE_KEYS = (("prompt", "chosen", "rejected"), ("input", "preferred_output", "non_preferred_output"))


def read_rows(path: Path) -> Iterator[Row]:
    """Read JSON lines one by one; a defect is an error with its line."""
    try:
        stream = path.open(encoding="utf-8")
    except OSError as error:
        raise AdvisorError(
            f"the data cannot be read: {error.strerror}", place=str(path), remedy=REMEDY
        ) from error
    with stream:
        number = 0
        try:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield _row(line, f"{path}:{number}")
        except UnicodeDecodeError as error:
            raise AdvisorError("this is not UTF-8", place=f"{path}:{number + 1}", remedy=REMEDY) from error


def _row(line: str, place: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise AdvisorError("this line is not JSON", place=place, remedy=REMEDY) from error
    if not isinstance(row, dict):
        raise AdvisorError("a row is a JSON object", place=place, remedy=REMEDY)
    try:
        turns(row)
    except (KeyError, TypeError, AttributeError) as error:
        raise AdvisorError(
            "the row has no conversation that can be trained on", place=place, remedy=REMEDY
        ) from error
    return row


def is_preference(row: Row) -> bool:
    """Whether the row is a pair of a better and a worse answer."""
    return any(all(key in row for key in keys) for keys in PREFERENCE_KEYS)


def is_text(row: Row) -> bool:
    """Whether the row is plain text, to go on pretraining with."""
    return isinstance(row.get("text"), str) and not {"messages", "prompt", "input"} & row.keys()


def turns(row: Row) -> list[dict[str, Any]]:
    """Give the row as messages; of a preference pair the prompt and the better answer, of plain text the text."""
    if is_text(row):
        return [{"role": "assistant", "content": row["text"]}]
    if "messages" in row:
        return [{**message, "content": message["content"]} for message in row["messages"]]
    for prompt, better, _ in PREFERENCE_KEYS:
        if prompt in row and better in row:
            return [*_said(row[prompt], "user"), *_said(row[better], "assistant")]
    return [*_said(row["prompt"], "user"), *_said(row["completion"], "assistant")]


def _said(value: Any, role: str) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        value = value["messages"]
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    return [{**message, "content": message["content"]} for message in value]


def row_text(row: Row) -> str:
    """Give all text of a row, for counting tokens."""
    return "\n".join(str(message.get("content") or "") for message in turns(row))


@dataclass(frozen=True, slots=True)
class Split:
    """Where the rows of one file are cut: those with a key up to the cut are held out."""

    cut: str
    seed: int

    def held_out(self, row: Row) -> bool:
        """Whether the row is on the evaluation side."""
        return self.cut != "" and _key(row, self.seed) <= self.cut


def split_of(path: Path, share: float, seed: int) -> Split:
    """Find the cut that holds out ``share`` of the rows, at least one; equal rows stay on one side.

    A row's side follows from its content and the seed: adding or reordering rows moves few of them.
    """
    if share <= 0:
        return Split("", seed)
    keys = sorted(_key(row, seed) for row in read_rows(path))
    if len(set(keys)) < 2:
        return Split("", seed)
    wanted = max(1, round(share * len(keys)))
    # The last key must stay with training, or nothing is left to learn from.
    return Split(max(key for key in keys[:wanted] if key < keys[-1]), seed)


def _key(row: Row, seed: int) -> str:
    text = json.dumps(turns(row), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{seed}:{text}".encode()).hexdigest()


def planned_rows(file: PlannedFile) -> Iterator[Row]:
    """Give the rows of one side of a data file in the file's shape."""
    assert file.copy_of is not None
    split = split_of(file.copy_of, file.eval_share, file.seed) if file.part != "all" else Split("", 0)
    for row in read_rows(file.copy_of):
        if file.part == "all" or split.held_out(row) == (file.part == "eval"):
            yield in_shape(row, file.shape, file.system_prompt)


def in_shape(row: Row, shape: str, system_prompt: str | None) -> Row:
    """Put a row into the shape that a backend reads."""
    if shape not in SHAPES:
        raise AdvisorError(
            f"there is no row shape '{shape}'", place="shape", remedy=did_you_mean(shape, SHAPES)
        )
    if shape == "as-is":
        return row
    messages = turns(row)
    if system_prompt and not any(message["role"] == "system" for message in messages):
        messages = [{"role": "system", "content": system_prompt}, *messages]
    if is_preference(row) and not shape.endswith("preference"):
        raise AdvisorError(
            f"preference pairs cannot be written as '{shape}'",
            place="objective",
            remedy="Use --objective dpo with a backend that trains on preferences.",
        )
    return SHAPES[shape](messages, row)


def _messages(messages: list[Row], row: Row) -> Row:
    kept: Row = {key: row[key] for key in ("tools", "parallel_tool_calls") if key in row}
    return {"messages": messages, **kept}


def _prompt_completion(messages: list[Row], row: Row) -> Row:
    del row
    return {"prompt": messages[:-1], "completion": messages[-1:]}


def _text(messages: list[Row], row: Row) -> Row:
    del messages
    if not is_text(row):
        raise AdvisorError("the row is no plain text", place="objective", remedy="Give rows with 'text'.")
    return {"text": row["text"]}


def _preference(messages: list[Row], row: Row) -> Row:
    better, worse = _pair(row)
    return {"prompt": messages[: len(messages) - len(better)], "chosen": better, "rejected": worse}


def _sharegpt_preference(messages: list[Row], row: Row) -> Row:
    better, worse = _pair(row)
    return {"messages": messages[: len(messages) - len(better)], "chosen": better[-1], "rejected": worse[-1]}


def _openai_preference(messages: list[Row], row: Row) -> Row:
    better, worse = _pair(row)
    prompt = messages[: len(messages) - len(better)]
    return {"input": {"messages": prompt}, "preferred_output": better, "non_preferred_output": worse}


def _pair(row: Row) -> tuple[list[Row], list[Row]]:
    for _, better, worse in PREFERENCE_KEYS:
        if better in row and worse in row:
            return _said(row[better], "assistant"), _said(row[worse], "assistant")
    raise AdvisorError(
        "the row is no preference pair", place="objective", remedy="Give 'chosen' and 'rejected'."
    )


def _vertex(messages: list[Row], row: Row) -> Row:
    del row
    said = [message for message in messages if message["role"] != "system"]
    contents = [
        {
            "role": "model" if message["role"] == "assistant" else "user",
            "parts": [{"text": message["content"]}],
        }
        for message in said
    ]
    system = _system_of(messages)
    return {**({"systemInstruction": {"parts": [{"text": system}]}} if system else {}), "contents": contents}


def _bedrock(messages: list[Row], row: Row) -> Row:
    del row
    system = _system_of(messages)
    said = [
        {"role": message["role"], "content": [{"text": message["content"]}]}
        for message in messages
        if message["role"] != "system"
    ]
    head = {"schemaVersion": "bedrock-conversation-2024"}
    return {**head, **({"system": [{"text": system}]} if system else {}), "messages": said}


def _system_of(messages: list[Row]) -> str:
    return "\n".join(str(message["content"]) for message in messages if message["role"] == "system")


SHAPES: dict[str, Callable[[list[Row], Row], Row]] = {
    "as-is": lambda _messages, row: row,
    "messages": _messages,
    "prompt-completion": _prompt_completion,
    "preference": _preference,
    "text": _text,
    "openai-preference": _openai_preference,
    "sharegpt-preference": _sharegpt_preference,
    "vertex-contents": _vertex,
    "bedrock-conversation": _bedrock,
}
"""How backends want their rows."""


def encode(row: Row) -> bytes:
    """Write one row as a JSON line."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"
