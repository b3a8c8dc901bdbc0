"""Measure the app as people meet it: start, answer to updated recommendation, forty people at once.

Peer: a hello-world Streamlit app in the same run, on the same machine, by the same means. Goals on two idle cores:
answer to updated recommendation p95 under 300 ms; 40 sessions with 10 s think time p95 under 400 ms, no error.

    python benchmarks/app.py [--sessions 40] [--minutes 1.5] [--answers 40]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DAY = "2026-11-22"
THINK_SECONDS = 10.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
HELLO = """import streamlit as st
st.title("Hello")
name = st.query_params.get("n", "0")
st.button("Next", on_click=lambda: st.query_params.update({"n": str(int(name) + 1)}))
st.header(f"Step {name}")
"""
STEPS = (
    {"knowledge_gap": "main"},
    {"behavior_gap": "some"},
    {"knowledge_change": "daily"},
    {"labelled_examples": "200"},
    {"needs_citations": "true"},
    {"queries_per_day": "5000"},
    {"prompting_result": "nearly"},
)


@dataclass
class Server:
    """A running app."""

    url: str
    process: subprocess.Popen[bytes]
    started: float

    def rss_mib(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass
class Load:
    """What many sessions saw."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def serving(script: Path, home: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "ADVISOR_AS_OF": DAY, "ADVISOR_DATABASE_URL": f"sqlite:///{home}/library.sqlite"}
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    options += ["--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    started = time.perf_counter()
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    process = subprocess.Popen(
        command, cwd=script.parent, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    server = Server(f"http://127.0.0.1:{port}", process, started)
    try:
        wait_until_up(server)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def wait_until_up(server: Server) -> None:
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the app did not start")


# --- one person in a browser ---------------------------------------------------------------------------


def in_browser(
    server: Server, *, ready: str, asks: str, answer: str, changed: str, times: int
) -> tuple[float, list[float]]:
    """Give seconds from starting the process to the first usable paint, and seconds per answer."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = os.environ.get("ADVISOR_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(server.url)
        page.locator(ready).first.wait_for()
        paint = time.perf_counter() - server.started
        waits = [one_answer(page, f"{server.url}/{asks}", answer, changed) for _ in range(times)]
        browser.close()
    return paint, waits[2:]


def one_answer(page: Any, url: str, answer: str, changed: str) -> float:
    """Click an answer and give the seconds until its effect is on the screen, by the browser's own clock."""
    if page.locator(answer).count() == 0:
        page.goto(url)
        page.locator(answer).first.wait_for()
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(300)
    script = """([answer, changed]) => new Promise(done => {
        const text = () => [...document.querySelectorAll(changed)].map(e => e.innerText).join("|");
        const before = text(), start = performance.now();
        const look = () => text() && text() !== before
            ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
        document.querySelector(answer).click();
        look();
    })"""
    return float(page.evaluate(script, [answer, changed])) / 1000


# --- many people at once -------------------------------------------------------------------------------


def many(server: Server, *, sessions: int, seconds: float, steps: tuple[dict[str, str], ...]) -> Load:
    load, until = Load(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=person, args=(server, number, until, steps, load))
        for number in range(sessions)
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.15)
    for thread in threads:
        thread.join()
    return load


def person(server: Server, number: int, until: float, steps: tuple[dict[str, str], ...], load: Load) -> None:
    """One visitor over the real socket: load the page, then answer and think, over and over."""
    from websockets.sync.client import connect

    random_ = random.Random(number)
    try:
        address = server.url.replace("http", "ws") + "/_stcore/stream"
        with connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=60) as channel:
            rerun(channel, {})
            given: dict[str, str] = {}
            while time.monotonic() < until:
                time.sleep(random_.expovariate(1 / THINK_SECONDS))
                given = {} if len(given) >= len(steps) else given | steps[len(given)]
                load.seconds.append(rerun(channel, given))
    except Exception as error:  # noqa: BLE001  # every failure counts, whatever it is
        load.errors.append(repr(error)[:200])


def rerun(channel: Any, query: dict[str, str]) -> float:
    """Ask for a run with these answers in the address; gives the seconds until it has ended."""
    from urllib.parse import urlencode

    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    message = BackMsg()
    message.rerun_script.query_string = urlencode(query)
    started = time.perf_counter()
    channel.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(channel.recv(timeout=60))
        if answer.WhichOneof("type") == "script_finished":
            return time.perf_counter() - started
        if (
            answer.WhichOneof("type") == "delta"
            and answer.delta.new_element.WhichOneof("type") == "exception"
        ):
            raise RuntimeError(answer.delta.new_element.exception.message)


# --- the table -----------------------------------------------------------------------------------------


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def measure(name: str, script: Path, home: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    advisor = name == "Advisor"
    steps = STEPS if advisor else tuple({"n": str(n)} for n in range(1, 8))
    marks = (
        {
            "ready": ".st-key-facts button",
            "asks": "?knowledge_gap=main",
            "answer": ".st-key-answers .stButton button",
            "changed": ".st-key-card h2, .adv-shares",
        }
        if advisor
        else {"ready": "h2", "asks": "", "answer": ".stButton button", "changed": "h2"}
    )
    with serving(script, home) as server:
        paint, waits = in_browser(server, **marks, times=arguments.answers)
        before = server.rss_mib()
        load = many(server, sessions=arguments.sessions, seconds=arguments.minutes * 60, steps=steps)
        after = server.rss_mib()
    return {
        "paint": paint,
        "p50": statistics.median(waits) * 1000,
        "p95": quantile(waits, 0.95) * 1000,
        "load_p50": quantile(load.seconds, 0.5) * 1000,
        "load_p95": quantile(load.seconds, 0.95) * 1000,
        "runs": len(load.seconds),
        "errors": len(load.errors),
        "rss": before,
        "per_session": (after - before) / arguments.sessions,
        "first_error": load.errors[0] if load.errors else "",
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=1.5)
    parser.add_argument("--answers", type=int, default=40)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, encoding="utf-8")
        results = {
            "Advisor": measure("Advisor", ROOT / "app.py", Path(folder), arguments),
            "hello-world": measure("hello-world", hello, Path(folder), arguments),
        }
    rows = (
        ("process start to first usable paint, s", "paint", ".2f"),
        ("answer to updated page, p50, ms", "p50", ".0f"),
        ("answer to updated page, p95, ms", "p95", ".0f"),
        (f"{arguments.sessions} sessions, run p50, ms", "load_p50", ".0f"),
        (f"{arguments.sessions} sessions, run p95, ms", "load_p95", ".0f"),
        ("runs under load", "runs", "d"),
        ("errors", "errors", "d"),
        ("memory before load, MiB", "rss", ".0f"),
        ("memory per session, MiB", "per_session", ".2f"),
    )
    print(
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; think time {THINK_SECONDS:.0f} s\n"
    )
    print(f"{'':44}{'Advisor':>12}{'hello-world':>14}")
    for title, key, form in rows:
        print(f"{title:44}{results['Advisor'][key]:>12{form}}{results['hello-world'][key]:>14{form}}")
    for name, result in results.items():
        if result["first_error"]:
            print(f"{name}: {result['first_error']}")


if __name__ == "__main__":
    main()
