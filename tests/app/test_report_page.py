"""The HTML report as the colleague gets it: a file, opened in a browser, which asks nobody for anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from advisor.advice import advise
from advisor.catalog import Catalog
from advisor.scenario import Situation
from advisor.share.report import render
from tests.report.conftest import ANSWERS, HOSTILE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("interactive", [False, True], ids=["plain", "interactive"])
def test_an_html_report_opens_from_disk_without_errors_requests_or_running_what_people_wrote(
    interactive: bool, browser: Browser, catalog: Catalog, day, tmp_path: Path
) -> None:
    advice = advise(Situation(title=HOSTILE[:300], answers=ANSWERS, notes=HOSTILE), catalog, as_of=day)
    file = tmp_path / "report.html"
    file.write_bytes(render(advice, catalog, "html", interactive=interactive))
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    expect(page.locator("h1")).to_be_visible()
    if interactive:
        page.locator(".js-plotly-plot .legendtoggle").first.click()
        expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached()
    assert [address for address in asked if not address.startswith(("file:", "data:", "blob:"))] == []
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=tmp_path / "report.png", full_page=True)
    page.close()
