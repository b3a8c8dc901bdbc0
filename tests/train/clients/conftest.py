"""Services on loopback: a stateful mock of OpenAI's API with faults on demand, and a contract checker.

Both are Node packages; they are installed once into a cache folder, and the tests are skipped without npm.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import platformdirs
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """Install the packages of package.json once for all runs and workers."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = Path(
        os.environ.get("ADVISOR_TEST_NODE") or platformdirs.user_cache_path("advisor-tests") / "node"
    )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (HERE / "package.json").read_text()
        installed = folder / "package.json"
        if not installed.exists() or installed.read_text() != wanted:
            (folder / "package.json").write_text(wanted)
            done = subprocess.run(
                ["npm", "install", "--no-fund", "--no-audit"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                installed.unlink()
                pytest.skip(f"npm could not install the services: {done.stderr[-300:]}")
    return folder


@contextmanager
def running(command: list[str], port: int, probe: str) -> Iterator[str]:
    """Run a server until the block ends; it is ready when `probe` is answered at all."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}{probe}", process)
            yield address
        finally:
            process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            httpx2.get(url, timeout=2)
        except httpx2.HTTPError:
            assert process.poll() is None, "the service ended at its start"
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing answers at {url}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Mock:
    """OpenAI's API with state; faults are switched on and off while it runs."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    def faults(self, **rates: float) -> None:
        """Set the probability of each kind of fault; none of them without arguments."""
        if rates:
            httpx2.post(f"{self.address}/__aimock/chaos", json=rates).raise_for_status()
        else:
            httpx2.delete(f"{self.address}/__aimock/chaos")

    def jobs(self) -> list[dict[str, object]]:
        return list(httpx2.get(f"{self.base_url}/fine_tuning/jobs").json()["data"])

    def files(self) -> list[dict[str, object]]:
        return list(httpx2.get(f"{self.base_url}/files").json()["data"])


@pytest.fixture
def mock(node_folder: Path, tmp_path: Path) -> Iterator[Mock]:
    """A fresh aimock."""
    (tmp_path / "fixtures.json").write_text(
        '{"fixtures": [{"match": {"userMessage": "x"}, "response": {"content": "y"}}]}'
    )
    port = free_port()
    program = str(node_folder / "node_modules" / ".bin" / "llmock")
    command = [
        program,
        "--port",
        str(port),
        "--fixtures",
        str(tmp_path / "fixtures.json"),
        "--log-level",
        "silent",
    ]
    with running(command, port, "/v1/models") as address:
        yield Mock(address)


@pytest.fixture
def prism(node_folder: Path, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """A contract checker over the shapes of the official client; refuses every request that breaks them."""
    from openai_contract import write_contract

    contract = write_contract(tmp_path / "openai.json")
    port = free_port()
    program = str(node_folder / "node_modules" / ".bin" / "prism")
    command = [program, "mock", "--errors", "--port", str(port), "--host", "127.0.0.1", str(contract)]
    with running(command, port, "/files") as address:
        yield address
