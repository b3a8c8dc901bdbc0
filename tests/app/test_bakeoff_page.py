"""A bake-off is planned, started, carried out, in a real browser against a scripted service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import app_running, settle, visit
from tests.app.test_access import barriers
from tests.bakeoff.conftest import write_task
from tests.bakeoff.scripted import scripted

pytest.importorskip("openai")
pytest.importorskip("semantic_text_splitter")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bakeoff-page")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with app_running(home, ADVISOR_BAKEOFFS=str(home / "bakeoffs")) as address:
        yield address


def test_from_rows_to_a_plan_and_a_finished_run(page: Page, url: str, home: Path, tmp_path: Path) -> None:
    task = write_task(tmp_path / "task")
    with scripted() as service:
        visit(page, url, "evaluate")
        page.get_by_role("radio", name="Bake-off").click()
        settle(page)
        uploads = page.locator("input[type=file]")
        uploads.nth(0).set_input_files([task / "train.jsonl", task / "eval.jsonl"])
        settle(page)
        uploads.nth(1).set_input_files(sorted((task / "documents").iterdir()))
        settle(page)
        page.get_by_label("Model", exact=True).fill("scripted")
        page.get_by_label("Model", exact=True).press("Enter")
        page.get_by_label("Address of its service on this machine", exact=True).fill(service.url)
        page.get_by_label("Address of its service on this machine", exact=True).press("Enter")
        settle(page)
        page.get_by_role("button", name="Plan", exact=True).click()
        settle(page)
        expect(page.get_by_text("Plan: 60 questions", exact=False)).to_be_visible()
        assert not service.requests
        assert barriers(page) == []
        page.get_by_role("button", name="Start", exact=True).click()
        deadline = time.monotonic() + 200
        while not list(home.glob("bakeoffs/*/result.json")) and time.monotonic() < deadline:
            page.wait_for_timeout(500)
        (result,) = home.glob("bakeoffs/*/result.json")
        assert "cannot tell" in result.read_text(encoding="utf-8")
        assert len(service.requests) <= 60
