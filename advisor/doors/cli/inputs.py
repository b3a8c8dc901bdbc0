"""The files that a command reads are kept while it runs: no output of it may replace one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand

from advisor.files import keeping, refuse_kept

OUTPUTS: Final = frozenset({"out", "output", "write_answers", "save_baseline", "patch", "apply", "report"})
"""Parameters that name what a command writes."""
UPDATED: Final = frozenset({"answers", "baseline", "journal"})
"""Parameters whose file a command may read and write again: it adds to what is there."""


class KeepingCommand(TyperCommand):
    """A command that cannot overwrite what it reads."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command while the files that it was told to read are kept; refuse before it reads or asks."""
        with keeping(*_inputs(ctx.params)):
            for name in OUTPUTS & ctx.params.keys():
                if isinstance(ctx.params[name], Path):
                    refuse_kept(ctx.params[name])
            return super().invoke(ctx)


def keep_inputs(app: typer.Typer) -> None:
    """Let every command of ``app`` and of its groups keep its inputs."""
    for command in app.registered_commands:
        command.cls = KeepingCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            keep_inputs(group.typer_instance)


def _inputs(given: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in given.items():
        if name not in OUTPUTS | UPDATED:
            yield from _files(value)


def _files(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, str):
        # NAME=FILE is how `evaluate` is told of answers.
        yield from (Path(text) for text in (value, value.partition("=")[2]) if text)
    elif isinstance(value, Iterable):
        for one in value:
            yield from _files(one)
