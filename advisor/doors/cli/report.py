"""``report`` and ``app``: documents to hand on, and the app in the browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.doors.cli.options import (
    AsOfOption,
    JsonOption,
    RulesOption,
    catalog_of,
    day_of,
    print_json,
    situation_of,
    stderr,
)
from advisor.errors import AdvisorError, did_you_mean

if TYPE_CHECKING:
    from advisor.advice import Advice
    from advisor.catalog import Catalog
    from advisor.scenario import Situation
    from advisor.share.report import Format


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command(name="app")(app_)


def report(
    file: Annotated[Path, typer.Argument(help="Answers file or JSON report; - for standard input.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="Report to write: .md, .html, .pdf, .json or .adr.md; - for standard output."
        ),
    ] = None,
    fmt: Annotated[
        str | None, typer.Option("--format", help="md, html, pdf, json or adr (default: from the file name).")
    ] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Write HTML with interactive charts (adds 5 MB).")
    ] = False,
    measured: Annotated[
        list[Path] | None,
        typer.Option(
            "--measured",
            metavar="RUN",
            help="Comparison to include: the JSON of `evaluate`, or a run's folder.",
        ),
    ] = None,
    as_json: JsonOption = False,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write a report: recommendation, reasons with sources, what would change it, costs, roadmap.

    OUT's file name sets the format. The same answers, rules and day produce the same file, byte for byte.
    """
    from advisor.advice import advise
    from advisor.files import write_bytes
    from advisor.share.report import FORMATS, render

    catalog = catalog_of(rules)
    chosen = _format(fmt or ("json" if as_json and out is None else ""), out)
    advice = _earlier(file)
    if advice is None or measured:
        situation = advice.situation if advice else situation_of(file, catalog)
        advice = advise(_with(situation, measured or [], catalog), catalog, as_of=day_of(as_of))
    content = render(advice, catalog, chosen, interactive=interactive)
    if out is None or str(out) == "-":
        sys.stdout.buffer.write(content)
        return
    write_bytes(out, content, shared=True)
    if as_json:
        print_json({"written": str(out), "format": chosen, "bytes": len(content)})
    else:
        stderr().print(f"{FORMATS[chosen].title}: {out} ({len(content):,} bytes)", markup=False)


def _with(situation: Situation, runs: list[Path], catalog: Catalog) -> Situation:
    from advisor.evaluate.reading import read_run
    from advisor.scenario import with_measured

    for run in runs:
        situation, _ = with_measured(situation, read_run(run), catalog)
    return situation


def _earlier(file: Path) -> Advice | None:
    """Return the advice of a JSON report; None where the file is something else, such as answers."""
    from advisor.share.report import read_advice
    from advisor.share.report.exchange import FORMAT, MAX_BYTES

    if file.suffix.lower() != ".json" or not file.is_file() or file.stat().st_size > MAX_BYTES:
        return None
    text = file.read_text(encoding="utf-8", errors="replace")
    return read_advice(text, place=str(file)) if f'"{FORMAT}"' in text else None


def _format(named: str, out: Path | None) -> Format:
    from advisor.share.report import FORMATS

    if named:
        if named not in FORMATS:
            raise AdvisorError(
                f"there is no format '{named}'", place="--format", remedy=did_you_mean(named, FORMATS)
            )
        return named
    name = out.name.lower() if out else ""
    # The longest ending first: .adr.md is not .md.
    for fmt, info in sorted(FORMATS.items(), key=lambda item: -len(item[1].ending)):
        if name.endswith(info.ending):
            return fmt
    endings = ", ".join(info.ending for info in FORMATS.values())
    raise AdvisorError(
        "no report format is named" if not out else f"'{out.name}' has no ending that names a format",
        place="-o",
        remedy=f"Name a file with -o that ends in one of {endings}, or add --format.",
    )


def app_(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on. Any address other than 127.0.0.1 lets others in.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="Host name to accept besides this machine's own; may be repeated.",
        ),
    ] = None,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Start the app and print its address."""
    if rules:
        catalog_of(rules)
        os.environ["ADVISOR_RULES"] = str(rules)
    if as_of:
        os.environ["ADVISOR_AS_OF"] = str(day_of(as_of))
    script = _app_script()
    stderr().print(f"Advisor: http://{address}:{port}", markup=False)
    options = ["--server.port", str(port), "--server.address", address]
    for name in _names(address, allow_host or []):
        options += ["--server.allowedHosts", name]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(script), *options])  # noqa: S606


def _names(address: str, more: list[str]) -> list[str]:
    """Return the names that the app answers to: this machine's own, the address it listens on, and those told."""
    anywhere = ("0.0.0.0", "::")  # noqa: S104 not listened on here: told apart from an address that is a name
    own = ["127.0.0.1", "localhost", "::1", *([] if address in anywhere else [address])]
    return list(dict.fromkeys([*own, *more]))


def _app_script() -> Path:
    """Return the start of the app: the wheel's own, or the checkout's; its settings lie beside it."""
    package = Path(__file__).resolve().parents[2]
    packed = package / "_app.py"
    return packed if packed.is_file() else package.parent / "app.py"
