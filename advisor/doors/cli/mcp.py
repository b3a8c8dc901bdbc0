"""``mcp``: the same verbs as tools for agents, over standard streams or on this machine over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from advisor.doors.cli.options import AsOfOption, RulesOption, catalog_of, day_of, stderr
from advisor.errors import AdvisorError, did_you_mean, missing_extra

TRANSPORTS = ("stdio", "http")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="mcp")(mcp)


def mcp(
    root: Annotated[
        list[Path] | None,
        typer.Option("--root", metavar="DIR", help="Folder whose files tools may read; may be repeated."),
    ] = None,
    allow_writes: Annotated[
        bool,
        typer.Option(
            "--allow-writes",
            help="Let tools write files inside the --root folders. Each call must be confirmed.",
        ),
    ] = False,
    allow_spending: Annotated[
        bool,
        typer.Option(
            "--allow-spending", help="Let tools start training, which can send rows and cost money."
        ),
    ] = False,
    library: Annotated[bool, typer.Option("--library", help="Let tools read saved assessments.")] = False,
    transport: Annotated[str, typer.Option(help="Transport: stdio, or http on this machine.")] = "stdio",
    address: Annotated[str, typer.Option(help="Loopback address for http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port for http.")] = 8765,
    rules: RulesOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Serve agents over the Model Context Protocol: tools, resources and prompts that use the same engine.

    Nothing is sent anywhere unless --allow-spending lets a tool start training at a provider. Without --root no file
    is read. Without --allow-writes no file is written. HTTP needs a token in ADVISOR_MCP_TOKEN.
    """
    _require(transport)
    from advisor.doors.mcp.house import House, granted
    from advisor.doors.mcp.server import build_server

    house = House(
        catalog_of(rules), granted(root or []), rules=rules, as_of=day_of(as_of) if as_of else None,
        writes=allow_writes, spends=allow_spending, library=library,
    )  # fmt: skip
    server = build_server(house)
    if transport == "stdio":
        server.run("stdio")
        return
    from advisor.doors.mcp.http import serve_http

    stderr().print(f"Advisor for agents: http://{address}:{port}/mcp", markup=False)
    serve_http(server, host=address, port=port)


def _require(transport: str) -> None:
    if transport not in TRANSPORTS:
        raise AdvisorError(
            f"there is no transport '{transport}'",
            place="--transport",
            remedy=did_you_mean(transport, TRANSPORTS),
        )
    try:
        import mcp as _  # noqa: F401
    except ImportError as error:
        raise missing_extra("mcp", "mcp", purpose="Serving agents") from error
