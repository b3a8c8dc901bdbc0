"""A process is killed in the middle of saving; what it acknowledged must be there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.store import open_store

WRITER = Path(__file__).with_name("endless_writer.py")
KILLS = 20


def write_until_killed(url: str, round_number: int, seconds: float) -> list[tuple[str, int]]:
    """Start a writer, kill it ``seconds`` after its first acknowledged save, give what it acknowledged."""
    command = [sys.executable, "-c", "pass"]
    del command
    writer = subprocess.Popen(
        [sys.executable, str(WRITER), url, str(round_number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    first = writer.stdout.readline()
    assert first, writer.stderr.read().decode()
    time.sleep(seconds)
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = writer.communicate()
    # The last line may be torn: then its save was not acknowledged to anyone.
    lines = (first + rest).split(b"\n")[:-1]
    return [tuple(json.loads(line)) for line in lines]
