"""One app server and one Chromium for all browser tests; every page is watched for requests to other hosts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-11-22"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
QUIET_MS = 100


def chromium() -> str | None:
    """Give the Chromium of this machine; None lets Playwright use its own download."""
    named = os.environ.get("ADVISOR_CHROMIUM")
    return (
        named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
        assert server.poll() is None, log.read_text()
    raise AssertionError(log.read_text())


@contextmanager
def app_running(home: Path, *options: str, **environment: str) -> Iterator[str]:
    """Start the app with a library of its own in ``home``; gives its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        **os.environ,
        "ADVISOR_AS_OF": DAY,
        "ADVISOR_DATABASE_URL": f"sqlite:///{home / 'library.sqlite'}",
        "XDG_DATA_HOME": str(home),
        **environment,
    }
    log = home / "app.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            wait_until_up(url, server, log)
            yield url
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app_running(tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = watched(context)
    yield opened
    strangers = [address for address in opened.addresses if urlsplit(address).hostname != "127.0.0.1"]  # type: ignore[attr-defined]
    assert not strangers, f"the app asked other hosts: {strangers}"


def watched(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.addresses = []  # type: ignore[attr-defined]

    def note(address: str) -> None:
        if address.startswith(("http", "ws")):
            opened.addresses.append(address)  # type: ignore[attr-defined]

    opened.on("request", lambda request: note(request.url))
    opened.on("websocket", lambda socket_: note(socket_.url))
    return opened


def visit(page: Page, url: str, path: str = "", **answers: str) -> None:
    """Open a page of the app with answers in its address and wait until the server has drawn it."""
    page.goto(f"{url}/{path}" + (f"?{urlencode(answers)}" if answers else ""))
    settle(page)


def settle(page: Page) -> None:
    """Wait until the script has run to its end, and no other run has begun a moment later."""
    expect(page.locator(".stMainBlockContainer")).to_be_visible()
    idle = page.locator('.stApp[data-test-script-state="notRunning"]')
    expect(idle).to_be_attached()
    page.wait_for_timeout(QUIET_MS)
    expect(idle).to_be_attached()
