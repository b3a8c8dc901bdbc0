"""Costs: the pinned figures, agreement with price libraries, and speed on many scenarios.

    python benchmarks/cost.py [--tokencost PYTHON]

PYTHON is an interpreter in which the peer ``tokencost`` is installed; without it that column stays empty.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from advisor.catalog import load_catalog
from advisor.cost import break_even, compare_models, cost_frame, derived_columns, project
from advisor.cost.price_library import library_model, providers
from advisor.cost.resolving import resolve
from advisor.cost.sampling import draw, unsure_numbers
from advisor.errors import AdvisorError

DAY = date(2026, 11, 22)
DAYS = 365 / 12
CATALOG = load_catalog()
TUNED = {"tuning_route": "openai:gpt-4o-mini"}
BOT = {
    **TUNED, "model": "gpt-4o-mini", "queries_per_day": 100_000, "instruction_tokens": 400, "query_tokens": 100,
    "output_tokens": 150, "few_shot_examples": 10, "tokens_per_example": 150, "retrieved_tokens": 1500,
    "horizon_months": 12, "labelled_examples": 120, "retrains_per_year": 0,
}  # fmt: skip
BARE = {
    "instruction_tokens": 0, "evaluation_examples": 0, "retrains_per_year": 0, "training_runs": 1,
    "labelled_examples": 100_000, "training_examples": 1000, "growth_per_month": 0, "horizon_months": 1,
}  # fmt: skip
console = Console(width=130)


def table(title: str, *headings: str) -> Table:
    made = Table(title=title, title_justify="left")
    for heading in headings:
        made.add_column(heading)
    return made


def per_day(answers, strategy, component, **options):
    found = (
        project({**BOT, **answers}, CATALOG, as_of=DAY, draws=5, **options).strategies[strategy].components
    )
    item = next(item for item in found if item.name == component)
    return item.usd_per_month / DAYS + item.usd_once


def pinned():
    shown = table("Pinned figures (USD)", "what", "computed", "expected")
    uncached = project(BOT, CATALOG, as_of=DAY, cache_hit=0.0, draws=5)
    premium = uncached.strategies["fine_tuning"].per_day - uncached.strategies["prompting"].per_day
    rows = (
        ("10 examples × 150 tokens, 100,000 requests, per day", per_day({}, "few_shot", "examples in the prompt", cache_hit=0.0), 22.50),
        ("the same, every prefix read from the cache", per_day({}, "few_shot", "examples in the prompt", cache_hit=1.0), 11.25),
        ("tuned gpt-4o-mini against base, 500 in and 150 out, per day", premium, 16.50),
        ("reranking per search, per day", per_day({"reranker": "cohere:rerank-v3.5"}, "rag", "reranking"), 200),
        ("Azure hosting, per day", per_day({"tuning_route": "azure:gpt-4o-mini"}, "fine_tuning", "hosting"), 40.80),
        ("1M × 300-token chunks embedded once",
         per_day({"knowledge_tokens": 300_000_000, "chunk_overlap": 0}, "rag", "ingestion"), 6.00),
    )  # fmt: skip
    for what, computed, expected in rows:
        shown.add_row(what, f"{computed:.4f}", f"{expected:.2f}")
    for cache_hit, expected in ((0.0, 1100), (1.0, 2200)):
        shown.add_row(
            f"prefix above which tuned is cheaper, hit rate {cache_hit:.0%}",
            f"{threshold(cache_hit):,} tokens",
            f"{expected:,}",
        )
    console.print(shown)


def threshold(cache_hit):
    prefixes = np.arange(1024, 4001)
    frame = pl.DataFrame({"tokens_per_example": prefixes}).with_columns(
        **{name: pl.lit(value) for name, value in {**BARE, **TUNED, "model": "gpt-4o-mini", "queries_per_day": 100_000,
           "query_tokens": 500, "output_tokens": 150, "few_shot_examples": 1, "cache_hit": cache_hit}.items()}
    )  # fmt: skip
    costed = cost_frame(frame, CATALOG, as_of=DAY)
    saving = (costed["monthly_few_shot_usd"] - costed["monthly_fine_tuning_usd"]).to_numpy()
    return int(prefixes[np.flatnonzero(saving > 1e-6)[0]]) - 1


def break_evens():
    shown = table("Tuned gpt-4o-mini against 3,000 tokens of examples (query 300, fixed cost 502 USD, 1M requests a day)",
                  "output tokens", "no cache", "all examples cached")  # fmt: skip
    for output in (100, 200, 300, 600):
        cells = []
        for cache_hit in (0.0, 1.0):
            answers = {**BARE, **TUNED, "model": "gpt-4o-mini", "queries_per_day": 1_000_000, "query_tokens": 300, "output_tokens": output,
                       "few_shot_examples": 10, "tokens_per_example": 300, "epochs": 1, "data_preparation_usd": 500,
                       "tokens_per_training_example": 2e6 / 3 / 1000}  # fmt: skip
            found = break_even(
                project(answers, CATALOG, as_of=DAY, cache_hit=cache_hit, draws=5), "few_shot", "fine_tuning"
            )
            cells.append("never" if found.months is None else f"{found.requests / 1e6:.2f} M requests")
        shown.add_row(str(output), *cells)
    console.print(shown)


WHOLE = (
    # model, tokens of text, then USD per 1M as the vendors' tables say for that length: input, read, write, output
    ("openai:gpt-6-luna", 190_000, "0.10", "0.01", "0.125", "0.50"),
    ("openai:gpt-6-luna", 300_000, "0.20", "0.02", "0.25", "0.75"),
    ("anthropic:claude-haiku-5-5", 90_000, "0.10", "0.01", "0.125", "0.50"),
    ("anthropic:claude-haiku-5-5", 190_000, "0.50", "0.05", "0.625", "2.50"),
    ("anthropic:claude-sonnet-5-5", 190_000, "2.00", "0.10", "2.50", "10.00"),
    ("google:gemini-3.5-flash-lite", 190_000, "0.30", "0.03", "0.30", "2.50"),
    ("openai:gpt-5.4", 300_000, "5.00", "0.50", "5.00", "22.50"),
)


def whole_text():
    shown = table(
        "The whole text in the prompt, 200,000 requests a day, USD a month",
        "model", "text", "hits", "by hand", "computed", "RAG", "prompt without the text",
    )  # fmt: skip
    request = {
        "instruction_tokens": 400,
        "query_tokens": 200,
        "output_tokens": 150,
        "queries_per_day": 200_000,
    }
    missing = {"knowledge_gap": "main", "knowledge_form": ("documents",)}
    for model, tokens, *prices in WHOLE:
        plain, read, write, output = map(Decimal, prices)
        for hit in (Decimal(1), Decimal("0.9")):
            prefix = min(hit * read + (1 - hit) * write, plain)
            hand = (
                ((tokens + 400) * prefix + 200 * plain + 150 * output) / 10**6 * 200_000 * Decimal(365) / 12
            )
            answers = {**request, **missing, "model": model, "knowledge_tokens": tokens}
            found = project(answers, CATALOG, as_of=DAY, cache_hit=float(hit), draws=5).strategies
            bare = project({**request, "model": model}, CATALOG, as_of=DAY, cache_hit=float(hit), draws=5)
            cells = (hand, found["prompting"].per_month.expected, found["rag"].per_month.expected,
                     bare.strategies["prompting"].per_month.expected)  # fmt: skip
            shown.add_row(model, f"{tokens:,}", f"{hit:.0%}", *(f"{cell:,.2f}" for cell in cells))
    console.print(shown)


def second():
    from advisor.cost.price_checks import explained
    from advisor.cost.second_table import table_differences, table_version

    try:
        found = explained(table_differences(CATALOG, date(2026, 11, 26)), CATALOG.market)
    except AdvisorError as error:
        console.print(f"Second table: {error.problem}")
        return
    shown = table(f"Differences from LiteLLM {table_version()}", "entry", "figure", "ours", "theirs", "why")
    for item in found:
        ours, theirs = item.days or (item.ours, item.library)
        shown.add_row(item.entry, item.what, str(ours), str(theirs), item.because or "MOVED")
    console.print(shown)


def usages(count=200):
    from genai_prices.types import ModelPrice

    generator, known = random.Random(7), []
    for provider in providers().values():
        for model in provider.models:
            prices = model.prices if isinstance(model.prices, ModelPrice) else model.prices[0].prices
            found = library_model(provider.id, model.id)
            if (
                prices.input_mtok is not None
                and prices.output_mtok is not None
                and found is not None
                and found.id == model.id
            ):
                known.append((provider.id, model.id))
    for provider, model in generator.sample(known, count):
        yield {
            "model": f"{provider}:{model}", "instruction_tokens": generator.randrange(5_000, 400_000),
            "query_tokens": generator.randrange(1, 3_000), "output_tokens": generator.randrange(1, 5_000),
            "queries_per_day": generator.randrange(1, 1_000_000), "cache_hit": float(generator.randrange(2)),
        }  # fmt: skip


def agreement(python):
    from genai_prices import Usage, calc_price

    drawn = list(usages())
    frame = pl.DataFrame(
        [{**BARE, **usage, "active_from_utc_hour": 12, "active_to_utc_hour": 13} for usage in drawn]
    )
    ours = (cost_frame(frame, CATALOG, as_of=DAY)["monthly_prompting_usd"] / DAYS).to_list()
    equal, cookbook = 0, []
    for usage, mine in zip(drawn, ours, strict=True):
        provider, _, model = usage["model"].partition(":")
        prompt, cached = usage["instruction_tokens"] + usage["query_tokens"], usage["instruction_tokens"]
        one = calc_price(
            Usage(input_tokens=prompt, output_tokens=usage["output_tokens"],
                  cache_read_tokens=cached if usage["cache_hit"] else None),
            model, provider_id=provider, genai_request_timestamp=datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
        )  # fmt: skip
        theirs = one.total_price * usage["queries_per_day"]
        equal += abs(Decimal(mine) - theirs) < max(Decimal("0.005"), theirs * Decimal("1e-12"))
        base = library_model(provider, model).get_prices(datetime(2026, 11, 22, 12, 30, tzinfo=UTC))
        flat = [getattr(price, "base", price) for price in (base.input_mtok, base.output_mtok)]
        cookbook.append(
            float((prompt * flat[0] + usage["output_tokens"] * flat[1]) / 10**6 * usage["queries_per_day"])
        )
    shown = table(
        "Inference, 200 random (model, usage) pairs against genai-prices",
        "who",
        "prices",
        "within a cent",
        "within 1 %",
        "mean error",
    )
    shown.add_row("genai-prices 0.2.3 (reference)", "200", "200", "200", "-")
    shown.add_row("Advisor", "200", str(equal), str(equal), "0.00 %")
    shown.add_row("flat tokens × price (cookbook arithmetic)", "200", *scores(cookbook, ours))
    if python:
        peer = tokencost(python, drawn)
        known = [(theirs, mine) for theirs, mine in zip(peer, ours, strict=True) if theirs is not None]
        shown.add_row("tokencost 0.1.26", str(len(known)), *scores(*zip(*known, strict=True)))
    console.print(shown)


def scores(theirs, ours):
    errors = [abs(a - b) / b for a, b in zip(theirs, ours, strict=True) if b > 0]
    cents = sum(abs(a - b) < 0.005 for a, b in zip(theirs, ours, strict=True))
    return str(cents), str(sum(error < 0.01 for error in errors)), f"{100 * sum(errors) / len(errors):.0f} %"


def tokencost(python, drawn):
    code = (
        "import json,sys\nfrom tokencost import TOKEN_COSTS as T\nout=[]\n"
        "for u in json.load(sys.stdin):\n"
        " p,_,m=u['model'].partition(':'); k=next((x for x in (m,p+'/'+m) if x in T and T[x].get('input_cost_per_token') is not None),None)\n"
        " out.append(None if k is None else ((u['instruction_tokens']+u['query_tokens'])*T[k]['input_cost_per_token']"
        "+u['output_tokens']*T[k].get('output_cost_per_token',0))*u['queries_per_day'])\n"
        "print(json.dumps(out))"
    )
    run = subprocess.run(
        [python, "-c", code], input=json.dumps(drawn), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.strip().splitlines()[-1])


def scenarios(count, *, growth):
    generator = np.random.default_rng(1)
    models = np.array(
        ["gpt-4o-mini", "gpt-6-luna", "claude-haiku-5-5", "gemini-3.8-flash", "groq:gpt-oss-20b"]
    )
    columns = {
        "model": models[generator.integers(0, len(models), count)],
        "queries_per_day": generator.lognormal(8, 2.5, count), "instruction_tokens": generator.integers(50, 3000, count),
        "query_tokens": generator.integers(10, 1000, count), "output_tokens": generator.integers(10, 1000, count),
        "few_shot_examples": generator.integers(0, 40, count), "tokens_per_example": generator.integers(50, 500, count),
        "retrieved_tokens": generator.integers(0, 5000, count), "horizon_months": np.full(count, 36),
        "growth_per_month": generator.normal(0.02, 0.02, count) if growth else np.zeros(count),
    }  # fmt: skip
    return pl.DataFrame(columns)


def best(function, times=3):
    """Give the best wall time and the processor time of that run; others may be using the cores."""
    taken = []
    for _ in range(times):
        wall, busy = time.perf_counter(), time.process_time()
        function()
        taken.append((time.perf_counter() - wall, time.process_time() - busy))
    wall, busy = min(taken)
    return f"{wall:.3f}", f"{busy:.3f}"


def speed():
    shown = table("Speed", "what", "seconds", "processor seconds")
    for growth, label in ((False, "no growth"), (True, "growth, month by month")):
        frame = scenarios(1_000_000, growth=growth)
        taken = best(lambda frame=frame: cost_frame(frame, CATALOG, as_of=DAY), times=1)
        shown.add_row(f"1,000,000 scenarios × 5 strategies × 36 months, {label}", *taken)
    shown.add_row("100,000 uncertainty draws of one workload's costs", *best(draws))
    shown.add_row(
        "whole projection (1,000 draws × 12 months)", *best(lambda: project(BOT, CATALOG, as_of=DAY))
    )
    shown.add_row(
        "100,000 draws × 12 months, whole projection",
        *best(lambda: project(BOT, CATALOG, as_of=DAY, draws=100_000), 1),
    )
    frame = scenarios(2000, growth=False)
    shown.add_row(
        "derived facts for 2,000 rows", *best(lambda: derived_columns(frame, CATALOG, as_of=DAY), 5)
    )
    shown.add_row(
        f"{len(compare_models(BOT, CATALOG, as_of=DAY))} models compared",
        *best(lambda: compare_models(BOT, CATALOG, as_of=DAY)),
    )
    console.print(shown)


def draws(count=100_000):
    numbers = unsure_numbers(BOT, resolve(BOT, CATALOG, DAY), CATALOG, DAY)
    drawn = {name: values for name, values in draw(numbers, count).items() if not name.startswith("factor:")}
    frame = pl.DataFrame(drawn).with_columns(
        **{name: pl.lit(value) for name, value in BOT.items()}, growth_per_month=pl.lit(0.0)
    )
    return cost_frame(frame, CATALOG, as_of=DAY)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokencost", metavar="PYTHON")
    chosen = parser.parse_args()
    pinned()
    break_evens()
    whole_text()
    second()
    agreement(chosen.tokencost)
    speed()
