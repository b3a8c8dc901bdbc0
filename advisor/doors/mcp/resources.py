"""What can be read: rules, questions, sources, cases, prices of a day and, where allowed, saved assessments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from pydantic import BaseModel

from advisor.cost.price_sheets import price_rows
from advisor.doors.mcp.house import House
from advisor.errors import AdvisorError, did_you_mean

JSON: Final = "application/json"


@dataclass(frozen=True)
class Shelf:
    """One kind of entries of the rulebook, by id."""

    title: str
    entries: Mapping[str, BaseModel]
    label: Callable[[Any], str]


def add_resources(server: MCPServer, house: House) -> None:
    """Add every resource; saved assessments only where the server may read them."""
    catalog = house.catalog
    shelves = {
        "rules": Shelf("The rules", catalog.rules, lambda rule: rule.title),
        "questions": Shelf(
            "The questions, each of which declares a fact", catalog.facts, lambda fact: fact.question
        ),
        "sources": Shelf("The bibliography", catalog.sources, lambda source: source.title),
        "cases": Shelf("Published cases", catalog.cases, lambda case: case.title),
    }
    for name, shelf in shelves.items():
        _add_shelf(server, name, shelf)
    server.resource(
        "advisor://prices/{day}", title="Prices of a day", mime_type=JSON,
        description="USD per million tokens of the shortlist on a day, YYYY-MM-DD.",
    )(partial_named("prices", _prices, house))  # fmt: skip
    if house.library:
        _add_library(server)


def _add_shelf(server: MCPServer, name: str, shelf: Shelf) -> None:
    whole, one = f"advisor://{name}", f"advisor://{name}/{{id}}"
    server.resource(whole, title=shelf.title, description=f"{shelf.title}: ids and titles.", mime_type=JSON)(
        partial_named(name, _listed, shelf)
    )
    server.resource(one, title=f"{shelf.title}, one by id", mime_type=JSON)(
        partial_named(f"{name}-entry", _entry, shelf)
    )


def partial_named(name: str, function: Callable[..., str], *given: Any) -> Callable[..., str]:
    """Bind the first arguments and name the result, as resources are listed by name."""
    bound = partial(function, *given)
    bound.__name__ = name  # type: ignore[attr-defined]
    bound.__doc__ = function.__doc__
    return bound


def _listed(shelf: Shelf) -> str:
    return _json(
        {"entries": [{"id": name, "title": shelf.label(one)} for name, one in shelf.entries.items()]}
    )


def _entry(shelf: Shelf, id: str) -> str:  # noqa: A002 - the name in the address
    if id not in shelf.entries:
        raise ResourceNotFoundError(f"there is no '{id[:200]}'. {did_you_mean(id, shelf.entries)}")
    return shelf.entries[id].model_dump_json(by_alias=True)


def _prices(house: House, day: str) -> str:
    try:
        when = date.fromisoformat(day)
        rows = price_rows(house.catalog, when)
    except ValueError:
        raise ResourceNotFoundError(f"'{day[:40]}' is not a day. Write it as 2026-11-26.") from None
    except AdvisorError as error:
        raise ResourceError(str(error)) from error
    listed = [row.model_dump(mode="json") for row in rows]
    return _json({"as_of": day, "unit": "USD per 1M tokens", "models": listed})


def _add_library(server: MCPServer) -> None:
    server.resource("advisor://assessments", title="Saved assessments", mime_type=JSON)(_assessments)
    server.resource("advisor://assessments/{id}", title="A saved assessment", mime_type=JSON)(_assessment)


def _assessments() -> str:
    """List saved assessments that are not archived."""
    from advisor.share.store import open_store

    return _asked(lambda: {"entries": [one.model_dump(mode="json") for one in open_store().list()]})


def _assessment(id: str) -> str:  # noqa: A002 - the name in the address
    """Show the newest revision of a saved assessment."""
    from advisor.share.store import open_store

    return _asked(lambda: open_store().get(id).model_dump(mode="json", by_alias=True))


def _asked(read: Callable[[], dict[str, Any]]) -> str:
    try:
        return _json(read())
    except AdvisorError as error:
        raise ResourceError(str(error)) from error


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
