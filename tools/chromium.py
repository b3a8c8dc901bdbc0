"""Print the path of a Chromium for the browser tests; get one where none is found, or say how and fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Give the first Chromium that is named by the environment, on the PATH, or was got by Playwright."""
    named = os.environ.get("ADVISOR_CHROMIUM")
    if named and Path(named).is_file():
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    return _of_playwright()


def _of_playwright() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def get() -> None:
    """Try Playwright's own download, then, as root, Debian's package."""
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        commands += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for command in commands:
        print("trying:", " ".join(command[-4:]), file=sys.stderr)
        subprocess.run(command, check=False, stdout=sys.stderr, timeout=900)
        if find():
            return


def main() -> int:
    """Print the path, or what to run by hand."""
    if not find():
        get()
    found = find()
    if found is None:
        print("The browser tests need Chromium. Install it with: apt-get install chromium", file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
