"""From the recommendation to a PDF on disk, the map, the comparison and the rulebook, in a real browser."""

from __future__ import annotations

import re

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import settle, visit

pytestmark = pytest.mark.browser


def test_from_an_empty_page_to_a_pdf_on_disk(page: Page, app_url: str) -> None:
    visit(page, app_url)
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Knowledge")).click()
    page.locator("[class*='st-key-jump_knowledge_gap'] button").click()
    page.locator("[class*='st-key-answer_knowledge_gap_main'] button").click()
    page.locator(".adv-leader").wait_for()
    leader = page.locator(".adv-leader").inner_text()
    settle(page)
    page.get_by_label("Title of the assessment").fill("Wiki for the 支持 team")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("title="))
    page.get_by_role("link", name="Whole recommendation").click()
    expect(page.get_by_role("heading", name=leader, exact=True)).to_be_visible()
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PDF").click()
    document = pdfium.PdfDocument(waiting.value.path())
    text = document[0].get_textpage().get_text_range()
    assert "Wiki for the 支持 team" in text
    assert leader in text
    assert waiting.value.suggested_filename == "wiki-for-the-支持-team.pdf"


def test_the_map_stands_over_the_two_questions_in_the_address(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", knowledge_gap="main", x="labelled_examples", y="behavior_gap")
    expect(page.get_by_label("Across")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.get_by_text(re.compile(r"leads on \d+\s% of it"))).to_be_visible()


def test_a_variant_stands_beside_the_assessment(page: Page, app_url: str) -> None:
    visit(page, app_url, "compare", knowledge_gap="main", behavior_gap="none")
    page.get_by_text("Add a variant with one answer changed").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".adv-leader")).to_have_count(2)
    expect(page.get_by_role("heading", name="Answers that differ")).to_be_visible()
    page.wait_for_url(re.compile("with="))
    page.reload()
    expect(page.locator(".adv-leader")).to_have_count(2)


def test_the_rulebook_leads_from_rule_to_source_and_back(page: Page, app_url: str) -> None:
    visit(page, app_url, "rulebook", knowledge_gap="main", find="citations-favour-retrieval")
    title = page.locator("summary").first.inner_text()
    links = page.locator(".adv-sources a[href*='show=sources']")
    links.first.click()
    page.wait_for_url(re.compile("show=sources"))
    settle(page)
    back = page.locator(".adv-sources a[href*='find=citations-favour-retrieval']")
    expect(back.first).to_be_visible()
    assert back.first.inner_text() in title
    assert "knowledge_gap=main" in page.url


HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
    "[x](javascript:window.hacked=3) $x^2$ :red[y] **b** \u202egnp.exe"
)


def test_a_hostile_title_is_only_text_on_every_page(page: Page, app_url: str) -> None:
    answers = {"knowledge_gap": "main", "title": HOSTILE, "with": "now;knowledge_change~daily"}
    for path in ("", "recommendation", "compare"):
        visit(page, app_url, path, **answers)
        page.locator(".adv-leader, h1").first.wait_for()
        settle(page)
        assert page.evaluate("() => window.hacked") is None
        assert page.locator("a[href^='javascript']").count() == 0
        assert page.locator(".stMain img[src='x']").count() == 0
    expect(page.locator(".adv-card-title").first).to_contain_text("<img src=x")
