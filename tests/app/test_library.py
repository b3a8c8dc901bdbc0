"""Saving, finding, restoring, and two tabs that edit the same assessment, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.conftest import app_running, settle, visit, watched

pytestmark = pytest.mark.browser


def save(page: Page) -> None:
    page.locator(".st-key-save button").click()


def card(page: Page, title: str):
    return page.locator("[class*='st-key-entry_']").filter(
        has=page.get_by_role("heading", name=title, exact=True)
    )


def test_an_assessment_is_saved_found_opened_and_restored(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", behavior_gap="none", unsure="budget", title="Wiki of the firm")
    save(page)
    expect(page.get_by_text("Saved as revision 1.")).to_be_visible()
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Knowledge")).click()
    page.locator("[class*='st-key-jump_knowledge_gap'] button").click()
    page.locator("[class*='st-key-answer_knowledge_gap_none'] button").click()
    expect(page.get_by_text("Saved as revision 1.")).to_be_visible()
    save(page)
    expect(page.get_by_text("Saved as revision 2.")).to_be_visible()
    page.get_by_role("link", name="Library and rulebook", exact=True).click()
    page.get_by_label("Search").fill("wiki")
    page.keyboard.press("Enter")
    found = card(page, "Wiki of the firm")
    expect(found).to_contain_text("revision 2")
    found.get_by_role("button", name="History").click()
    page.get_by_role("button", name="Restore").click()
    expect(found).to_contain_text("revision 3")
    page.keyboard.press("Escape")
    found.get_by_role("button", name="Check against today").click()
    expect(found.get_by_text("Nothing has changed since")).to_be_visible()
    found.get_by_role("button", name="Open").first.click()
    page.wait_for_url("**/recommendation?*knowledge_gap=main*")
    assert "unsure=budget" in page.url


def test_two_tabs_that_edit_one_assessment_lose_nothing(
    page: Page, context: BrowserContext, app_url: str
) -> None:
    visit(page, app_url, knowledge_gap="main", title="Two tabs")
    save(page)
    expect(page.get_by_text("Saved as revision 1.")).to_be_visible()
    other = watched(context)
    other.goto(page.url)
    settle(other)
    save(other)
    expect(other.get_by_text("Saved as revision 2.")).to_be_visible()
    save(page)
    expect(page.get_by_text("Nothing is lost. Choose one.")).to_be_visible()
    page.get_by_role("button", name="Keep both").click()
    expect(page.get_by_text("Saved as revision 1.")).to_be_visible()
    page.get_by_role("link", name="Library and rulebook", exact=True).click()
    expect(page.get_by_role("heading", name="Two tabs")).to_have_count(2)


def test_an_empty_library_says_what_comes_here_and_leads_to_it(page: Page, tmp_path: Path) -> None:
    with app_running(tmp_path) as url:
        visit(page, url, "library", knowledge_gap="main")
        empty = page.locator(".st-key-library_empty")
        expect(empty.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()
        expect(page.get_by_label("Search")).to_have_count(0)
        empty.get_by_role("link", name="Go to your result and save it").click()
        page.wait_for_url("**/recommendation?*knowledge_gap=main*")
        save(page)
        expect(page.get_by_text("Saved as revision 1.")).to_be_visible()
        visit(page, url, "library")
        expect(page.get_by_label("Search")).to_be_visible()
        expect(empty).to_have_count(0)
