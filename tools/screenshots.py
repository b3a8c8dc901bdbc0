"""Take the README's pictures from the running app, so that they stay true.

    python tools/screenshots.py [--out docs/img] [--bakeoffs DIR]

Starts the app on a fixed day with an empty library, visits pages with fixed answers, and writes one PNG per picture.
The picture of a bake-off needs a finished run: DIR is the parent of its folder (`python benchmarks/bakeoff_demo.py` makes one).
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
DAY = "2026-11-22"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
SUPPORT = {
    "knowledge_gap": "main",
    "behavior_gap": "some",
    "knowledge_change": "daily",
    "labelled_examples": "120",
    "title": "Support bot with a daily catalogue",
}
VOICE = {
    "knowledge_gap": "main",
    "behavior_gap": "main",
    "behaviors": "tone,vocabulary",
    "labelled_examples": "2000",
    "prompting_result": "nearly",
    "queries_per_day": "20000",
    "title": "Advice letters in the house voice",
}


@dataclass(frozen=True)
class Picture:
    """One file: which page, with which answers, how wide, in which theme."""

    name: str
    path: str
    answers: dict[str, str]
    width: int = 1280
    height: int = 900
    dark: bool = False
    way: str = ""
    """A choice on the page to take first."""


BAKEOFF = "bakeoff"
PICTURES = (
    Picture("start", "", {}),
    Picture("interview", "", SUPPORT, height=1100),
    Picture("interview-dark", "", SUPPORT, height=1100, dark=True),
    Picture("phone", "", SUPPORT, width=390, height=844),
    Picture("recommendation", "recommendation", VOICE, height=1500),
    Picture("costs", "costs", VOICE, height=1300),
    Picture(
        "compare", "compare", {**VOICE, "with": "now;knowledge_gap~none;labelled_examples~49"}, height=1200
    ),
    Picture("rulebook", "rulebook", {"find": "citations-favour-retrieval"}, height=1000),
    Picture(BAKEOFF, "evaluate", {}, height=1160, way="Bake-off"),
)


@contextmanager
def serving(bakeoffs: Path | None) -> Iterator[str]:
    """Start the app on a free port with an empty library; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "ADVISOR_AS_OF": DAY, "ADVISOR_DATABASE_URL": f"sqlite:///{home}/library.sqlite"}
        if bakeoffs is not None:
            env["ADVISOR_BAKEOFFS"] = str(bakeoffs)
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_up(url)
            yield url
        finally:
            server.terminate()
            server.wait(10)


def wait_until_up(url: str) -> None:
    """Wait for the app's own word that it is well."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  # our own address
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the app did not start")


def take(browser: Any, url: str, picture: Picture, out: Path) -> None:
    """Take one picture once the page stands still."""
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=size, color_scheme="dark" if picture.dark else "light")
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{url}/{picture.path}" + (f"?{urlencode(picture.answers)}" if picture.answers else ""))
    page.locator("h1, h2").first.wait_for()
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    if picture.way:
        page.get_by_role("radio", name=picture.way).click()
        page.locator(".adv-ship").wait_for()
    # Fields show a grey place until their code has arrived.
    page.wait_for_function("() => !document.querySelector('[data-testid=\"stSkeleton\"]')")
    # Charts draw themselves after the script has ended.
    page.wait_for_timeout(2500)
    page.screenshot(path=out / f"{picture.name}.png")
    context.close()


def main() -> None:
    """Take every picture, or the ones that are named."""
    from chromium import find
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="pictures to take; none: all")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument(
        "--bakeoffs", type=Path, help="folder with a finished bake-off in a folder of its own"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with serving(arguments.bakeoffs) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        for picture in PICTURES:
            there = picture.name != BAKEOFF or arguments.bakeoffs is not None
            if there and (not arguments.names or picture.name in arguments.names):
                take(browser, url, picture, arguments.out)
                print(arguments.out / f"{picture.name}.png")


if __name__ == "__main__":
    main()
