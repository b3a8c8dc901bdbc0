"""Answers are brought, the verdict is read, twenty pairs are rated blind by keyboard, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import app_running, settle, visit
from tests.app.test_access import barriers

pytestmark = pytest.mark.browser
ROWS = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app_running(tmp_path_factory.mktemp("evaluate")) as address:
        yield address


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    def written(name: str, rows: list[dict[str, object]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return {
        "held-out": written("held-out.jsonl", [{"id": n, "input": f"Price of plan {n}?", "reference": f"{n} euros"} for n in range(ROWS)]),
        "tuned": written("tuned.jsonl", [{"id": n, "answer": f"{n if n < 57 else 1} euros", "usd": 0.014, "seconds": 1.0 + n / 100} for n in range(ROWS)]),
        "prompt": written("prompt.jsonl", [{"id": n, "answer": f"{n if n < 15 else 99}  euros <b>*now*</b>" if n >= 15 else f"{n} euros", "usd": 0.001, "seconds": 0.5} for n in range(ROWS)]),
    }  # fmt: skip


def test_before_there_are_answers_the_page_says_what_to_bring_and_names_what_it_will_show(
    page: Page, url: str
) -> None:
    visit(page, url, "evaluate")
    expect(page.get_by_text("Each row of answers needs an id", exact=False)).to_be_visible()
    terms = page.locator(".adv-terms dt")
    expect(terms).to_have_text(
        ["Verdict", "Intervals", "Cost and latency", "Rows that differ", "Rate by hand"]
    )


def bring(page: Page, url: str, files: dict[str, Path]) -> None:
    visit(page, url, "evaluate")
    uploads = page.locator("input[type=file]")
    uploads.nth(0).set_input_files([files["tuned"], files["prompt"]])
    expect(page.get_by_text("Now add the held-out rows")).to_be_visible()
    settle(page)
    uploads.nth(1).set_input_files(files["held-out"])


def test_from_files_to_the_verdict_and_twenty_blind_ratings(
    page: Page, url: str, files: dict[str, Path]
) -> None:
    bring(page, url, files)
    settle(page)
    expect(page.locator(".adv-ship")).to_have_text(
        "Ship tuned: 70 points above prompt (+57.2 to +81.6), 14 times dearer."
    )
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("tab", name="Cost and latency").click()
    expect(page.get_by_text("tuned 95 points at 14; prompt 25 points at 1", exact=False)).to_be_visible()
    page.get_by_role("tab", name="Rate by hand").click()
    assert barriers(page) == []
    pair = page.locator(".st-key-pair")
    expect(
        page.get_by_text(
            "0 of 45 pairs rated by you. Arms are hidden and sides are random. Both give the same answer on 15 rows."
        )
    ).to_be_visible()
    for count in range(1, 21):
        assert "tuned" not in pair.inner_text()
        better = "2" if "<b>" in pair.locator(".adv-said").nth(2).inner_text() else "1"
        page.locator("h1").click()
        page.keyboard.press(better)
        expect(page.get_by_text(f"{count} of 45 pairs rated by you", exact=False)).to_be_visible()
        settle(page)
    page.keyboard.press("u")
    expect(page.get_by_text("19 of 45 pairs rated by you", exact=False)).to_be_visible()
    expect(
        page.get_by_text("you can stop here: tuned is preferred to prompt by 100 points", exact=False)
    ).to_be_visible()

    # A reload with the same files finds the ratings again.
    bring(page, url, files)
    expect(page.locator(".adv-ship")).to_be_visible()
    page.get_by_role("tab", name="Rate by hand").click()
    expect(page.get_by_text("19 of 45 pairs rated by you", exact=False)).to_be_visible()


def test_files_that_do_not_match_are_told_in_words(
    page: Page, url: str, files: dict[str, Path], tmp_path: Path
) -> None:
    files["prompt"].write_text('{"id": "x1", "answer": "1"}\n')
    bring(page, url, files)
    expect(page.get_by_role("alert")).to_contain_text("no id is among the held-out rows: here x1")
    expect(page.get_by_role("alert")).to_contain_text("prompt.jsonl")
