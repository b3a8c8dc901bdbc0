"""The command line: the same verbs as the folders, ``--json`` for scripts, exit codes to rely on.

0 done, 1 the user's mistake or a failed gate, 2 wrong usage, 3 (recheck) a verdict changed.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Final

import typer
from rich.console import Console

from advisor import __version__
from advisor.errors import AdvisorError

# One line per area: its module, and the commands that it adds. A named command loads its own area only.
AREAS: Final[dict[str, tuple[str, ...]]] = {
    "deciding": ("ask", "decide", "map"),
    "rulebook": ("rules",),
    "cost": ("cost", "prices"),
    "report": ("report", "app"),
    "library": ("recheck", "brief", "library"),
    "data": ("audit", "fix", "split", "augment"),
    "size": ("size",),
    "plan": ("plan",),
    "train": ("train",),
}

app = typer.Typer(
    name="advisor",
    help="Prompting, few-shot, RAG, fine-tuning or both: decide with reasons and costs, then do it.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    _version: bool = typer.Option(
        False,
        "--version",
        help="Print the version and leave.",
        is_eager=True,
        callback=_print_version,
    ),
) -> None:
    pass


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """Register the commands of the area that the first argument names, of every area where it names none."""
    named = [area for area, commands in AREAS.items() if arguments and arguments[0] in commands]
    for area in named or AREAS:
        if area not in _REGISTERED:
            _REGISTERED.add(area)
            importlib.import_module(f"advisor.cli.{area}").register(app)
    return app


_REGISTERED: set[str] = set()


def main() -> None:
    """Run the command line; a user's mistake is three parts on stderr and exit code 1, never a traceback."""
    try:
        build(sys.argv[1:])()
    except AdvisorError as error:
        report_error(error, as_json="--json" in sys.argv[1:])
        sys.exit(1)
    except BrokenPipeError:
        # The reader went away (advisor … | head): not our mistake, and nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def report_error(error: AdvisorError, *, as_json: bool) -> None:
    """Show an error: as one JSON object on stdout for scripts, in words on stderr for people."""
    if as_json:
        typer.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]{_plain(error.place)}[/]: {_plain(error.problem)}.")
    console.print(f"  [dim]→[/] {_plain(error.remedy)}")


def _plain(text: str) -> str:
    shown = "".join(char if char.isprintable() else "�" for char in text)
    return shown.replace("[", "\\[")
