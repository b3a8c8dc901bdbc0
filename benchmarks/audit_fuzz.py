"""Fuzz the reader with coverage guidance for a bounded time: no input may raise anything but our own error, or hang.

Run: python benchmarks/audit_fuzz.py [SECONDS]   (needs the package atheris)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["advisor.data", "advisor.data.rows"]):
    from advisor.data.repair import mended
    from advisor.data.rows.formats import to_conversation
    from advisor.data.rows.sources import Broken, chunks, open_source, parse
    from advisor.errors import AdvisorError

NAMES = ("a.jsonl", "a.csv", "a.json", "a.jsonl.gz", "a.jsonl.zst", "a.txt")
FOLDER = tempfile.TemporaryDirectory(prefix="advisor-fuzz-")


def one_input(content: bytes) -> None:
    if not content:
        return
    path = Path(FOLDER.name) / NAMES[content[0] % len(NAMES)]
    path.write_bytes(content[1:])
    try:
        for chunk in chunks(open_source(path), size=64):
            for row, value in parse(chunk):
                if not isinstance(value, Broken):
                    mended(to_conversation(row, value).context)
    except AdvisorError as error:
        if not (error.problem and error.remedy):
            raise RuntimeError(str(error)) from error


def main() -> None:
    seconds = sys.argv[1] if len(sys.argv) > 1 else "60"
    seeds = Path(FOLDER.name) / "seeds"
    seeds.mkdir()
    (seeds / "chat").write_bytes(
        b'\x00{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]}\n'
    )
    (seeds / "pairs").write_bytes(b'\x01prompt,completion\n"a ""b""",c\n')
    (seeds / "array").write_bytes(
        b'\x02[{"conversations":[{"from":"human","value":"x"}]},{"contents":[{"role":"model","parts":[{"text":"y"}]}]}]'
    )
    atheris.Setup(
        [sys.argv[0], f"-max_total_time={seconds}", "-timeout=10", "-max_len=4096", str(seeds)], one_input
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
