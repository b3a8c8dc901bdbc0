"""Limits that are missed in, what else would keep them out: a classifier, another model, an index, or another limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

import polars as pl

from advisor.catalog import Catalog
from advisor.cost.costed import costed_rows
from advisor.cost.quantities import served_by
from advisor.decide.limits.judging import reads_whole
from advisor.decide.limits.records import Alternative, Limit

LABELS = ("behaviors.taxonomy", "behaviors.extraction")
"""Answers that an encoder can give: a class, or spans of the text."""


def alternatives(
    frame: pl.DataFrame, table: pl.DataFrame, found: Sequence[Limit], catalog: Catalog, day: date
) -> tuple[Alternative, ...]:
    """Return what would keep the limits that some strategy misses, best first; nothing where nothing is missed."""
    missed = {limit.what for limit in found if limit.state == "missed"}
    if not missed:
        return ()
    row = frame.row(0, named=True)
    listed = [*_classifier(row, missed, catalog, day), *_faster(frame, table, missed, catalog, day)]
    listed += [*_window(missed), *_hosting(missed), *_training(missed)]
    return tuple(listed)


def _classifier(
    row: Mapping[str, Any], missed: AbstractSet[str], catalog: Catalog, day: date
) -> Iterator[Alternative]:
    only_labels = any(row.get(name) for name in LABELS) and reads_whole(row)
    if not only_labels or not missed & {"time", "hosting", "budget", "kind of model"}:
        return
    network, one = (
        catalog.parameter("latency.network_ms", day),
        catalog.parameter("latency.classifier_ms", day),
    )
    median, slow = network.number + one.number, network.range[2] + one.range[2]
    least = catalog.parameter("decision.viable_examples", day).number
    have = row.get("labelled_examples")
    rows = "how many labelled examples there are is not said" if have is None else f"there are {have:,.0f}"
    budget = row.get("latency_budget_ms")
    keeps = tuple(what for what in ("time", "hosting", "kind of model") if what in missed)
    in_time = budget is None or median <= budget
    yield Alternative(
        title="A tuned encoder or classifier instead of a language model",
        because=(
            f"The answer is a class or a span, which an encoder gives in about {median:,.0f} ms "
            f"(95% within {slow:,.0f} ms); it wants some {least:,.0f} labelled examples or more, and {rows}."
        ),
        p50_ms=median,
        p95_ms=slow,
        usd_per_month=catalog.parameter("limits.classifier_usd_per_month", day).number,
        keeps=keeps if in_time else tuple(what for what in keeps if what != "time"),
    )


def _faster(
    frame: pl.DataFrame, table: pl.DataFrame, missed: AbstractSet[str], catalog: Catalog, day: date
) -> Iterator[Alternative]:
    if "time" not in missed:
        return
    budget = float(frame["latency_budget_ms"][0])
    late = set(table.filter((pl.col("what") == "time") & (pl.col("state") == "missed"))["model"])
    fast = _fastest(frame, table, catalog, day)
    if fast is None:
        return
    model, strategy, median, slow, usd = fast
    listed = catalog.market.tuning if strategy == "fine_tuning" else catalog.market.models
    name = listed[model].label if model in listed else model
    if model not in late:
        yield Alternative(
            title=name,
            because=f"The fastest that the answers allow: median {median:,.0f} ms, 95% within {slow:,.0f} ms.",
            p50_ms=median,
            p95_ms=slow,
            usd_per_month=usd,
            keeps=("time",) if slow <= budget else (),
        )
    if slow > budget:
        yield Alternative(
            title=f"A time limit of {_round_up(slow):,.0f} ms instead of {budget:,.0f} ms",
            because=f"Then {name} keeps it in 95 of 100 answers.",
            keeps=("time",),
        )


def _fastest(
    frame: pl.DataFrame, table: pl.DataFrame, catalog: Catalog, day: date
) -> tuple[str, str, float, float, float | None] | None:
    """Return model, strategy, median, 95th percentile and USD a month of what answers soonest among the allowed."""
    barred = {
        "place of the data",
        "kind of model",
        "vendor",
        "hosting",
        "training",
        "window",
        "permission to train",
    }
    out = table.filter(pl.col("what").is_in(barred) & (pl.col("state") == "missed"))["model"].unique()
    pairs = (
        table.filter(~pl.col("model").is_in(out.to_list()))
        .select("strategy", "model")
        .unique(maintain_order=True)
    )
    pairs = pairs.filter(pl.col("strategy").is_in(["prompting", "fine_tuning"]))
    if not pairs.height:
        return None
    tuned = [strategy == "fine_tuning" for strategy in pairs["strategy"]]
    wide = frame[[0] * pairs.height].with_columns(
        pl.Series(
            "model", [None if t else m for t, m in zip(tuned, pairs["model"], strict=True)], dtype=pl.String
        ),
        pl.Series(
            "tuning_route",
            [m if t else None for t, m in zip(tuned, pairs["model"], strict=True)],
            dtype=pl.String,
        ),
    )
    found = []
    for (strategy, model), costed in zip(pairs.iter_rows(), costed_rows(wide, catalog, day), strict=True):
        if costed is not None:
            part = "latency" if reads_whole(costed) else "first_token"
            median, slow = (costed[f"{strategy}.{part}.{end}"] for end in ("p50", "p95"))
            found.append(
                (slow, served_by(strategy) == "tuned", model, strategy, median, costed[f"{strategy}.month"])
            )
    if not found:
        return None
    slow, _, model, strategy, median, usd = min(found, key=lambda item: item[:3])
    return model, strategy, median, slow, usd


def _round_up(ms: float) -> float:
    step = 10.0 ** max(len(str(int(ms))) - 2, 1)
    return float(-(-ms // step) * step)


def _window(missed: AbstractSet[str]) -> Iterator[Alternative]:
    if "window" in missed:
        yield Alternative(
            title="Retrieval: a few passages in the prompt instead of all the text",
            because="No model that the answers allow takes the whole text; an index has no such limit.",
            keeps=("window",),
        )


def _hosting(missed: AbstractSet[str]) -> Iterator[Alternative]:
    if "hosting" in missed:
        yield Alternative(
            title="A tune that is served by the token",
            because="Some services serve adapters by the token, without a machine around the clock; see the ways to tune.",
            keeps=("hosting",),
        )


def _training(missed: AbstractSet[str]) -> Iterator[Alternative]:
    if missed & {"training", "vendor"}:
        yield Alternative(
            title="An open model tuned elsewhere",
            because="Where the contract allows a second vendor, other services and own machines still train open models.",
            keeps=("training", "vendor"),
        )
