"""A bake-off is planned, started, carried out and used in the decision, in a real browser against a scripted service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import app_running, settle, visit
from tests.app.test_access import barriers
from tests.bakeoff.conftest import write_task
from tests.bakeoff.scripted import Service, scripted

pytest.importorskip("openai")
pytest.importorskip("semantic_text_splitter")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
FINISHED_MS = 240_000
ATTEMPTS = 3
ROWS, DOCUMENTS = "Rows: train.jsonl and eval.jsonl, or one file", "Documents"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bakeoff-page")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with app_running(home, ADVISOR_BAKEOFFS=str(home / "bakeoffs")) as address:
        yield address


def bring(page: Page, what: str, label: str, files: Sequence[Path], *shown: str) -> None:
    """Upload files into the field of this label, again if need be, until the page lists them."""
    field = page.get_by_role("region", name=label).locator("input[type=file]")
    kept = page.locator(f".st-key-kept_{what}")
    for attempt in range(ATTEMPTS):
        field.set_input_files(files)
        try:
            for name in shown:
                expect(kept).to_contain_text(name)
        except AssertionError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return


def plan(page: Page, url: str, task: Path, service: Service) -> None:
    """Bring rows and documents, name the service, and plan."""
    visit(page, url, "evaluate")
    page.get_by_role("radio", name="Bake-off").click()
    documents = sorted((task / "documents").iterdir())
    bring(page, "rows", ROWS, [task / "train.jsonl", task / "eval.jsonl"], "eval.jsonl", "train.jsonl")
    bring(page, "documents", DOCUMENTS, documents, "page-10.md", "and 12 more")
    expect(page.locator(".st-key-kept_rows")).to_contain_text("train.jsonl")
    fill(page, "Model", "scripted")
    fill(page, "Address of its service on this machine", service.url)
    page.get_by_text("Scoring, margin and judge").click()
    fill(page, "Good enough, in points", "90")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("Plan: 60 questions", exact=False)).to_be_visible()


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page)


def test_from_rows_to_the_verdict_and_into_the_decision(page: Page, url: str, tmp_path: Path) -> None:
    task = write_task(tmp_path / "task")
    with scripted() as service:
        plan(page, url, task, service)
        assert not service.requests
        assert barriers(page) == []
        page.get_by_role("button", name="Start", exact=True).click()
        # Nobody touches the page from here on: it looks by itself and shows the verdict when there is one.
        expect(page.locator(".adv-ship")).to_contain_text("Cannot tell", timeout=FINISHED_MS)
        assert len(service.requests) <= 60
    settle(page)
    expect(page.get_by_text("retrieval gains 100 points", exact=False).first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("tab", name="Rows that differ").click()
    expect(page.get_by_test_id("stDataFrame").last).to_be_visible()
    page.get_by_role("tab", name="Intervals").click()
    page.get_by_role("button", name="Use in the decision").click()
    expect(page.get_by_text("Answered by what was measured", exact=False)).to_be_visible()
    # What was measured is an answer from here on, and every report says where it comes from.
    page.get_by_role("link", name="Decide", exact=True).first.click()
    settle(page)
    expect(page.get_by_text("measured", exact=False).first).to_be_visible()


def test_one_file_of_rows_becomes_the_data_set_of_the_assessment(
    page: Page, url: str, tmp_path: Path
) -> None:
    task = write_task(tmp_path / "task")
    with scripted() as service:
        visit(page, url, "evaluate", knowledge_gap="main")
        page.get_by_role("radio", name="Bake-off").click()
        # Closed once there is a run.
        page.get_by_text("A new run").click()
        bring(page, "rows", ROWS, [task / "train.jsonl"], "train.jsonl")
        fill(page, "Model", "scripted")
        fill(page, "Address of its service on this machine", service.url)
        page.get_by_role("button", name="Plan", exact=True).click()
        expect(page.get_by_text("Plan: 4 questions", exact=False)).to_be_visible()
    settle(page)
    page.get_by_role("link", name="1 Data").click()
    expect(page.locator(".st-key-held")).to_contain_text("train.jsonl")
