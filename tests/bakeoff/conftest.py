"""A small task: codes that only the documents know, and a house form that only the rows show."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from advisor.evaluate.bakeoff.choosing import read_arm
from advisor.evaluate.bakeoff.records import BakeoffOptions

DAY = date(2026, 11, 26)
ROWS, HELD_OUT, FIRST = 24, 12, 10


def row(number: int) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "messages": [
            {"role": "system", "content": "Answer with the code alone."},
            {"role": "user", "content": f"What is the code of number {number}?"},
            {"role": "assistant", "content": f"K{number}"},
        ],
        "passages": [f"page-{number}"],
    }


def write_task(folder: Path, *, rows: int = ROWS, held_out: int = HELD_OUT) -> Path:
    """Write data and documents, and return the folder."""
    (folder / "documents").mkdir(parents=True)
    for number in range(FIRST, FIRST + rows):
        text = f"# Page {number}\n\nThe code of number {number} is K{number}.\n"
        (folder / "documents" / f"page-{number}.md").write_text(text, encoding="utf-8")
    for name, numbers in (
        ("eval", range(FIRST, FIRST + held_out)),
        ("train", range(FIRST + held_out, FIRST + rows)),
    ):
        lines = "".join(json.dumps(row(number)) + "\n" for number in numbers)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return write_task(tmp_path / "task")


Make = Callable[..., BakeoffOptions]


@pytest.fixture
def asked(task: Path) -> Make:
    """Options of a run on the small task; keywords override them, arms are words."""

    def make(url: str, *arms: str, **changes: Any) -> BakeoffOptions:
        values: dict[str, Any] = {
            "data": task, "documents": task / "documents", "model": "scripted", "base_url": url, "passages": 1, "shots": 2,
            "arms": tuple(map(read_arm, arms or ("prompt", "few-shot", "retrieval"))), "requests_per_minute": 60_000,
            "scorers": ("exact",),
        }  # fmt: skip
        return BakeoffOptions.model_validate(values | changes)

    return make
