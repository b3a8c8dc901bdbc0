"""Answers of any system brought into one frame: files of rows, logs of inspect, results of promptfoo."""

from __future__ import annotations

from pathlib import Path

from advisor.evaluate.answers.arm import Arm
from advisor.evaluate.answers.inspect_log import is_inspect_log, read_inspect_log
from advisor.evaluate.answers.promptfoo import is_promptfoo, read_promptfoo
from advisor.evaluate.answers.rows import read_rows


def read_arms(name: str, path: Path) -> list[Arm]:
    """Read one file as one arm, or as several where it holds the answers of several systems.

    Raises:
        AdvisorError: The file cannot be read, or its rows hold no answers.
    """
    if is_inspect_log(path):
        return [read_inspect_log(name, path)]
    if is_promptfoo(path):
        return read_promptfoo(name, path)
    return [read_rows(name, path)]


__all__ = ["Arm", "read_arms"]
