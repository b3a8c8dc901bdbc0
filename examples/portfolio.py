# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a list of use cases to a ranked portfolio
#
# A firm has a thousand ideas for language models and a few answers about each. Which are cheap to start, which need
# training, and where is the advice worth nothing yet? Everything here runs on this machine; no model is called.

# %%
from datetime import date

import plotly.express as px
import polars as pl

import advisor
from advisor.catalog import load_catalog
from advisor.scenario import answers_of, complete

DAY = date(2026, 11, 26)
USE_CASES = 1_000

# %% [markdown]
# ## The use cases
#
# Yours come from a file (`pl.read_csv("use_cases.csv")`): one row each, columns named as the facts of the rulebook.
# Here they are drawn as the rulebook expects people to answer, and then four answers in ten are taken away, because
# nobody fills in a whole form. A missing answer is null and stays unknown.

# %%
catalog = load_catalog()
drawn = complete({}, catalog, as_of=DAY, count=USE_CASES, seed=11)
people = pl.DataFrame(
    [answers_of(row, catalog) for row in drawn.iter_rows(named=True)], infer_schema_length=None
)
numbers = pl.int_range(pl.len())
table = people.with_columns(
    pl.when((numbers * 7 + place * 3) % 10 >= 4).then(pl.col(name)).alias(name)
    for place, name in enumerate(people.columns)
)
table = table.insert_column(
    0, pl.Series("title", [f"use case {number}" for number in range(1, USE_CASES + 1)])
)
table.head()

# %% [markdown]
# ## Decide and cost them all

# %%
decided = advisor.portfolio(table, as_of=DAY, samples=32)
decided.group_by("recommended", "verdict").len().sort("recommended", "verdict")

# %% [markdown]
# ## Rank them
#
# First what is sure enough to act on, then by what it costs to run the recommended strategy over the horizon. Money that
# is not known sorts last and is not taken for nothing.

# %%
chosen = pl.coalesce(
    pl.when(pl.col("recommended") == name).then(pl.col(f"total_{name}_usd"))
    for name in ("prompting", "few_shot", "rag", "fine_tuning", "hybrid")
)
order = {"clear": 0, "leaning": 1, "too_close": 2, "too_early": 3}
ranked = (
    decided.with_columns(total_usd=chosen, act=pl.col("verdict").replace_strict(order, return_dtype=pl.Int8))
    .sort("act", "total_usd", nulls_last=True)
    .with_row_index("rank", offset=1)
)
shown = ["rank", "title", "recommended", "start_with", "verdict", "robustness", "total_usd"]
ranked.select(shown).head(20)

# %% [markdown]
# ## The picture
#
# To the right is what keeps its recommendation however the open questions are answered; up is what costs more. What lies
# to the left needs answers before it needs money.

# %%
figure = px.scatter(
    ranked.filter(pl.col("total_usd") > 0).select(shown),
    x="robustness",
    y="total_usd",
    color="recommended",
    symbol="verdict",
    hover_name="title",
    log_y=True,
    labels={"robustness": "share of ways to answer that keep it", "total_usd": "USD over the horizon"},
)
figure

# %% [markdown]
# ## One of them, in full

# %%
facts = [name for name in table.columns if name in catalog.facts]
first = ranked.select(facts).row(0, named=True)
advice = advisor.advise_from(first, as_of=DAY, title=ranked["title"][0])
for reason in advice.recommendation.reasons[:3]:
    print(f"{reason.bits_for_recommended:+.1f} bits  {reason.title}  [{reason.rule}]")
