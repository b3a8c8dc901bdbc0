"""Marks of chat templates left in the text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, chat, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.searching import found, with_any

SURE = r"<\|[a-zA-Z][a-zA-Z0-9_▁ ]{1,30}\|>|<｜[^<>｜]{2,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?s>(?:\s|$)|<(?:bos|eos|pad|unk)>|<\|(?:user|assistant|system|end)\|>|\[(?:BOS|EOS|PAD|CLS|SEP|MASK)\]|\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
LIKELY = r"(?m)^\s*#{2,4} ?(?:Instruction|Response|Input|Human|Assistant|User|System)\s*:|^\s*(?:USER|ASSISTANT|SYSTEM|Human|Assistant|User|AI|Bot)\s*:\s|</?(?:assistant|user|system|human)>"


def measure(batch: Batch) -> Measured:
    """Mark rows with special tokens (2) or speaker marks (1) in any turn."""
    sure = batch.turns_series.str.contains(SURE).to_numpy() | np.array(
        [_in_system(text) for text in batch.systems], bool
    )
    likely = found(batch.turns_series, LIKELY, with_any(batch.turns_series, "#:<"))
    return {"template-tokens": np.where(sure, 2, likely.astype(np.uint8)).astype(np.uint8)}


def _in_system(text: str) -> bool:
    return "<|" in text or "[INST]" in text or "<<SYS>>" in text


def judge(data: Dataset) -> Iterator[Finding]:
    """Report special tokens always, speaker marks where they are the exception."""
    marks = data.column("template-tokens")
    sure = data.where(marks == 2)
    if sure:
        yield finding(
            CHECK,
            f"{share(len(sure), len(data))} contain special tokens of a chat template",
            sure,
            severity="error",
        )
    likely = data.where(marks == 1)
    if likely:
        usual = len(likely) > 0.5 * len(data)
        yield finding(
            CHECK,
            f"{share(len(likely), len(data))} contain speaker marks ('### Response:', 'Assistant:') in their text",
            likely,
            severity="note" if usual else "warning",
            confidence="medium",
        )


CHECK = Check(
    id="template-tokens",
    columns=("template-tokens",),
    quarantines=True,
    spoils=True,
    title="Chat-template tokens in the text",
    detects="<|im_start|>, [INST], </s>, <start_of_turn>, '### Response:', 'Assistant:' and their like inside a turn.",
    matters="The template adds these marks itself; inside the text they end the turn early or teach the model to write both sides.",
    remedy="Take the tokens out. If one turn holds a whole conversation, split it into messages.",
    tuned_model="It prints template marks to customers or goes on speaking as the user.",
    fires=Example(
        shows="'Sure!<|im_end|>'",
        rows=lambda: [
            *good_rows(20),
            chat("How do I reset the hub?", "Hold the button for ten seconds.<|im_end|>"),
        ],
    ),
    quiet=Example(shows="'Sure!'", rows=good_rows),
    judge=judge,
    measure=measure,
    harm=84,
)
