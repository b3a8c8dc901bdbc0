"""Images that are not where the text, or the format, says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from advisor.data.batch import Batch
from advisor.data.checks.contract import Check, Dataset, Example, Measured, finding, good_rows, share
from advisor.data.records import Finding
from advisor.data.rows.conversation import Conversation

MARKS = {"images": "<image>", "videos": "<video>", "audios": "<audio>"}
WORDS = {
    1: "another number of images, videos or audio than their text has marks (<image>, <video>, <audio>)",
    2: "an image, video or audio in an answer, which no chat model writes",
}


def measure(batch: Batch) -> Measured:
    """Code the fault of each row's images: a wrong count (1), an image in an answer (2)."""
    codes = np.zeros(len(batch), np.uint8)
    for index, text in enumerate(batch.turns):
        if batch.media[index] or "<image>" in text:
            codes[index] = _fault(batch.conversations[index])
    return {"image-marks": codes}


def _fault(row: Conversation) -> int:
    if any(one.parts and one.role == "assistant" for one in row.messages):
        return 2
    held = [part for one in row.messages for part in one.parts or () if part.get("type") != "text"]
    for key, mark in MARKS.items():
        marks = sum(one.content.count(mark) for one in row.messages)
        beside = len(row.media.get(key, ()))
        # Parts of their own ({"type": "image"}) take the place of marks.
        parts = sum(str(part.get("type")).removeprefix("input_").startswith(key[:-1]) for part in held)
        if (marks or beside) and marks + parts != beside and not (parts and not marks and not beside):
            return 1
    return 0


def judge(data: Dataset) -> Iterator[Finding]:
    """Report both faults with their rows."""
    codes = data.column("image-marks")
    for code, words in WORDS.items():
        rows = data.where(codes == code)
        if rows:
            yield finding(CHECK, f"{share(len(rows), len(data))} have {words}", rows, severity="error")


def _row(marks: str) -> dict[str, object]:
    said = [
        {"role": "user", "content": f"{marks}What is on the picture?"},
        {"role": "assistant", "content": "A lamp on a desk."},
    ]
    return {"messages": said, "images": ["lamp.png"]}


CHECK = Check(
    id="image-marks",
    columns=("image-marks",),
    quarantines=True,
    spoils=True,
    title="Images and text do not fit together",
    detects="Rows with more or fewer `<image>` marks than images, and images in the assistant's turn.",
    matters="Trainers stop at a wrong count, or show the model another row's image; chat models cannot answer with an image.",
    remedy="Put one mark where each image belongs, and take images out of answers.",
    tuned_model="It answers about the wrong picture, or the training stops.",
    fires=Example(
        shows='"<image><image>What is on the picture?" with one image',
        rows=lambda: [*good_rows(20), _row("<image><image>")],
    ),
    quiet=Example(
        shows='"<image>What is on the picture?" with one image',
        rows=lambda: [*good_rows(20), _row("<image>")],
    ),
    judge=judge,
    measure=measure,
    harm=85,
)
