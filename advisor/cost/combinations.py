"""The answers that allow or exclude models, as numbered combinations, so that a million rows are judged by look-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl

from advisor.cost.allowed import FACTS, model_allowed, route_allowed

if TYPE_CHECKING:
    from advisor.catalog import Catalog


def options_of(catalog: Catalog) -> list[tuple[Any, ...]]:
    """Return the options of each fact in ``FACTS``, in its order."""
    return [_options(name, catalog) for name in FACTS]


def _options(name: str, catalog: Catalog) -> tuple[Any, ...]:
    fact = catalog.facts.get(name)
    if fact is None:
        return ()
    return (True, False) if fact.type == "boolean" else fact.option_ids


def combinations(catalog: Catalog) -> list[tuple[Any, ...]]:
    """Return every combination of the answers, None for an open one, in the order that ``positions`` counts in."""
    return list(product(*[(*option, None) for option in options_of(catalog)]))


def positions(frame: pl.DataFrame, catalog: Catalog) -> pl.Series:
    """Return for each row the number of its combination."""
    index = pl.lit(0, dtype=pl.UInt32)
    for name, option in zip(FACTS, options_of(catalog), strict=True):
        code = _code(name, option, frame).fill_null(len(option))
        index = index * (len(option) + 1) + code
    found = frame.select(index.cast(pl.UInt32).alias("index"))["index"]
    return found if found.len() == frame.height else found.new_from_index(0, frame.height)


def _code(name: str, options: Sequence[Any], frame: pl.DataFrame) -> pl.Expr:
    if name not in frame.columns or not options:
        return pl.lit(None, dtype=pl.UInt32)
    if isinstance(options[0], str) and frame.schema[name] == pl.Enum(options):
        return pl.col(name).to_physical().cast(pl.UInt32)
    return pl.col(name).replace_strict(
        dict(zip(options, range(len(options)), strict=True)), default=None, return_dtype=pl.UInt32
    )


@lru_cache(maxsize=16)
def allowed_table(catalog: Catalog, day: date) -> pl.DataFrame:
    """Return one row per combination and one column per model and route: whether the answers do not exclude it.

    Models that have ended and routes that may not be assumed are left out.
    """
    market = catalog.market
    models = {name: model for name, model in market.models.items() if not _ended(model, day)}
    routes = {name: route for name, route in market.tuning.items() if route.assumable}
    rows = []
    for combination in combinations(catalog):
        facts = dict(zip(FACTS, combination, strict=True))
        row = {
            f"model {name}": model_allowed(model, facts, market) is not False
            for name, model in models.items()
        }
        row |= {f"route {n}": route_allowed(r, facts, market, day) is not False for n, r in routes.items()}
        rows.append(row)
    return pl.DataFrame(rows)


def _ended(model: Any, day: date) -> bool:
    return model.retires is not None and model.retires.on <= day
