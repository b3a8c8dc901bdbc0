"""The main pages look as they did: each is compared with a small picture of itself.

The app ships its fonts, so machines differ by smoothing only. Both pictures are shrunk until letters are grey and blocks
keep their places, and a small share of points may differ. After a wanted change, renew them with `make snapshots`.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.app.conftest import PATIENCE_MS, settle, visit

KEPT = Path(__file__).parent / "snapshots"
ANSWERS = {
    "knowledge_gap": "main",
    "behavior_gap": "main",
    "behaviors": "tone,vocabulary",
    "labelled_examples": "2000",
    "prompting_result": "nearly",
    "queries_per_day": "20000",
    "title": "Advice letters",
}
# Where each page is, its answers, and what it draws last.
PAGES = {
    "start": ("", {}, ".st-key-points"),
    "result": ("recommendation", ANSWERS, ".adv-basis"),
    "costs": ("costs", ANSWERS, ".st-key-cost_assumed"),
    "library": ("library", {}, "text=Import a library file"),
}
SCREENS = {"wide": (1280, 900, "light"), "phone": (390, 844, "dark")}
WIDTH, COLOURS = {"wide": 400, "phone": 195}, 48
DIFFERS_FROM, TOLERATED = 48, 0.006
# Figures change with every rule and price, and charts with their library; both have tests of their own.
MASKED = ".adv-shares .adv-number, .stPlotlyChart, [data-testid='stMetricValue']"


@pytest.mark.browser
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_did(name: str, screen: str, browser: Browser, app_url: str) -> None:
    width, height, theme = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    path, answers, last = PAGES[name]
    visit(page, app_url, path, **answers)
    expect(page.locator(last)).to_be_attached()
    settle(page)
    seen = shrunk(still(page), WIDTH[screen])
    context.close()
    kept = KEPT / f"{name}-{screen}.png"
    if os.environ.get("RENEW_SNAPSHOTS"):
        KEPT.mkdir(exist_ok=True)
        seen.quantize(COLOURS).save(kept, optimize=True)
    share = differing(Image.open(kept).convert("RGB"), seen)
    assert share <= TOLERATED, f"{share:.1%} of the page looks different; renew with: make snapshots"


def still(page: Page) -> bytes:
    """Take pictures until two in a row are the same: fonts and charts arrive after the script has ended."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.evaluate("() => document.fonts.ready")
    before = b""
    for _ in range(60):
        now = page.screenshot(
            mask=[page.locator(MASKED), page.get_by_text("Saved in ")], animations="disabled", caret="hide"
        )
        if now == before:
            return now
        before = now
    raise AssertionError("the page does not come to rest")


def shrunk(picture: bytes, width: int) -> Image.Image:
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    return whole.resize((width, round(whole.height * width / whole.width)), Image.Resampling.BOX)


def differing(kept: Image.Image, seen: Image.Image) -> float:
    """Return the share of points that differ plainly; everything does where the sizes differ."""
    if kept.size != seen.size:
        return 1.0
    grey = ImageChops.difference(kept, seen).convert("L")
    plainly = sum(grey.histogram()[DIFFERS_FROM:])
    return plainly / (grey.width * grey.height)


@pytest.mark.parametrize("kept", sorted(KEPT.glob("*.png")), ids=lambda path: path.stem)
def test_a_missing_block_and_a_moved_page_are_seen(kept: Path) -> None:
    picture = Image.open(kept).convert("RGB")
    assert kept.stat().st_size < 60_000
    assert differing(picture, picture) == 0
    without = picture.copy()
    ground = picture.getpixel((1, picture.height - 1))
    ImageDraw.Draw(without).rectangle((0, 0, picture.width, picture.height // 2), fill=ground)
    assert differing(picture, without) > TOLERATED
    assert differing(picture, ImageChops.offset(picture, 0, 12)) > TOLERATED
