"""A scripted client: the official one, in this process or against a server that was started."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from advisor.catalog import load_catalog
from advisor.doors.mcp.house import House, granted
from advisor.doors.mcp.server import build_server
from advisor.net import finish

DAY = date(2026, 11, 26)
ANSWERS = {"knowledge_gap": "main", "knowledge_change": "daily", "queries_per_day": 5000}
Script = Callable[[Client], Awaitable[Any]]


def house(*roots: Path, **allowed: Any) -> House:
    return House(load_catalog(), granted(roots), as_of=DAY, **allowed)


def talk(place: House, script: Script) -> Any:
    """Run a script against a server in this process."""

    async def session() -> Any:
        async with Client(build_server(place)) as client:
            return await script(client)

    return finish(session())


def call(place: House, tool: str, **arguments: Any) -> Any:
    return talk(place, lambda client: client.call_tool(tool, arguments))


def command(*options: str) -> StdioServerParameters:
    start = ["-m", "advisor", "mcp", "--as-of", DAY.isoformat(), *options]
    return StdioServerParameters(command=sys.executable, args=start)


def training_file(folder: Path, rows: int = 60, name: str = "train.jsonl") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8") as stream:
        for number in range(rows):
            asked = f"How do I reset device {number} of series {number * 7 % 13}?"
            told = f"Hold button {number % 9} for {number + 3} seconds until lamp {number % 5} turns green."
            row = {
                "messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": told}],
            }
            stream.write(json.dumps(row) + "\n")
    return path


def answers_file(folder: Path, name: str, right: int, rows: int = 40) -> Path:
    path = folder / name
    lines = [
        json.dumps({"id": str(number), "answer": "yes" if number < right else "no"}) for number in range(rows)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def references_file(folder: Path, rows: int = 40) -> Path:
    path = folder / "references.jsonl"
    lines = [json.dumps({"id": str(number), "reference": "yes"}) for number in range(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def every_tool(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """One call of each tool that a server with writing, without spending, has; files lie in ``folder``."""
    training_file(folder)
    answers_file(folder, "a.jsonl", 30)
    answers_file(folder, "b.jsonl", 20)
    references_file(folder)
    arms = {"a": "a.jsonl", "b": "b.jsonl"}
    return [
        ("interview", {"answers": {}}),
        ("decide", {"answers": ANSWERS}),
        ("what_would_change_it", {"answers": ANSWERS}),
        ("explain_rule", {"rule": "a-thousand-examples-favour-tuning"}),
        ("similar_cases", {"answers": ANSWERS}),
        ("cost", {"answers": ANSWERS, "draws": 50}),
        ("compare_models", {"answers": ANSWERS}),
        ("size", {"model": "llama-3.1-8b", "serve_requests": 4}),
        ("audit", {"data": "train.jsonl"}),
        ("plan", {"data": "train.jsonl", "model": "qwen3-8b"}),
        ("evaluate", {"arms": arms, "references": "references.jsonl"}),
        ("diagnose", {"train": "train.jsonl", "production": "train.jsonl"}),
        ("split", {"data": "train.jsonl", "folder": "sides", "confirm": True}),
        (
            "write_training_bundle",
            {"data": "train.jsonl", "folder": "bundle", "model": "qwen3-8b", "confirm": True},
        ),
    ]
