"""LiteLLM's bundled price table, read from its wheel as data: prices, windows and ends beside ours."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from advisor.catalog.market import Market, MarketModel
from advisor.cost.offers import Offer, quote
from advisor.cost.price_checks import TOLERANCE, PriceDifference
from advisor.cost.price_library import Quote
from advisor.errors import AdvisorError, missing_extra

if TYPE_CHECKING:
    from advisor.catalog import Catalog

NAME: Final = "LiteLLM"
FILE: Final = "model_prices_and_context_window_backup.json"
PREFIXES: Final = {
    # provider in our market: the names under which the table may know its models, first found wins
    "openai": ("{ref}",),
    "anthropic": ("{ref}",),
    "google": ("gemini/{ref}",),
    "mistral": ("mistral/{ref}",),
    "deepseek": ("deepseek/{ref}",),
    "together": ("together_ai/{ref}",),
    "fireworks": ("fireworks_ai/{ref}",),
    "groq": ("groq/{ref}",),
    "aws": ("{ref}",),
    "x-ai": ("xai/{ref}",),
    "zai": ("zai/{lower}",),
    "moonshotai": ("moonshot/{ref}",),
    "minimax": ("minimax/{ref}",),
    "cerebras": ("cerebras/{ref}",),
    "cohere": ("{ref}", "command-a-03-2025"),
}
CLOUDS: Final = {"azure": "azure/{ref}", "vertex": "vertex_ai/{ref}"}
"""Where a tuning backend is a cloud, the name of its own copy of the base model, whose end is the tune's."""
FIELDS: Final = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache read": "cache_read_input_token_cost",
}


@lru_cache(maxsize=1)
def second_table() -> Mapping[str, Mapping[str, Any]]:
    """Read the table of the installed wheel; the package itself is never imported.

    Raises:
        AdvisorError: The package is not installed, or has no such table.
    """
    found = importlib.util.find_spec("litellm")
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        raise missing_extra("litellm", "prices", purpose="Comparing with a second price table")
    path = Path(folders[0]) / FILE
    if not path.is_file():
        raise AdvisorError(
            "this version of litellm carries no price table",
            place=str(path),
            remedy="Install litellm 1.110 or later.",
        )
    table: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return table


def table_version() -> str:
    """Return the installed version of the table."""
    return importlib.metadata.version("litellm")


def table_differences(catalog: Catalog, day: date) -> list[PriceDifference]:
    """Compare prices, windows and ends of every listed model and tuning route with the table, figure by figure."""
    return [*_models(catalog, day), *_routes(catalog.market, day)]


def entry_of(model: MarketModel) -> Mapping[str, Any] | None:
    """Find the table's entry for one of our models; None where it has none."""
    names = PREFIXES.get(model.provider, ())
    spelled = (name.format(ref=model.price_ref, lower=model.price_ref.lower()) for name in names)
    table = second_table()
    return next((table[name] for name in spelled if name in table), None)


def _models(catalog: Catalog, day: date) -> Iterator[PriceDifference]:
    for name, model in catalog.market.models.items():
        theirs = entry_of(model)
        if theirs is None:
            if not _ended(model, day):
                yield PriceDifference(
                    entry=name, what="any price", ours=None, library=None, day=day, table=NAME
                )
            continue
        yield from _prices(name, model, theirs, catalog.market, day)
        yield from _end(name, model.retires.on if model.retires else None, theirs, day)


def _prices(
    name: str, model: MarketModel, theirs: Mapping[str, Any], market: Market, day: date
) -> Iterator[PriceDifference]:
    try:
        ours: Quote | None = quote(Offer(name, model, listed=True), market, day)
    except AdvisorError:
        ours = None
    if ours is None or _ended(model, day):
        return
    tier = ours.tiers[0]
    figures = {"input": tier.input, "output": tier.output}
    figures |= {"cache read": tier.cache_read} if ours.has_cache_price else {}
    for what, value in figures.items():
        other = theirs.get(FIELDS[what])
        known = None if other is None else float(other) * 1e6
        if known is not None and abs(known - value) > TOLERANCE * max(1.0, value) * 1e3:
            yield PriceDifference(entry=name, what=what, ours=value, library=known, day=day, table=NAME)


def _ended(model: MarketModel, day: date) -> bool:
    return model.retires is not None and model.retires.on <= day


def _routes(market: Market, day: date) -> Iterator[PriceDifference]:
    for name, route in market.tuning.items():
        spelled = CLOUDS.get(route.backend, "").format(ref=market.models[route.base].price_ref)
        theirs = second_table().get(spelled)
        if theirs is None:
            continue
        # The base's end at a cloud is the end of training there, and of answers where nothing else is said.
        end = route.training_until or route.retires or market.models[route.base].retires
        yield from _end(name, end.on if end else None, theirs, day)


def _end(name: str, ours: date | None, theirs: Mapping[str, Any], day: date) -> Iterator[PriceDifference]:
    said = theirs.get("deprecation_date")
    other = date.fromisoformat(said) if said else None
    if other != ours and other is not None:
        yield PriceDifference(
            entry=name, what="end", ours=None, library=None, day=day, table=NAME, days=(ours, other)
        )
