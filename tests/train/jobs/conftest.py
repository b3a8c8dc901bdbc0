"""Plans and bundles made by hand, small enough to read, over the tiny model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from advisor.train.jobs import JobStore
from advisor.train.records import EvaluationPlan, PlannedFile, Span, TrainingPlan, TrainingSpec

MakePlan = Callable[..., tuple[TrainingPlan, Path]]


class Ticking:
    """A clock that advances one second at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "jobs", Ticking())


@pytest.fixture
def make_plan(tmp_path: Path, support_rows: list[dict[str, object]]) -> MakePlan:
    """Make a plan and its bundle for a backend; keywords override fields of the spec."""

    def make(backend: str = "trl", **changes: Any) -> tuple[TrainingPlan, Path]:
        bundle = tmp_path / f"bundle-{backend}"
        (bundle / "data").mkdir(parents=True, exist_ok=True)
        files = []
        for name, rows in (("train", support_rows[:40]), ("eval", support_rows[40:])):
            path = bundle / "data" / f"{name}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            content = path.read_bytes()
            files.append(
                PlannedFile(
                    path=f"data/{name}.jsonl",
                    copy_of=path,
                    sha256=hashlib.sha256(content).hexdigest(),
                    size_bytes=len(content),
                )
            )
        values: dict[str, Any] = {
            "backend": backend,
            "base_model": "gpt-4o-mini-2024-07-18",
            "train_path": bundle / "data" / "train.jsonl",
            "as_of": date(2026, 11, 22),
        }
        return _plan(TrainingSpec.model_validate(values | changes), tuple(files)), bundle

    return make


def _plan(spec: TrainingSpec, files: tuple[PlannedFile, ...]) -> TrainingPlan:
    some = {unit: Span(low=1, expected=2, high=3, unit=unit) for unit in ("tokens", "usd", "seconds")}
    return TrainingPlan(
        spec=spec,
        backend=spec.backend,
        files=files,
        config="",
        config_path="",
        commands=(),
        requirements=(),
        train_rows=40,
        train_tokens=some["tokens"],
        cost=some["usd"],
        duration=some["seconds"],
        memory=None,
        recipients=(),
        evaluation=EvaluationPlan(held_out_rows=8, arms=(), measures=(), accept_when="better"),
    )
