"""The command line: the same verbs as the folders, ``--json`` for scripts, exit codes to rely on.

0 done, 1 the user's mistake or a failed gate, 2 wrong usage, 3 (recheck) a verdict changed.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

import typer
from pydantic import ValidationError
from rich.markup import escape

from advisor import __version__
from advisor.doors.cli.inputs import keep_inputs
from advisor.doors.cli.terminal import print_json, stderr
from advisor.errors import AdvisorError
from advisor.files import unusable

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
    "evaluate": ("evaluate",),
    "diagnose": ("diagnose",),
    "mcp": ("mcp",),
    "bakeoff": ("bakeoff",),
}

app = typer.Typer(
    name="advisor",
    help="Prompting, few-shot, RAG, fine-tuning, or RAG with fine-tuning: decide with evidence and costs, then build it and measure it.",
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
        help="Print the version and exit.",
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
            importlib.import_module(f"advisor.doors.cli.{area}").register(app)
    keep_inputs(app)
    return app


_REGISTERED: set[str] = set()


def main() -> None:
    """Run the command line; a user's mistake is three parts on stderr and exit code 1, never a traceback."""
    try:
        _run()
    except AdvisorError as error:
        _refuse(error)
    except BrokenPipeError:
        # The reader went away (advisor … | head): not our mistake, and nothing more to say.
        _silence_stdout()
        sys.exit(0)
    except OSError as error:
        _refuse(unusable(error, "standard output" if error.filename is None else str(error.filename)))
    except ValidationError as error:
        _refuse(_impossible(error))
    except RecursionError:
        _refuse(AdvisorError("the input is nested too deeply", place="input", remedy="Flatten it."))
    except KeyboardInterrupt:
        sys.exit(130)


def _impossible(error: ValidationError) -> AdvisorError:
    first = error.errors(include_url=False, include_input=False)[0]
    name = "-".join(str(step) for step in first["loc"]).replace("_", "-")
    return AdvisorError(
        first["msg"][:1].lower() + first["msg"][1:].rstrip("."),
        place=f"--{name}" if name else error.title,
        remedy="Use another value. --help explains the options.",
    )


def _run() -> None:
    try:
        build(sys.argv[1:])()
    finally:
        # A disk that is full shows only when the last bytes are written: before we leave, not after.
        sys.stdout.flush()


def _refuse(error: AdvisorError) -> NoReturn:
    try:
        report_error(error, as_json="--json" in sys.argv[1:])
        sys.stdout.flush()
    except OSError:
        _silence_stdout()
        report_error(error, as_json=False)
    sys.exit(1)


def _silence_stdout() -> None:
    # What could not be written is still in Python's buffer; at the end it would be tried, and complained about, again.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report_error(error: AdvisorError, *, as_json: bool) -> None:
    """Show an error: as one JSON object on stdout for scripts, in words on stderr for people."""
    if as_json:
        print_json({"error": error.as_dict()}, indent=None)
        return
    console = stderr()
    console.print(f"[bold red]{escape(error.place)}[/]: {escape(error.problem)}.", soft_wrap=True)
    console.print(f"  [dim]→[/] {escape(error.remedy)}", soft_wrap=True)
