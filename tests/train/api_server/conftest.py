"""The service on a loopback port, over the tiny model, and the official client for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.train.jobs import JobStore
from tests.train.tuning_service import service_app


@pytest.fixture
def service_store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "service")


@pytest.fixture
def service(service_store: JobStore, tiny_model: Path, running) -> Iterator[str]:
    """A service that tunes the tiny model under the name `tiny`."""
    pytest.importorskip("trl")
    with running(service_app(service_store, {"tiny": str(tiny_model)})) as address:
        yield f"{address}/v1"


@pytest.fixture
def client(service: str) -> Any:
    openai = pytest.importorskip("openai")
    return openai.OpenAI(base_url=service, api_key="none")


@pytest.fixture
def rows(tmp_path: Path, support_rows) -> dict[str, Path]:
    """Files to upload."""
    import json

    paths = {}
    for part, part_rows in (("train", support_rows[:40]), ("eval", support_rows[40:])):
        paths[part] = tmp_path / f"{part}.jsonl"
        paths[part].write_text("".join(json.dumps(row) + "\n" for row in part_rows))
    return paths
