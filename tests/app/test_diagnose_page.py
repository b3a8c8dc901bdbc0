"""Files are dropped, twenty samples labelled by keyboard, causes read and the patch taken, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.conftest import PATIENCE_MS, app_running, settle, visit
from tests.app.test_access import barriers
from tests.diagnose.served import by_system_prompt, serving
from tests.diagnose.story import SERVED, TRAINED, production_rows, training_rows

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app_running(tmp_path_factory.mktemp("diagnose")) as address:
        yield address


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Training rows of which every tenth is stiff, and production as Langfuse exports it."""
    spans = [
        {
            "id": f"o{at}", "traceId": f"t{at}", "type": "GENERATION", "startTime": f"2026-11-{1 + at % 20:02}T10:00:00Z", "model": "tuned",
            "input": one["messages"][:2], "output": one["messages"][2],
        }
        for at, one in enumerate(production_rows(30, labelled=0))
    ]  # fmt: skip

    def written(name: str, rows: list[dict[str, object]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    polite = [
        {
            "prompt": f"Good morning, could you please tell me how I may return item {at}?",
            "completion": "By post.",
        }
        for at in range(60)
    ]
    return {
        "evaluation": written("eval.jsonl", polite),
        "training": written("train.jsonl", training_rows(40)),
        "production": written("production.jsonl", spans),
    }


def upload(page: Page, field: str, file: Path) -> None:
    page.get_by_test_id("stFileUploader").filter(has_text=field).locator("input").set_input_files(file)
    expect(page.get_by_text(file.name, exact=False).first).to_be_visible()
    settle(page)


def test_from_files_to_twenty_labels_the_causes_and_the_patch(
    page: Page, url: str, files: dict[str, Path], tmp_path: Path
) -> None:
    visit(page, url, "diagnose")
    expect(page.get_by_text("Upload your training rows and production samples", exact=False)).to_be_visible()
    upload(page, "Training rows", files["training"])
    upload(page, "Evaluation rows", files["evaluation"])
    upload(page, "Production samples", files["production"])
    expect(page.get_by_text("0 of 20 samples labelled", exact=False)).to_be_visible()
    settle(page)
    page.screenshot(path=tmp_path / "labels.png")
    for count in range(1, 21):
        page.locator("h1").click()
        page.keyboard.press({5: "0", 9: "2"}.get(count, "1"))
        expect(page.get_by_text(f"{count} of 20 samples labelled", exact=False)).to_be_visible()
        settle(page)
    page.keyboard.press("u")
    expect(page.get_by_text("19 of 20 samples labelled", exact=False)).to_be_visible()
    settle(page)
    page.keyboard.press("s")
    expect(page.get_by_text("tone 17 · fine 1 · facts 1 · skipped 1", exact=False)).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Find the causes").click()
    first = page.locator(".st-key-cause_1")
    expect(first).to_contain_text("Training and serving have different system prompts")
    settle(page)
    expect(page.locator(".adv-ship")).to_contain_text("Likely")
    assert barriers(page) == []
    page.screenshot(path=tmp_path / "causes.png")
    page.get_by_role("button", name="Download the patch").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "patch.png")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the patch").click()
    patch = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert patch["format"] == "advisor-patch/1"
    assert patch["serve_with"] == TRAINED != SERVED
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Use in the decision").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "facts.png")
    page.get_by_role("button", name="Use in the decision").click()
    expect(
        page.get_by_text("Answered by what was measured: Do you have a set of real inputs", exact=False)
    ).to_be_visible()
    expect(page).to_have_url(re.compile("test_set=no|test_set=false", re.IGNORECASE))


def test_a_file_of_no_known_shape_is_named_with_what_is_known(
    page: Page, url: str, files: dict[str, Path], tmp_path: Path
) -> None:
    strange = tmp_path / "strange.jsonl"
    strange.write_text('{"colour": "green"}\n', encoding="utf-8")
    visit(page, url, "diagnose")
    upload(page, "Training rows", files["training"])
    upload(page, "Production samples", strange)
    expect(page.get_by_text("not a known format of production samples", exact=False)).to_be_visible()
    expect(page.get_by_text("strange.jsonl", exact=False).last).to_be_visible()


def test_training_rows_brought_here_become_the_data_set_where_there_is_none_and_other_files_do_not(
    page: Page, url: str, files: dict[str, Path], tmp_path: Path
) -> None:
    visit(page, url, "diagnose")
    upload(page, "Production samples", files["production"])
    upload(page, "Evaluation rows", files["evaluation"])
    page.get_by_text("System prompts, templates and sampling", exact=False).click()
    page.get_by_label("System prompt in serving").fill("You are a lawyer.")
    page.get_by_label("System prompt in serving").blur()
    settle(page)
    expect(page).not_to_have_url(re.compile("data="))
    upload(page, "Training rows", files["training"])
    page.wait_for_url(re.compile("data="))
    kept = page.url
    expect(page.locator(".st-key-own_diagnose")).to_contain_text("train.jsonl")
    expect(page.get_by_text("Every step uses this file from now on", exact=False)).to_be_visible()
    expect(page.get_by_text("0 of 20 samples labelled", exact=False)).to_be_visible()
    expect(page.get_by_label("System prompt in serving")).to_have_value("You are a lawyer.")
    page.screenshot(path=tmp_path / "adopted.png")
    page.locator(".st-key-own_diagnose label").click()
    upload(page, "Training rows", files["evaluation"])
    assert page.url == kept, "an assessment that has a data set keeps it"
    page.get_by_role("link", name="1 Data", exact=True).click()
    expect(page.locator(".st-key-held")).to_contain_text("train.jsonl")


def found(page: Page, url: str, files: dict[str, Path]) -> None:
    """Upload the files and find the causes; nothing is labelled."""
    visit(page, url, "diagnose")
    upload(page, "Training rows", files["training"])
    upload(page, "Production samples", files["production"])
    expect(page.get_by_text("0 of 20 samples labelled", exact=False)).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Find the causes").click()
    expect(page.locator(".st-key-cause_1")).to_contain_text("different system prompts")
    settle(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_text_of_a_result_is_cut_off_in_the_dark_theme(
    browser: Browser, url: str, files: dict[str, Path], tmp_path: Path, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark", bypass_csp=True
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    found(page, url, files)
    page.get_by_text("Also checked").click()
    table = page.get_by_role("region", name="Also checked")
    expect(table).to_contain_text("Cannot tell from this")
    assert table.evaluate("it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight")
    assert barriers(page) == []
    table.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "dark.png")
    context.close()


def planned(page: Page, address: str) -> None:
    page.get_by_label("Address of the tuned model").fill(address)
    page.get_by_label("Address of the tuned model").press("Enter")
    settle(page)
    page.get_by_role("button", name="Plan the test").click()


def test_a_served_model_on_this_machine_shows_the_cause_after_a_stop_and_another_machine_is_refused(
    page: Page, url: str, files: dict[str, Path], tmp_path: Path
) -> None:
    found(page, url, files)
    planned(page, "https://models.example/v1#tuned")
    expect(page.get_by_text("the page calls services on this machine only", exact=False)).to_be_visible()
    expect(page.get_by_text("advisor diagnose --train FILE", exact=False)).to_be_visible()
    going_on = Event()

    def patient(route: str, body: dict[str, Any]) -> str | None:
        going_on.wait(60)
        return by_system_prompt(route, body)

    with serving(patient) as (address, server):
        planned(page, f"{address}#tuned")
        expect(page.get_by_text("on 20 samples: at most", exact=False)).to_be_visible()
        expect(page.get_by_text("0.00 USD", exact=False)).to_be_visible()
        assert not server.bodies
        page.screenshot(path=tmp_path / "planned.png")
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.get_by_text("0 of at most", exact=False)).to_be_visible()
        page.get_by_role("button", name="Stop", exact=True).click()
        # Whoever is asked may still answer; nothing further is asked.
        going_on.set()
        expect(page.get_by_text("stopped; answers so far are kept", exact=False)).to_be_visible()
        assert len(server.bodies) <= 4
        page.get_by_role("button", name="Resume").click()
        expect(page.locator(".adv-ship")).to_contain_text("Shown: training and serving have different")
        assert {body["model"] for body in server.bodies} == {"tuned"}
        assert len(server.bodies) == 40, "what was answered before the stop is not asked again"
    settle(page)
    expect(page.locator(".st-key-cause_1")).to_contain_text("The intervention makes the answers better")
    expect(page.get_by_text("Compared on the same 20 samples", exact=False)).to_be_visible()
    assert barriers(page) == []
    page.get_by_text("Compared on the same 20 samples", exact=False).scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "proved.png")
