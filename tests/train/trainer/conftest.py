"""Run folders over the tiny model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.train.trainer.settings import RunSettings, write_settings

RunFolder = Callable[..., Path]


@pytest.fixture
def run_folder(tmp_path: Path, tiny_model: Path, support_rows: list[dict[str, object]]) -> RunFolder:
    """Make a run folder with 40 rows to train on and 8 held out; keywords override settings."""
    import json

    def make(name: str = "run", **changes: Any) -> Path:
        run = tmp_path / name
        run.mkdir()
        lines = [json.dumps(row) + "\n" for row in support_rows]
        (run / "train.jsonl").write_text("".join(lines[:40]), encoding="utf-8")
        (run / "eval.jsonl").write_text("".join(lines[40:]), encoding="utf-8")
        values: dict[str, Any] = {
            "base_model": str(tiny_model),
            "train_path": Path("train.jsonl"),
            "eval_path": Path("eval.jsonl"),
            "rank": 4,
            "alpha": 8,
            "micro_batch": 4,
            "gradient_accumulation": 1,
            "learning_rate": 1e-2,
            "max_steps": 12,
            "eval_every_steps": 3,
            "seq_len": 128,
            "threads": 1,
        }
        write_settings(run, RunSettings.model_validate(values | changes))
        return run

    return make
